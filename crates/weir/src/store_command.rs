//! `weir store`: looks at a store and changes its engine, while no server runs on it.

mod convert;

use crate::backup::{self, BackupArgs, RestoreArgs};
use crate::exit::End;
use crate::settings::{Settings, Where};
use anyhow::{Context, Result};
use clap::{Args, Subcommand};
use std::io::Write;
use store::Stats;

/// Look at a store, or change its engine; no server may run on it.
#[derive(Debug, Subcommand)]
pub(crate) enum StoreCommand {
    Stats(StatsArgs),
    Convert(convert::ConvertArgs),
    /// The earlier name of `weir backup`.
    #[command(hide = true)]
    Export(BackupArgs),
    /// The earlier name of `weir restore`.
    #[command(hide = true)]
    Import(RestoreArgs),
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

pub(crate) fn run(command: StoreCommand) -> Result<End> {
    match command {
        StoreCommand::Stats(args) => stats(&args),
        StoreCommand::Convert(args) => convert::run(&args),
        StoreCommand::Export(args) => backup::run(&args),
        StoreCommand::Import(args) => backup::restore(&args),
    }
}

/// Opens a store that is there, whatever its engine: looking at one must not make one.
pub(crate) fn open(settings: &Settings) -> Result<store::Store> {
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
    let Stats { spaces, disk_bytes } = open(&args.place.settings()?)?.stats()?;
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

pub(crate) fn say(text: &str) -> Result<End> {
    writeln!(std::io::stdout(), "{text}").context("cannot write to stdout")?;
    Ok(End::Done)
}
