//! Posting a workload over some connections at once.

use super::client::{Answer, Client};
use crate::stopwatch::Stopwatch;
use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// Where to post, and how.
pub(crate) struct Load<'a> {
    pub(crate) address: SocketAddr,
    pub(crate) token: &'a str,
    pub(crate) path: &'a str,
    pub(crate) lines_a_request: usize,
    pub(crate) connections: usize,
    /// Lines a second, if not as many as the server takes.
    pub(crate) rate: Option<f64>,
}

/// How the server answered.
#[derive(Debug, Default)]
pub(crate) struct Answers {
    /// How long each request took, ascending, from its first try on; at a rate, from the instant it was due, so that
    /// waiting for a connection counts.
    pub(crate) latencies: Vec<Duration>,
    /// How often the server asked to come again later.
    pub(crate) postponed: usize,
}

/// Some lines in one body.
pub(crate) struct Request {
    lines: usize,
    body: String,
}

/// The body of a 207.
#[derive(Deserialize)]
struct Batch {
    responses: Vec<Entry>,
}

/// The answer to one line; a status only if it was refused.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    status_code: Option<u16>,
    message: Option<String>,
}

/// How often one request is tried before the server counts as stuck.
const TRIES: usize = 100;

impl Load<'_> {
    pub(crate) fn requests(&self, lines: &[String]) -> Vec<Request> {
        let chunks = lines.chunks(self.lines_a_request.max(1));
        let requests = chunks.map(|chunk| Request {
            lines: chunk.len(),
            body: chunk.concat(),
        });
        requests.collect()
    }

    /// Posts all requests, each once the server has room for it; fails if a single line is refused.
    ///
    /// Requests go out in their order, but with several connections they may arrive in another.
    pub(crate) fn post(&self, requests: &[Request]) -> Result<Answers> {
        let next = AtomicUsize::new(0);
        let begun = Stopwatch::start();
        let parts: Vec<Result<Answers>> = std::thread::scope(|scope| {
            let workers: Vec<_> = (0..self.connections.max(1))
                .map(|_| scope.spawn(|| self.post_some(requests, &next, begun)))
                .collect();
            let join = |worker: std::thread::ScopedJoinHandle<'_, _>| {
                worker.join().expect("a worker does not panic")
            };
            workers.into_iter().map(join).collect()
        });
        let mut all = Answers::default();
        for part in parts {
            let part = part?;
            all.latencies.extend(part.latencies);
            all.postponed += part.postponed;
        }
        all.latencies.sort_unstable();
        Ok(all)
    }

    /// Takes the next request until none is left.
    fn post_some(&self, requests: &[Request], next: &AtomicUsize, begun: Stopwatch) -> Result<Answers> {
        let mut client = Client::connect(self.address, self.token)?;
        let mut answers = Answers::default();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(request) = requests.get(number) else {
                return Ok(answers);
            };
            let due = match self.rate {
                Some(rate) => Duration::from_secs_f64((number * self.lines_a_request) as f64 / rate),
                None => begun.elapsed(),
            };
            wait(due.saturating_sub(begun.elapsed()));
            let mut tries = 1;
            loop {
                let answer = client.post(self.path, "application/x-ndjson", &request.body)?;
                if answer.status != 503 {
                    request.check(&answer)?;
                    break;
                }
                ensure!(
                    tries < TRIES,
                    "the server had no room {tries} times in a row: {}",
                    answer.body
                );
                tries += 1;
                answers.postponed += 1;
                wait(Duration::from_secs(
                    answer.retry_after.context("a 503 without Retry-After")?,
                ));
            }
            answers.latencies.push(begun.elapsed().saturating_sub(due));
        }
    }
}

impl Request {
    /// Whether every line was taken.
    fn check(&self, answer: &Answer) -> Result<()> {
        ensure!(
            answer.status == 207,
            "the server answered {}: {}",
            answer.status,
            answer.body
        );
        let batch: Batch = serde_json::from_str(&answer.body)
            .with_context(|| format!("the server's answer has another shape: {}", answer.body))?;
        ensure!(
            batch.responses.len() == self.lines,
            "{} answers to {} lines",
            batch.responses.len(),
            self.lines
        );
        for (index, entry) in batch.responses.iter().enumerate() {
            if let Some(status) = entry.status_code.filter(|status| *status != 200) {
                let message = entry.message.as_deref().unwrap_or("no reason given");
                let line = self.body.lines().nth(index).unwrap_or_default();
                bail!("the server refused a line with {status}, {message}:\n{line}");
            }
        }
        Ok(())
    }
}

#[expect(clippy::disallowed_methods, reason = "the server asked for it, or a rate was")]
fn wait(time: Duration) {
    std::thread::sleep(time);
}

#[cfg(test)]
mod tests;
