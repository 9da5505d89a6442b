//! `weir store`: looks at a store, saves it, brings it back and changes its engine, while no server runs on it.

mod convert;

use crate::exit::End;
use crate::settings::Where;
use anyhow::{Context, Result};
use clap::{Args, Subcommand};
use model::{Clock, SystemClock};
use std::io::Write;
use std::path::PathBuf;
use store::{Dumped, Stats};

/// Look at a store, save it, bring a saved one back, or change its engine; no server may run on it.
#[derive(Debug, Subcommand)]
pub(crate) enum StoreCommand {
    Stats(StatsArgs),
    Export(ExportArgs),
    Import(ImportArgs),
    Convert(convert::ConvertArgs),
}

/// Count rows and bytes of everything that is stored.
#[derive(Debug, Args)]
pub(crate) struct StatsArgs {
    #[command(flatten)]
    place: Where,
    /// Print JSON for programs instead of a table for people.
    #[arg(long)]
    json: bool,
}

/// Save the whole store in one file, which appears only when it is whole.
#[derive(Debug, Args)]
pub(crate) struct ExportArgs {
    #[command(flatten)]
    place: Where,
    /// The file to write; it must not be there yet.
    #[arg(value_name = "FILE")]
    to: PathBuf,
}

/// Bring a saved store back into a data folder that has none.
///
/// Its engine is that of the settings. It becomes a new incarnation: revisions of exports go on above all that may have been sent since it was saved.
#[derive(Debug, Args)]
pub(crate) struct ImportArgs {
    #[command(flatten)]
    place: Where,
    /// The file that `weir store export` wrote.
    #[arg(value_name = "FILE")]
    from: PathBuf,
}

pub(crate) fn run(command: StoreCommand) -> Result<End> {
    match command {
        StoreCommand::Stats(args) => stats(&args),
        StoreCommand::Export(args) => {
            let dumped = open(&args.place)?.export(&args.to)?;
            say(&format!("saved {} in {}", in_words(dumped), args.to.display()))
        }
        StoreCommand::Convert(args) => convert::run(&args),
        StoreCommand::Import(args) => {
            let settings = args.place.settings()?;
            let folder = settings.store_folder();
            crate::folder::make(&settings.data)?;
            let dumped = store::import(&args.from, &folder, &settings.store_options(), SystemClock.now())?;
            say(&format!(
                "brought back {} into {}",
                in_words(dumped),
                folder.display()
            ))
        }
    }
}

/// Opens a store that is there, whatever its engine: looking at one must not make one.
fn open(place: &Where) -> Result<store::Store> {
    let settings = place.settings()?;
    let folder = settings.store_folder();
    let Some(engine) = store::EngineKind::of(&folder)? else {
        anyhow::bail!(
            "there is no store in {}: name another folder with --data",
            folder.display()
        );
    };
    let options = store::Options {
        engine,
        ..settings.store_options()
    };
    let (store, _) = store::open(&folder, &options)?;
    Ok(store)
}

fn stats(args: &StatsArgs) -> Result<End> {
    let Stats { spaces, disk_bytes } = open(&args.place)?.stats()?;
    let mut text = String::new();
    if args.json {
        let spaces: serde_json::Map<_, _> = spaces
            .iter()
            .map(|(space, s)| {
                let sizes =
                    serde_json::json!({"rows": s.rows, "keyBytes": s.key_bytes, "valueBytes": s.value_bytes});
                (space.name().to_owned(), sizes)
            })
            .collect();
        text = serde_json::to_string_pretty(&serde_json::json!({"spaces": spaces, "diskBytes": disk_bytes}))?;
    } else {
        use std::fmt::Write;
        writeln!(
            text,
            "{:<20} {:>12} {:>14} {:>14}",
            "", "rows", "key bytes", "value bytes"
        )?;
        for (space, s) in &spaces {
            writeln!(
                text,
                "{:<20} {:>12} {:>14} {:>14}",
                space.name(),
                s.rows,
                s.key_bytes,
                s.value_bytes
            )?;
        }
        write!(text, "{disk_bytes} bytes on disk")?;
    }
    say(&text)
}

fn in_words(dumped: Dumped) -> String {
    format!(
        "{} rows ({} bytes, format {})",
        dumped.rows, dumped.bytes, dumped.format
    )
}

fn say(text: &str) -> Result<End> {
    writeln!(std::io::stdout(), "{text}").context("cannot write to stdout")?;
    Ok(End::Done)
}
