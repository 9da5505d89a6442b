//! What the server shows of its dataflows and jobs while it works.

use super::metrics;
use crate::stopwatch::Stopwatch;
use crate::weir::{Account, Client, Server};
use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::time::Duration;

/// A dataflow that gets nowhere for this long is stuck.
const PATIENCE: Duration = Duration::from_mins(3);
/// Memory of rows that are in the log and not yet in the engine.
const TABLE_BYTES: &str = "weir_table_bytes";
/// How often the log is looked at.
const LOOK: Duration = Duration::from_millis(50);
/// Between two looks at what is counted.
const SHORTEST: Duration = Duration::from_millis(20);
const LONGEST: Duration = Duration::from_millis(500);

/// `GET /api/dataflows`.
#[derive(Deserialize)]
struct Dataflows {
    dataflows: Vec<Dataflow>,
}

/// One dataflow, as far as the figures need it.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Dataflow {
    pub(super) id: String,
    pub(super) account: Account,
    pub(super) latency: Latency,
}

/// Over the 2,048 exports delivered last, in milliseconds.
#[derive(Clone, Copy, Debug, Deserialize)]
pub(super) struct Latency {
    #[serde(rename = "p50Ms")]
    pub(super) p50: u64,
    #[serde(rename = "p95Ms")]
    pub(super) p95: u64,
    #[serde(rename = "p99Ms")]
    pub(super) p99: u64,
}

/// `GET /api/jobs`.
#[derive(Deserialize)]
struct Jobs {
    jobs: Vec<Job>,
}

/// One bulk job.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Job {
    pub(super) state: String,
    pub(super) total: u64,
    pub(super) exported: u64,
    pub(super) live: u64,
    pub(super) left: u64,
}

pub(super) fn dataflows(client: &mut Client) -> Result<Vec<Dataflow>> {
    get::<Dataflows>(client, "/api/dataflows").map(|view| view.dataflows)
}

pub(super) fn dataflow(client: &mut Client, id: &str) -> Result<Dataflow> {
    let found = dataflows(client)?.into_iter().find(|flow| flow.id == id);
    found.with_context(|| format!("the server has no dataflow `{id}`"))
}

/// The one job there is.
pub(super) fn job(client: &mut Client) -> Result<Job> {
    let jobs = get::<Jobs>(client, "/api/jobs")?.jobs;
    ensure!(jobs.len() == 1, "one job was expected: {jobs:?}");
    jobs.into_iter().next().context("there is none")
}

/// Resident memory of a process, in bytes.
pub(super) fn resident_bytes(pid: u32) -> Result<u64> {
    let path = format!("/proc/{pid}/status");
    let status = std::fs::read_to_string(&path).with_context(|| format!("cannot read {path}"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|rest| rest.trim().strip_suffix(" kB"));
    let kilobytes: u64 = kilobytes
        .with_context(|| format!("{path} has another shape than proc(5) says"))?
        .parse()?;
    Ok(kilobytes << 10)
}

/// Looks every `pause` until `done` says so; fails if what it looks at stays the same for too long.
pub(super) fn until<T: PartialEq>(
    pause: Duration,
    mut look: impl FnMut() -> Result<T>,
    done: impl Fn(&T) -> bool,
) -> Result<Duration> {
    let stopwatch = Stopwatch::start();
    let mut changed = Duration::ZERO;
    let mut last = look()?;
    while !done(&last) {
        let stuck = stopwatch.elapsed().saturating_sub(changed) > PATIENCE;
        ensure!(!stuck, "nothing happens any more");
        nap(pause);
        let now = look()?;
        if now != last {
            changed = stopwatch.elapsed();
            last = now;
        }
    }
    Ok(stopwatch.elapsed())
}

/// Looks until `target` are counted, since a stopwatch began at none. Each look halves the time that is left at the rate so
/// far, so that few looks disturb what is measured, and the end is seen soon.
pub(super) fn count(target: u64, stopwatch: Stopwatch, mut look: impl FnMut() -> Result<u64>) -> Result<()> {
    let (mut counted, mut changed) = (look()?, stopwatch.elapsed());
    while counted < target {
        let rate = counted.max(1) as f64 / stopwatch.elapsed().as_secs_f64();
        let half = (target - counted) as f64 / rate / 2.0;
        nap(Duration::from_secs_f64(half.min(1.0)).clamp(SHORTEST, LONGEST));
        let now = look()?;
        if now > counted {
            (counted, changed) = (now, stopwatch.elapsed());
        }
        let stuck = stopwatch.elapsed().saturating_sub(changed) > PATIENCE;
        ensure!(!stuck, "nothing happens any more");
    }
    Ok(())
}

/// Waits until the engine has all that is in the log: then nothing works on it but what is asked for.
pub(super) fn caught_up(server: &Server) -> Result<()> {
    let mut client = server.connect()?;
    until(
        LOOK,
        || metrics::counter(&mut client, TABLE_BYTES),
        |bytes| *bytes == 0,
    )?;
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "waits for another process")]
pub(super) fn nap(pause: Duration) {
    std::thread::sleep(pause);
}

fn get<T: DeserializeOwned>(client: &mut Client, path: &str) -> Result<T> {
    let answer = client.get(path)?;
    ensure!(
        answer.status == 200,
        "{path} answered {}: {}",
        answer.status,
        answer.body
    );
    serde_json::from_str(&answer.body).with_context(|| format!("{path} has another shape: {}", answer.body))
}
