//! `weir check`: what is wrong with a file of definitions, without a server.

use crate::exit::End;
use anyhow::{Context, Result};
use clap::Args;
use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

/// Check a file of definitions without a server: every mistake at once, with line and column.
#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    /// The file, in YAML; `-` is stdin.
    #[arg(short, long, value_name = "FILE")]
    file: PathBuf,
    /// Print JSON for programs instead of text for people.
    #[arg(long)]
    json: bool,
}

/// Prints the report on stdout; mistakes make the exit code 1, warnings do not.
pub(crate) fn run(args: &CheckArgs) -> Result<End> {
    let (name, bytes) = read(&args.file)?;
    let checked = control::check(&name, &bytes, &destinations::all());
    let mut out = std::io::stdout().lock();
    if args.json {
        serde_json::to_writer_pretty(&mut out, &checked.report)?;
        writeln!(out)?;
    } else {
        write!(out, "{}", checked.report)?;
        if checked.desired.is_some_and(|desired| !desired.is_typed()) {
            writeln!(out, "{}", control::UNTYPED)?;
        }
    }
    Ok(if checked.report.failed() {
        End::Refused
    } else {
        End::Done
    })
}

/// The name of a file as reports call it, and what is in it.
pub(crate) fn read(file: &Path) -> Result<(String, Vec<u8>)> {
    if file == Path::new("-") {
        let mut bytes = Vec::new();
        std::io::stdin()
            .lock()
            .read_to_end(&mut bytes)
            .context("cannot read stdin")?;
        return Ok(("stdin".to_owned(), bytes));
    }
    let bytes = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    Ok((file.display().to_string(), bytes))
}
