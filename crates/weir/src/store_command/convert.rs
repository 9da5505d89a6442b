//! `weir store convert`: the same rows, kept by the other engine.

use super::say;
use crate::exit::End;
use crate::settings::Where;
use anyhow::{Result, ensure};
use clap::Args;
use std::fmt::Write as _;
use std::io::{IsTerminal as _, Write as _};
use std::path::PathBuf;
use store::{Converted, EngineKind, Progress, SpaceSum};

/// Copy the store into a new folder, for the other engine: from sled to fjall, or from fjall to sled.
///
/// Every row is read back and compared. The old store stays as it is; a copy that was cut is never taken for a store.
/// Serve one of the two from then on, not both: they would give the same revisions to different exports.
#[derive(Debug, Args)]
pub(crate) struct ConvertArgs {
    #[command(flatten)]
    place: Where,
    /// The new folder of the store, empty or not there yet.
    #[arg(value_name = "FOLDER")]
    to: PathBuf,
}

/// Rows between two lines of progress.
const STEP: u64 = 100_000;

pub(super) fn run(args: &ConvertArgs) -> Result<End> {
    let settings = args.place.settings()?;
    let from = settings.store_folder();
    ensure!(
        EngineKind::of(&from)?.is_some(),
        "there is no store in {}: name another folder with --data",
        from.display()
    );
    let mut told = 0;
    let converted = store::convert(&from, &args.to, &settings.store_options(), |progress| {
        let steps = progress.rows / STEP;
        if steps != told {
            told = steps;
            tell(progress);
        }
    })?;
    let (from, to) = (from.display(), args.to.display());
    let mut text = table(&converted);
    let (old, new) = (converted.from.name(), converted.to.name());
    write!(
        text,
        "\nall rows are the same in {to}, of {new}; {from}, of {old}, is as it was\n\
         to serve the new one: mv {from} {from}.{old} && mv {to} {from}, and `engine = \"{new}\"` under [store]"
    )?;
    say(&text)
}

/// Says on stderr how far it is.
fn tell(progress: Progress) {
    let doing = if progress.comparing { "compared" } else { "copied" };
    let (rows, mib) = (progress.rows, progress.bytes >> 20);
    let mut to = std::io::stderr();
    let end = if to.is_terminal() { "\r" } else { "\n" };
    // Whoever closed stderr does not want to know.
    drop(write!(
        to,
        "{doing} {rows} rows ({mib} MiB), in {:<20}{end}",
        progress.space
    ));
}

fn table(converted: &Converted) -> String {
    let head = format!("{:<20} {:>12} {:>14}  {}\n", "", "rows", "bytes", "digest");
    let line = |sum: &SpaceSum| {
        let SpaceSum {
            space,
            rows,
            bytes,
            digest,
        } = sum;
        format!("{space:<20} {rows:>12} {bytes:>14}  {digest:032x}\n")
    };
    converted
        .spaces
        .iter()
        .map(line)
        .fold(head, |text, line| text + &line)
}
