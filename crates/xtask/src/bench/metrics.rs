//! What the server says it spent its time on.

use super::client::Client;
use anyhow::{Context, Result, ensure};

const EVALUATE: &str = "weir_evaluate_seconds_total";
const COMMIT: &str = "weir_commit_wait_seconds_total";

/// Seconds since the server began.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Spent {
    /// Resolving, loading, evaluating and planning.
    pub(super) evaluate: f64,
    /// Waiting for batches to be durable.
    pub(super) commit: f64,
}

impl Spent {
    pub(super) fn read(client: &mut Client) -> Result<Self> {
        let answer = client.get("/metrics")?;
        ensure!(
            answer.status == 200,
            "/metrics answered {}: {}",
            answer.status,
            answer.body
        );
        Self::parse(&answer.body)
    }

    fn parse(text: &str) -> Result<Self> {
        let find = |name| sum(text, name).with_context(|| format!("/metrics does not show {name}"));
        Ok(Self {
            evaluate: find(EVALUATE)?,
            commit: find(COMMIT)?,
        })
    }
}

/// The sum of the samples of a name over all labels; `None` without any.
fn sum(text: &str, name: &str) -> Option<f64> {
    let samples = text.lines().filter_map(|line| {
        let rest = line.strip_prefix(name)?;
        let value = match rest.strip_prefix('{') {
            Some(labels) => labels.rsplit_once('}')?.1,
            None => rest,
        };
        value.strip_prefix(' ')?.split(' ').next()?.parse::<f64>().ok()
    });
    samples.reduce(|a, b| a + b)
}

#[cfg(test)]
mod tests;
