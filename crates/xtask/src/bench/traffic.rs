//! Changes at a fixed rate, whatever the server does: a request that is late delays none of those after it.

use super::people;
use super::watch::nap;
use crate::stopwatch::Stopwatch;
use crate::weir::{Client, Server};
use anyhow::{Result, ensure};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

/// Requests a second; what a connection cannot send in time the others do.
const REQUESTS: u64 = 50;
const CONNECTIONS: usize = 8;

/// What came of it.
#[derive(Debug, Default)]
pub(super) struct Sent {
    /// Changes acknowledged.
    pub(super) changes: u64,
    /// How long each request took from the instant it was due, ascending.
    pub(super) latencies: Vec<Duration>,
}

impl Sent {
    pub(super) fn percentile(&self, percent: usize) -> Duration {
        let rank = (self.latencies.len() * percent).div_ceil(100).max(1);
        self.latencies.get(rank - 1).copied().unwrap_or_default()
    }
}

/// Changes people in turn until `end`, `rate` of them a second.
pub(super) fn send(server: &Server, people: u64, rate: u64, end: &AtomicBool) -> Result<Sent> {
    let (next, stopwatch) = (AtomicU64::new(0), Stopwatch::start());
    let one = || -> Result<Sent> {
        let mut client = server.connect()?;
        let mut sent = Sent::default();
        while !end.load(Ordering::Relaxed) {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let due = Duration::from_secs_f64(number as f64 / REQUESTS as f64);
            nap(due.saturating_sub(stopwatch.elapsed()));
            let changes = number * rate / REQUESTS..(number + 1) * rate / REQUESTS;
            post(&mut client, changes.clone(), people)?;
            sent.latencies.push(stopwatch.elapsed().saturating_sub(due));
            sent.changes += changes.end - changes.start;
        }
        Ok(sent)
    };
    let parts: Vec<Result<Sent>> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..CONNECTIONS).map(|_| scope.spawn(one)).collect();
        let joined = workers
            .into_iter()
            .map(|worker| worker.join().expect("a worker does not panic"));
        joined.collect()
    });
    let mut all = Sent::default();
    for part in parts {
        let part = part?;
        all.changes += part.changes;
        all.latencies.extend(part.latencies);
    }
    all.latencies.sort_unstable();
    Ok(all)
}

/// A new number of points for some people, spread over all of them.
fn post(client: &mut Client, changes: std::ops::Range<u64>, people: u64) -> Result<()> {
    /// Coprime to any number of people one would ask for.
    const STRIDE: u64 = 7_368_787;
    let lines: String = changes
        .map(|change| people::record(change.wrapping_mul(STRIDE) % people, change + 2, 1))
        .collect();
    loop {
        let answer = client.post(people::PATH, "application/x-ndjson", &lines)?;
        let refused = answer.body.contains("\"statusCode\":4") || answer.body.contains("\"statusCode\":5");
        match answer.status {
            207 if !refused => return Ok(()),
            503 => nap(Duration::from_secs(answer.retry_after.unwrap_or(1))),
            status => ensure!(false, "the server answered {status}: {}", answer.body),
        }
    }
}
