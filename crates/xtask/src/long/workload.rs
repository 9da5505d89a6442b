//! The workload kit's own answer, against what `backtest` writes, at the kit's default size.

use super::kit::{Kit, Size};
use super::{Site, Step};
use crate::command::output;
use crate::weir;
use anyhow::Result;
use std::process::Command;

pub(super) const STEP: Step = Step {
    name: "workload",
    about: "backtest of 200,000 profiles, 1,000,000 updates and 100 segments is what the kit expects (--kit DIR)",
    run: check,
};

const SIZE: Size = Size {
    profiles: 200_000,
    updates: 1_000_000,
};

fn check(site: &Site) -> Result<String> {
    let kit = Kit::prepare(site, "workload", &SIZE)?;
    let weir = weir::program(site.given.weir.as_deref())?;
    let folder = kit.folder();
    let transitions = folder.join("transitions.ndjson");
    let mut backtest = Command::new(weir);
    backtest
        .arg("backtest")
        .arg("--segments")
        .arg(folder.join("segments.json"));
    for input in ["base.ndjson", "updates.ndjson"] {
        backtest.arg("--input").arg(folder.join(input));
    }
    let report = output(backtest.arg("--transitions").arg(&transitions))?;
    let figures = report.lines().last().unwrap_or_default();
    Ok(format!("{}; {figures}", kit.check(&transitions)?))
}
