//! `cargo xtask bench fanout`: what was collected for a thousand destinations leaves, against one; and what dead
//! destinations cost the others.

use super::people::{Flow, of_towns};
use super::rig::Rig;
use super::watch;
use crate::stopwatch::Stopwatch;
use anyhow::{Context, Result, ensure};
use serde_json::json;
use std::path::PathBuf;
use std::time::Duration;

#[derive(clap::Args)]
pub(crate) struct Options {
    /// How many destinations there are.
    #[arg(long, value_name = "N", default_value_t = 1_000)]
    destinations: u64,

    /// How many exports wait, of all destinations together.
    #[arg(long, value_name = "N", default_value_t = 400_000)]
    exports: u64,

    /// How many of the destinations are dead in the last run.
    #[arg(long, value_name = "N", default_value_t = 100)]
    dead: u64,

    /// How often each is measured; the median counts.
    #[arg(long, value_name = "N", default_value_t = 3)]
    rounds: usize,

    /// The program to measure; a release build of this tree if not given.
    #[arg(long, value_name = "PROGRAM")]
    weir: Option<PathBuf>,
}

/// How often the figures are looked at.
const LOOK: Duration = Duration::from_millis(50);

/// One drain.
#[derive(Clone, Copy)]
struct Drained {
    /// Exports a second of the destinations that live.
    rate: f64,
    /// Seconds of CPU time of the server.
    cpu: f64,
}

pub(super) fn run(options: &Options) -> Result<()> {
    ensure!(
        options.dead < options.destinations && options.destinations <= options.exports,
        "some destinations must live, and each must have an export"
    );
    let cases = [
        (1, 0),
        (options.destinations, 0),
        (options.destinations, options.dead),
    ];
    let mut rounds: [Vec<Drained>; 3] = Default::default();
    for round in 1..=options.rounds.max(1) {
        for ((destinations, dead), results) in cases.into_iter().zip(&mut rounds) {
            let drained = drain(options, destinations, dead)?;
            println!(
                "round {round}: {destinations} destinations, {dead} dead: {:.0} exports a second, CPU {:.1} s",
                drained.rate, drained.cpu
            );
            results.push(drained);
        }
    }
    let [one, many, some] = rounds.map(median);
    println!(
        "\n{} exports, collected, to files; the median of {}:",
        options.exports, options.rounds
    );
    let row = |what: &str, drained: Drained, of: Drained| {
        println!(
            "{what:<34}{:>8.0} exports/s {:>5.0} %  CPU {:.1} s",
            drained.rate,
            100.0 * drained.rate / of.rate,
            drained.cpu
        );
    };
    row("one destination", one, one);
    row(&format!("{} destinations", options.destinations), many, one);
    row(
        &format!("those that live, if {} are dead", options.dead),
        some,
        many,
    );
    println!(
        "{}",
        json!({"one": one.rate as u64, "many": many.rate as u64, "living": some.rate as u64})
    );
    Ok(())
}

/// Has a fresh server collect exports, and measures how they leave.
fn drain(options: &Options, destinations: u64, dead: u64) -> Result<Drained> {
    let rig = Rig::start(options.weir.as_deref())?;
    let ids: Vec<String> = (0..destinations).map(|number| format!("d{number}")).collect();
    let flows = |state| {
        let flows: Vec<Flow<'_>> = ids.iter().map(|id| Flow::to_itself(id, state)).collect();
        of_towns(options.destinations, &flows)
    };
    // A file where a folder should be.
    std::fs::create_dir_all(rig.exports())?;
    for id in &ids[..dead as usize] {
        let place = rig.exports().join(id);
        std::fs::write(&place, "").with_context(|| format!("cannot write {}", place.display()))?;
    }
    // One export each opens what a destination opens once.
    rig.apply(&flows("enabled"), &[])?;
    rig.load_towns(options.destinations, 0, options.destinations)?;
    let mut client = rig.server.connect()?;
    let mut delivered = || {
        let flows = watch::dataflows(&mut client)?;
        Ok(flows.iter().map(|flow| flow.account.delivered).sum::<u64>())
    };
    let people_each = options.exports / options.destinations;
    let lost = dead * people_each;
    let first = options.destinations - dead;
    watch::until(LOOK, &mut delivered, |delivered| *delivered >= first)?;
    rig.apply(&flows("paused"), &[])?;
    let people = people_each * options.destinations;
    rig.load_towns(people, 1, options.destinations)?;
    watch::caught_up(&rig.server)?;
    let living = people - lost;
    let cpu = rig.cpu()?;
    // Sending begins while the definitions are being taken over, so that is in it.
    let stopwatch = Stopwatch::start();
    rig.apply(&flows("enabled"), &[])?;
    watch::count(living, stopwatch, || Ok(delivered()? - first))?;
    let took = stopwatch.elapsed();
    let cpu = rig.cpu()? - cpu;
    let delivered = delivered()?;
    ensure!(
        delivered == first + living,
        "{delivered} delivered of {first} and {living}"
    );
    rig.stop()?;
    Ok(Drained {
        rate: living as f64 / took.as_secs_f64(),
        cpu,
    })
}

fn median(mut all: Vec<Drained>) -> Drained {
    all.sort_by(|a, b| a.rate.total_cmp(&b.rate));
    all[all.len() / 2]
}
