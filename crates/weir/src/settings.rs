//! What the owner of the server decides: `weir.toml`, then `WEIR_*` variables over it, then flags over both.
//!
//! Each key is asked for once, with its default; what was given and never asked for is refused, so that a
//! misspelt key is not a silent default. All mistakes are told at once, each with where it stands.

mod delivery;
mod file;
mod ingest;
mod log;
mod memory;
mod reader;
mod server;
mod store;
mod value;

pub(crate) use delivery::Delivery;
pub(crate) use ingest::Ingest;
pub(crate) use log::{Format, Log};
pub(crate) use server::Server;
pub(crate) use store::Store;

use anyhow::{Result, bail};
use memory::Memory;
use reader::{Layers, Reader};
use std::path::{Path, PathBuf};

/// All settings of a server.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// Everything the server keeps: the store, the admin token and, unless set otherwise, the exports.
    pub(crate) data: PathBuf,
    /// What of the store may be in memory.
    pub(crate) memory: Memory,
    pub(crate) server: Server,
    pub(crate) store: Store,
    pub(crate) ingest: Ingest,
    pub(crate) delivery: Delivery,
    pub(crate) log: Log,
}

/// The file that is read if none is named and it is there.
const FILE: &str = "weir.toml";
/// The variable that names another.
const FILE_VARIABLE: &str = "WEIR_CONFIG";
/// Variables that are flags of other commands.
const NOT_SETTINGS: &[&str] = &[FILE_VARIABLE, "WEIR_TOKEN"];

/// What was said on the command line: (`section.key`, value, the flag as the user knows it).
pub(crate) type Flag = (String, String, String);

impl Settings {
    /// Reads all layers; `file` is what the user named, if they did.
    pub(crate) fn load(file: Option<&Path>, flags: Vec<Flag>) -> Result<Self> {
        let environment: Vec<(String, String)> = environment();
        let named = file.map(Path::to_owned).or_else(|| {
            let variable = environment.iter().find(|(name, _)| name == FILE_VARIABLE);
            variable.map(|(_, value)| PathBuf::from(value))
        });
        let path = named.clone().unwrap_or_else(|| FILE.into());
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => Some(text),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && named.is_none() => None,
            Err(error) => bail!("cannot read the settings in {}: {error}", path.display()),
        };
        let is_setting = |(name, _): &(String, String)| !NOT_SETTINGS.contains(&name.as_str());
        let environment = environment.into_iter().filter(is_setting).collect();
        Self::read(
            text.as_deref().map(|text| (path.as_path(), text)),
            environment,
            flags,
        )
    }

    /// Reads settings from these layers.
    pub(crate) fn read(
        file: Option<(&Path, &str)>,
        environment: Vec<(String, String)>,
        flags: Vec<Flag>,
    ) -> Result<Self> {
        let mut layers = Layers::new(environment, flags);
        if let Some((path, text)) = file {
            file::read(path, text, &mut layers);
        }
        let mut reader = Reader::new(layers);
        let settings = Self::ask(&mut reader);
        let mistakes = reader.finish();
        if !mistakes.is_empty() {
            bail!("the settings cannot be used:\n  {}", mistakes.join("\n  "));
        }
        Ok(settings)
    }

    /// Asks for every setting there is.
    fn ask(reader: &mut Reader) -> Self {
        Self {
            data: reader.get("", "data", PathBuf::from("weir-data")),
            memory: Memory(reader.get("", "memory", Memory::DEFAULT)),
            server: Server::read(reader),
            store: Store::read(reader),
            ingest: Ingest::read(reader),
            delivery: Delivery::read(reader),
            log: Log::read(reader),
        }
    }

    /// How the store is opened.
    pub(crate) fn store_options(&self) -> ::store::Options {
        self.store.options(self.memory)
    }

    /// How messages are taken and evaluated.
    pub(crate) fn ingest_options(&self) -> Result<::ingest::Options, ::ingest::CrewError> {
        self.ingest.options(self.memory)
    }

    /// Where the store is.
    pub(crate) fn store_folder(&self) -> PathBuf {
        self.data.join("store")
    }

    /// Where file destinations write, and whether that is the default, which may be made.
    pub(crate) fn exports_folder(&self) -> (PathBuf, bool) {
        match &self.delivery.exports_dir {
            Some(folder) => (folder.clone(), false),
            None => (self.data.join("exports"), true),
        }
    }
}

/// The settings of the server whose data a command works on.
#[derive(Debug, clap::Args)]
pub(crate) struct Where {
    /// The data folder of the server [default: as in the settings, else weir-data].
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// The server's file of settings [default: weir.toml, if it is there].
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

impl Where {
    /// The settings that the server has.
    pub(crate) fn settings(&self) -> Result<Settings> {
        let data = self
            .data
            .iter()
            .map(|data| ("data".to_owned(), data.display().to_string(), "--data".to_owned()));
        Settings::load(self.config.as_deref(), data.collect())
    }
}

/// The variables that are settings by their name; secrets are not, and are read elsewhere.
fn environment() -> Vec<(String, String)> {
    let text = |os: std::ffi::OsString| os.into_string().ok();
    let all = std::env::vars_os().filter_map(|(name, value)| Some((text(name)?, text(value)?)));
    all.filter(|(name, _)| name.starts_with("WEIR_")).collect()
}

#[cfg(test)]
mod tests;
