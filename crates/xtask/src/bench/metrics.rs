//! What the server says it did, and spent its time on.

use crate::weir::Client;
use anyhow::{Context, Result, ensure};

const EVALUATE: &str = "weir_evaluate_seconds_sum";
const COMMIT: &str = "weir_commit_wait_seconds_sum";
const STEPS: &str = "weir_evaluation_steps_total";
const TRANSITIONS: &str = "weir_transitions_total";

/// Totals since the server began; a name that has counted nothing yet is not shown.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Totals {
    evaluate: Option<f64>,
    commit: Option<f64>,
    steps: Option<f64>,
    transitions: Option<f64>,
}

/// What was done between two readings.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Work {
    /// Seconds of resolving, loading, evaluating and planning.
    pub(super) evaluate: f64,
    /// Seconds of waiting for batches to be durable.
    pub(super) commit: f64,
    /// Evaluations of a profile, at messages and at timers.
    pub(super) steps: f64,
    /// Segments entered and left.
    pub(super) transitions: f64,
}

impl Totals {
    pub(super) fn read(client: &mut Client) -> Result<Self> {
        Ok(Self::parse(&text(client)?))
    }

    /// What was done since an earlier reading; fails if the server still does not show a name.
    pub(super) fn since(self, earlier: Self) -> Result<Work> {
        let between = |name, now: Option<f64>, earlier: Option<f64>| -> Result<f64> {
            let now = now.with_context(|| format!("/metrics does not show {name}"))?;
            Ok(now - earlier.unwrap_or(0.0))
        };
        Ok(Work {
            evaluate: between(EVALUATE, self.evaluate, earlier.evaluate)?,
            commit: between(COMMIT, self.commit, earlier.commit)?,
            steps: between(STEPS, self.steps, earlier.steps)?,
            transitions: between(TRANSITIONS, self.transitions, earlier.transitions)?,
        })
    }

    fn parse(text: &str) -> Self {
        Self {
            evaluate: sum(text, EVALUATE),
            commit: sum(text, COMMIT),
            steps: sum(text, STEPS),
            transitions: sum(text, TRANSITIONS),
        }
    }
}

/// A counter as it stands, over all labels; 0 if nothing was counted yet.
pub(super) fn counter(client: &mut Client, name: &str) -> Result<u64> {
    Ok(sum(&text(client)?, name).unwrap_or_default() as u64)
}

fn text(client: &mut Client) -> Result<String> {
    let answer = client.get("/metrics")?;
    ensure!(
        answer.status == 200,
        "/metrics answered {}: {}",
        answer.status,
        answer.body
    );
    Ok(answer.body)
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
