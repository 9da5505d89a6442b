//! `cargo xtask bench pending`: what memory exports cost that wait, against the same store without.

use super::people::{Flow, definitions};
use super::rig::Rig;
use super::watch;
use anyhow::{Result, ensure};
use serde_json::json;
use std::path::PathBuf;
use std::time::Duration;

#[derive(clap::Args)]
pub(crate) struct Options {
    /// How many exports wait.
    #[arg(long, value_name = "N", default_value_t = 1_000_000)]
    exports: u64,

    /// How many dataflows they wait on; there is one person for each export of a dataflow.
    #[arg(long, value_name = "N", default_value_t = 1)]
    dataflows: u64,

    /// The program to measure; a release build of this tree if not given.
    #[arg(long, value_name = "PROGRAM")]
    weir: Option<PathBuf>,
}

/// Resident bytes of the server.
#[derive(Clone, Copy)]
struct Resident {
    /// Once the engine has all that came in.
    in_service: u64,
    /// After a restart.
    restarted: u64,
}

pub(super) fn run(options: &Options) -> Result<()> {
    let none = measure(options, "disabled")?;
    let all = measure(options, "paused")?;
    println!("\nresident memory of the server, MiB:");
    println!("{:<32}{:>12}{:>16}", "", "in service", "after a restart");
    let row = |what: &str, of: Resident| {
        println!("{what:<32}{:>12}{:>16}", of.in_service >> 20, of.restarted >> 20);
    };
    row("nothing waits", none);
    row(&format!("{} exports wait", options.exports), all);
    println!(
        "{}",
        json!({"none": [none.in_service, none.restarted], "all": [all.in_service, all.restarted]})
    );
    Ok(())
}

fn measure(options: &Options, state: &str) -> Result<Resident> {
    /// What an idle server does on its own is done by then.
    const QUIET: Duration = Duration::from_secs(5);
    let rig = Rig::start(options.weir.as_deref())?;
    let ids: Vec<String> = (0..options.dataflows)
        .map(|number| format!("d{number}"))
        .collect();
    let flows: Vec<Flow<'_>> = ids.iter().map(|id| Flow::to_itself(id, state)).collect();
    rig.apply(&definitions(&flows), &[])?;
    rig.load(options.exports / options.dataflows, 0)?;
    watch::caught_up(&rig.server)?;
    watch::nap(QUIET);
    let in_service = watch::resident_bytes(rig.server.pid())?;
    let rig = rig.restart()?;
    watch::nap(QUIET);
    let mut client = rig.server.connect()?;
    let pending: u64 = watch::dataflows(&mut client)?
        .iter()
        .map(|flow| flow.account.pending)
        .sum();
    let wanted = if state == "paused" { options.exports } else { 0 };
    ensure!(pending == wanted, "{pending} exports wait, and not {wanted}");
    let restarted = watch::resident_bytes(rig.server.pid())?;
    rig.stop()?;
    Ok(Resident {
        in_service,
        restarted,
    })
}
