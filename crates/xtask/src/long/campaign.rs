//! The fault campaign of `tests/it`, with more people, more waves and an outage of a minute.

use super::{Site, Step};
use crate::command::output;
use anyhow::{Context, Result, ensure};
use std::process::Command;

pub(super) const STEP: Step = Step {
    name: "campaign",
    about: "100,000 exports to a file, Kinesis and Event Hubs in all that can go wrong there, killed and not (Node)",
    run: campaign,
};

/// Exports that have to be delivered for it to count.
const LEAST: u64 = 100_000;

fn campaign(site: &Site) -> Result<String> {
    let seed = site.given.seed;
    let mut test = Command::new("cargo");
    test.args(["test", "--locked", "--package", "weir", "--test", "it"]);
    // One after the other: both use what the machine has.
    test.args(["campaign::", "--", "--nocapture", "--test-threads", "1"]);
    test.env("WEIR_CAMPAIGN", "long")
        .env("WEIR_SEED", seed.to_string());
    let said = output(&mut test)?;
    let counted = counted(&said)?;
    ensure!(
        counted.exports >= LEAST,
        "{} exports were delivered, which is less than {LEAST}\n{said}",
        counted.exports
    );
    Ok(format!(
        "{} exports in {} cells, seed {seed}",
        counted.exports, counted.cells
    ))
}

/// What the tests say they did, in all.
#[derive(Debug, Default, PartialEq, Eq)]
struct Counted {
    exports: u64,
    cells: u64,
}

/// Adds up the lines that the tests print.
fn counted(said: &str) -> Result<Counted> {
    let mut all = Counted::default();
    for line in said.lines() {
        let Some((exports, rest)) = line.split_once(" exports delivered in ") else {
            continue;
        };
        let number = |text: &str| text.parse::<u64>().with_context(|| format!("`{line}`"));
        all.exports += number(exports)?;
        all.cells += number(rest.split(' ').next().unwrap_or_default())?;
    }
    Ok(all)
}

#[cfg(test)]
mod tests;
