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
pub(crate) struct ApplyArgs {
    /// The file, in YAML; `-` is stdin.
    #[arg(short, long, value_name = "FILE")]
    file: PathBuf,
    /// Say what would change, and change nothing.
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    server: Server,
}

/// Prints what changed on stdout, or what is wrong on stderr.
pub(crate) fn run(args: &ApplyArgs) -> Result<End> {
    let (name, bytes) = check::read(&args.file)?;
    let client = Client::of(&args.server)?;
    let dry_run = if args.dry_run { "true" } else { "false" };
    let query = [("dryRun", dry_run), ("file", name.as_str())];
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
