//! `cargo xtask bench backfill`: a segment is mapped whose members are many, while others go on to change.

use super::latency::Seen;
use super::people::{Flow, definitions};
use super::rig::Rig;
use super::watch::{self, Job};
use crate::stopwatch::Stopwatch;
use anyhow::{Result, ensure};
use serde_json::json;
use std::path::PathBuf;
use std::time::Duration;

#[derive(clap::Args)]
pub(crate) struct Options {
    /// How many members the segment has.
    #[arg(long, value_name = "N", default_value_t = 1_000_000)]
    profiles: u64,

    /// Changes a second meanwhile.
    #[arg(long, value_name = "N", default_value_t = 500)]
    rate: u64,

    /// For how long they are watched before the backfill.
    #[arg(long, value_name = "S", default_value_t = 40)]
    idle_seconds: u64,

    /// The program to measure; a release build of this tree if not given.
    #[arg(long, value_name = "PROGRAM")]
    weir: Option<PathBuf>,
}

/// Tells of changes throughout.
const LIVE: &str = "live";
/// Is mapped with a backfill.
const FILLED: &str = "filled";

pub(super) fn run(options: &Options) -> Result<()> {
    let rig = Rig::start(options.weir.as_deref())?;
    rig.apply(&definitions(&[]), &[])?;
    let took = rig.load(options.profiles, 0)?;
    println!("{} people in {:.0} s", options.profiles, took.as_secs_f64());
    let live = Flow::to_itself(LIVE, "enabled");
    rig.apply(&definitions(&[live]), &["--no-backfill"])?;

    let mut left = options.idle_seconds;
    let idle = Seen::watch(&rig, LIVE, options.profiles, options.rate, || {
        left = left.saturating_sub(1);
        Ok(left > 0)
    })?;
    let cpu = rig.cpu()?;
    let stopwatch = Stopwatch::start();
    rig.apply(
        &definitions(&[
            Flow::to_itself(LIVE, "enabled"),
            Flow::to_itself(FILLED, "enabled"),
        ]),
        &[],
    )?;
    let mut client = rig.server.connect()?;
    let mut done = None;
    let busy = Seen::watch(&rig, LIVE, options.profiles, options.rate, || {
        let job = watch::job(&mut client)?;
        let pending = watch::dataflow(&mut client, FILLED)?.account.pending;
        // The live traffic never lets the queue be quite empty.
        if job.state == "done" && pending < options.rate {
            done = Some((job, stopwatch.elapsed()));
        }
        Ok(done.is_none())
    })?;
    let cpu = rig.cpu()? - cpu;
    let account = || Ok(watch::dataflow(&mut client, FILLED)?.account);
    watch::until(Duration::from_millis(200), account, |account| {
        account.pending == 0
    })?;
    for flow in watch::dataflows(&mut client)? {
        flow.account.ensure_whole()?;
    }
    rig.stop()?;
    let Some((job, took)) = done else {
        anyhow::bail!("the backfill did not end");
    };
    print(options, &idle, &busy, &job, took, cpu)
}

fn print(options: &Options, idle: &Seen, busy: &Seen, job: &Job, took: Duration, cpu: f64) -> Result<()> {
    ensure!(
        job.total == options.profiles && job.total == job.exported + job.live + job.left,
        "the totals are wrong: {job:?}"
    );
    let seconds = took.as_secs_f64();
    println!("\n{} changes a second without a backfill:", options.rate);
    idle.print();
    println!("and while {} members were sent:", job.total);
    busy.print();
    println!(
        "mapped to the last delivered: {seconds:.1} s, {:.0} a second; {} by the job, {} by something live; \
         CPU of the server {cpu:.1} s",
        job.total as f64 / seconds,
        job.exported,
        job.live
    );
    println!(
        "{}",
        json!({"members": job.total, "seconds": tenths(seconds), "idleP95Ms": tenths(idle.mean()),
            "busyP95Ms": tenths(busy.mean()), "busyWorstP95Ms": busy.worst(), "serverCpuSeconds": tenths(cpu)})
    );
    Ok(())
}

fn tenths(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}
