//! `cargo xtask bench latency`: from decision to delivery at a share of the highest rate.
//!
//! The highest rate is that of a fixed number of changes, posted as fast as they are taken, until the last export
//! of them is delivered.

use super::people::{Flow, definitions};
use super::rig::Rig;
use super::traffic::{self, Sent};
use super::watch::{self, Latency};
use crate::stopwatch::Stopwatch;
use anyhow::Result;
use serde_json::json;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

#[derive(clap::Args)]
pub(crate) struct Options {
    /// How many people there are.
    #[arg(long, value_name = "N", default_value_t = 100_000)]
    profiles: u64,

    /// Per cent of the highest rate.
    #[arg(long, value_name = "N", default_value_t = 80)]
    percent: u64,

    /// For how long.
    #[arg(long, value_name = "S", default_value_t = 60)]
    seconds: u64,

    /// The program to measure; a release build of this tree if not given.
    #[arg(long, value_name = "PROGRAM")]
    weir: Option<PathBuf>,
}

const FLOW: &str = "told";

pub(super) fn run(options: &Options) -> Result<()> {
    let rig = Rig::start(options.weir.as_deref())?;
    rig.apply(&definitions(&[Flow::to_itself(FLOW, "enabled")]), &[])?;
    let mut client = rig.server.connect()?;
    // Once to make them all, and once to change them all.
    rig.load(options.profiles, 0)?;
    let account = || Ok(watch::dataflow(&mut client, FLOW)?.account);
    watch::until(Duration::from_millis(200), account, |account| {
        account.pending == 0
    })?;
    let stopwatch = Stopwatch::start();
    rig.load(options.profiles, 1)?;
    let account = || Ok(watch::dataflow(&mut client, FLOW)?.account);
    watch::until(Duration::from_millis(50), account, |account| account.pending == 0)?;
    let highest = options.profiles as f64 / stopwatch.elapsed().as_secs_f64();

    let rate = (highest * options.percent as f64 / 100.0) as u64;
    let cpu = rig.cpu()?;
    let at = under(&rig, options, rate)?;
    let cpu = rig.cpu()? - cpu;
    let account = || Ok(watch::dataflow(&mut client, FLOW)?.account);
    watch::until(Duration::from_millis(200), account, |account| {
        account.pending == 0
    })?;
    watch::dataflow(&mut client, FLOW)?.account.ensure_whole()?;
    rig.stop()?;
    println!("\nhighest rate, from posted to delivered: {highest:.0} changes a second");
    println!(
        "{} s at {rate} a second ({} %):",
        options.seconds, options.percent
    );
    at.print();
    println!(
        "CPU of the server: {:.0} us a change",
        1e6 * cpu / at.sent.changes as f64
    );
    println!(
        "{}",
        json!({"highest": highest as u64, "rate": rate, "changes": at.sent.changes, "p95Ms": at.median(), "worstP95Ms": at.worst(),
            "serverCpuSeconds": (cpu * 1e3).round() / 1e3})
    );
    Ok(())
}

/// What was seen under a rate.
pub(super) struct Seen {
    pub(super) sent: Sent,
    /// One a second; each over the exports delivered last.
    pub(super) latencies: Vec<Latency>,
}

fn under(rig: &Rig, options: &Options, rate: u64) -> Result<Seen> {
    let mut left = options.seconds;
    Seen::watch(rig, FLOW, options.profiles, rate, || {
        left = left.saturating_sub(1);
        Ok(left > 0)
    })
}

impl Seen {
    /// Changes people at a rate, and looks at the dataflow each second, for as long as `go_on` says.
    pub(super) fn watch(
        rig: &Rig,
        flow: &str,
        people: u64,
        rate: u64,
        mut go_on: impl FnMut() -> Result<bool>,
    ) -> Result<Self> {
        /// The exports delivered last must be of this rate before their latency counts.
        const SETTLE: usize = 5;
        let end = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let traffic = scope.spawn(|| traffic::send(&rig.server, people, rate, &end));
            let mut look = || -> Result<Vec<Latency>> {
                let mut client = rig.server.connect()?;
                let mut latencies = Vec::new();
                while go_on()? {
                    watch::nap(Duration::from_secs(1));
                    latencies.push(watch::dataflow(&mut client, flow)?.latency);
                }
                Ok(latencies)
            };
            let latencies = look();
            end.store(true, Ordering::Relaxed);
            let sent = traffic.join().expect("the traffic does not panic")?;
            let mut latencies = latencies?;
            if latencies.len() > SETTLE {
                latencies.drain(..SETTLE);
            }
            Ok(Self { sent, latencies })
        })
    }

    /// The mean of all looks' 95th percentiles, in milliseconds: finer than whole ones.
    pub(super) fn mean(&self) -> f64 {
        let p95 = self.latencies.iter().map(|latency| latency.p95);
        p95.sum::<u64>() as f64 / self.latencies.len().max(1) as f64
    }

    /// Of the looks, the one in the middle: the 95th percentile in milliseconds.
    pub(super) fn median(&self) -> u64 {
        let mut p95: Vec<u64> = self.latencies.iter().map(|latency| latency.p95).collect();
        p95.sort_unstable();
        p95.get(p95.len() / 2).copied().unwrap_or_default()
    }

    pub(super) fn worst(&self) -> u64 {
        let p95 = self.latencies.iter().map(|latency| latency.p95);
        p95.max().unwrap_or_default()
    }

    pub(super) fn print(&self) {
        let middle = |of: fn(&Latency) -> u64| {
            let mut all: Vec<u64> = self.latencies.iter().map(of).collect();
            all.sort_unstable();
            all.get(all.len() / 2).copied().unwrap_or_default()
        };
        println!(
            "decision to delivery, each over the last 2,048, in the median of {} looks: p50 {} ms, p95 {} ms, p99 {} ms; \
             mean p95 {:.1} ms, worst {} ms",
            self.latencies.len(),
            middle(|latency| latency.p50),
            middle(|latency| latency.p95),
            middle(|latency| latency.p99),
            self.mean(),
            self.worst()
        );
        println!(
            "posted to acknowledged, {} changes: p50 {} ms, p95 {} ms",
            self.sent.changes,
            self.sent.percentile(50).as_millis(),
            self.sent.percentile(95).as_millis()
        );
    }
}
