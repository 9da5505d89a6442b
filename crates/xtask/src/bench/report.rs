//! The figures, for people and for programs.

use super::load::Answers;
use anyhow::Result;
use serde_json::json;
use std::time::Duration;

/// What it took to take in one file.
pub(super) struct Phase {
    pub(super) name: &'static str,
    pub(super) records: usize,
    pub(super) took: Duration,
    /// Seconds of CPU time.
    pub(super) server_cpu: f64,
    pub(super) client_cpu: f64,
    /// Seconds that the server spent evaluating, and committing.
    pub(super) evaluate: f64,
    pub(super) commit: f64,
    pub(super) answers: Answers,
}

impl Phase {
    /// Records a second.
    fn rate(&self) -> f64 {
        self.records as f64 / self.took.as_secs_f64()
    }

    /// Of the time that passed, in per cent.
    fn share(&self, seconds: f64) -> f64 {
        100.0 * seconds / self.took.as_secs_f64()
    }

    /// The time within which a share of the requests was answered.
    fn latency(&self, share: f64) -> Duration {
        let latencies = &self.answers.latencies;
        let at = (latencies.len() as f64 * share) as usize;
        latencies
            .get(at.min(latencies.len().saturating_sub(1)))
            .copied()
            .unwrap_or_default()
    }
}

/// One column a phase.
pub(super) fn table(title: &str, phases: &[&Phase]) -> String {
    type Row = (&'static str, fn(&Phase) -> String);
    let rows: [Row; 12] = [
        ("", |phase| phase.name.to_owned()),
        ("records", |phase| phase.records.to_string()),
        ("seconds", |phase| format!("{:.2}", phase.took.as_secs_f64())),
        ("records a second", |phase| format!("{:.0}", phase.rate())),
        ("server CPU seconds", |phase| format!("{:.2}", phase.server_cpu)),
        ("server CPU a record", |phase| {
            format!("{:.0} us", 1e6 * phase.server_cpu / phase.records as f64)
        }),
        ("share of evaluation", |phase| {
            format!("{:.1} %", phase.share(phase.evaluate))
        }),
        ("share of the store", |phase| {
            format!("{:.1} %", phase.share(phase.commit))
        }),
        ("request, half within", |phase| {
            format!("{:.1} ms", 1e3 * phase.latency(0.5).as_secs_f64())
        }),
        ("request, 99 % within", |phase| {
            format!("{:.1} ms", 1e3 * phase.latency(0.99).as_secs_f64())
        }),
        ("requests postponed", |phase| phase.answers.postponed.to_string()),
        ("client CPU seconds", |phase| format!("{:.2}", phase.client_cpu)),
    ];
    let mut lines = vec![title.to_owned()];
    for (name, value) in rows {
        let values = phases.iter().map(|phase| format!("{:>14}", value(phase)));
        let values: Vec<String> = values.collect();
        lines.push(format!("{name:<22}{}", values.concat()));
    }
    lines.join("\n") + "\n"
}

/// The same of one phase, as a line of JSON.
pub(super) fn line(phase: &Phase) -> Result<String> {
    Ok(serde_json::to_string(&json!({
        "records": phase.records,
        "seconds": phase.took.as_secs_f64(),
        "recordsPerSecond": phase.rate(),
        "serverCpuSeconds": phase.server_cpu,
        "clientCpuSeconds": phase.client_cpu,
        "evaluateSeconds": phase.evaluate,
        "commitSeconds": phase.commit,
    }))?)
}

#[cfg(test)]
mod tests;
