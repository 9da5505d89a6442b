//! `weir apply`: makes a file of definitions the whole of what is in force on a server.

use crate::client::{Client, Server};
use crate::exit::End;
use crate::{check, serve};
use anyhow::{Result, bail};
use clap::Args;
use std::io::Write;
use std::path::PathBuf;

/// Put a file of definitions in force on a running server.
///
/// The file is the whole state: inlets, segments, destinations and dataflows that are not in it go. Everything that
/// differs is listed with what it does; nothing needs a restart. `docs/examples/loyalty.yaml` is a file to begin with.
#[derive(Debug, Args)]
#[command(after_help = control::LIFE)]
pub(crate) struct ApplyArgs {
    /// The file, in YAML; `-` is stdin.
    #[arg(short, long, value_name = "FILE")]
    file: PathBuf,
    /// Say what would change, and change nothing.
    #[arg(long)]
    dry_run: bool,
    /// Do not send the present members of segments that are newly mapped: they are sent with their next change.
    #[arg(long)]
    no_backfill: bool,
    /// Send all members again where the edit changes what an export shows.
    #[arg(long)]
    re_export: bool,
    /// Send an exit to everybody who was told `realized` in what is unmapped or removed.
    #[arg(long)]
    exit_sweep: bool,
    /// Where a dataflow is enabled again: send its members, and exits of those told `realized` who no longer are.
    #[arg(long)]
    reconcile: bool,
    #[command(flatten)]
    server: Server,
}

/// Prints what changed on stdout, or what is wrong on stderr.
pub(crate) fn run(args: &ApplyArgs) -> Result<End> {
    let (name, bytes) = check::read(&args.file)?;
    let client = Client::of(&args.server)?;
    let word = |flag: bool| if flag { "true" } else { "false" };
    let query = [
        ("dryRun", word(args.dry_run)),
        ("file", name.as_str()),
        ("backfill", word(!args.no_backfill)),
        ("reExport", word(args.re_export)),
        ("exitSweep", word(args.exit_sweep)),
        ("reconcile", word(args.reconcile)),
    ];
    let (status, answer) = serve::runtime()?.block_on(client.post("/api/definitions", &query, bytes))?;
    let text = answer["text"].as_str().unwrap_or_default();
    match status {
        200 => {
            std::io::stdout().lock().write_all(text.as_bytes())?;
            Ok(End::Done)
        }
        409 | 422 => {
            std::io::stderr().lock().write_all(text.as_bytes())?;
            Ok(End::Refused)
        }
        _ => bail!("{}", client.refusal(status, &answer)),
    }
}
