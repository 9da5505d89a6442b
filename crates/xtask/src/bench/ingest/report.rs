//! The figures, for people and for programs.

use crate::bench::metrics::Work;
use crate::weir::Answers;
use serde_json::{Value, json};
use std::time::Duration;

/// What it took to take in one file.
pub(super) struct Phase {
    pub(super) name: &'static str,
    pub(super) records: usize,
    pub(super) took: Duration,
    /// Seconds of CPU time.
    pub(super) server_cpu: f64,
    /// The same until the engine had all that was in the log.
    pub(super) caught_up_cpu: f64,
    pub(super) client_cpu: f64,
    pub(super) work: Work,
    pub(super) answers: Answers,
    /// If there is a dataflow.
    pub(super) exports: Option<Exports>,
}

/// What was delivered of what a file decided.
#[derive(Clone, Copy)]
pub(super) struct Exports {
    pub(super) delivered: u64,
    /// How long after the last answer the last one was delivered.
    pub(super) after: Duration,
}

impl Phase {
    /// Records a second.
    fn rate(&self) -> f64 {
        self.records as f64 / self.took.as_secs_f64()
    }

    /// Of the time that passed.
    fn share(&self, seconds: f64) -> f64 {
        seconds / self.took.as_secs_f64()
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

    fn shown(&self, show: fn(&Exports) -> String) -> String {
        self.exports.as_ref().map_or_else(|| "none".to_owned(), show)
    }
}

/// One column a phase.
pub(super) fn table(title: &str, phases: &[&Phase]) -> String {
    type Row = (&'static str, fn(&Phase) -> String);
    let rows: [Row; 18] = [
        ("", |phase| phase.name.to_owned()),
        ("records", |phase| phase.records.to_string()),
        ("seconds", |phase| format!("{:.2}", phase.took.as_secs_f64())),
        ("records a second", |phase| format!("{:.0}", phase.rate())),
        ("server CPU seconds", |phase| format!("{:.2}", phase.server_cpu)),
        ("server CPU a record", |phase| {
            format!("{:.1} us", 1e6 * phase.server_cpu / phase.records as f64)
        }),
        ("until caught up", |phase| {
            format!("{:.1} us", 1e6 * phase.caught_up_cpu / phase.records as f64)
        }),
        ("share of evaluation", |phase| {
            format!("{:.1} %", 100.0 * phase.share(phase.work.evaluate))
        }),
        ("share of the store", |phase| {
            format!("{:.1} %", 100.0 * phase.share(phase.work.commit))
        }),
        ("request, half within", |phase| {
            format!("{:.1} ms", 1e3 * phase.latency(0.5).as_secs_f64())
        }),
        ("request, 99 % within", |phase| {
            format!("{:.1} ms", 1e3 * phase.latency(0.99).as_secs_f64())
        }),
        ("request, the longest", |phase| {
            format!("{:.1} ms", 1e3 * phase.latency(1.0).as_secs_f64())
        }),
        ("requests postponed", |phase| phase.answers.postponed.to_string()),
        ("client CPU seconds", |phase| format!("{:.2}", phase.client_cpu)),
        ("evaluations", |phase| phase.work.steps.to_string()),
        ("transitions", |phase| phase.work.transitions.to_string()),
        ("exports delivered", |phase| {
            phase.shown(|exports| exports.delivered.to_string())
        }),
        ("last one after", |phase| {
            phase.shown(|exports| format!("{:.2} s", exports.after.as_secs_f64()))
        }),
    ];
    let mut lines = vec![title.to_owned()];
    for (name, value) in rows {
        let values = phases.iter().map(|phase| format!("{:>14}", value(phase)));
        let values: Vec<String> = values.collect();
        lines.push(format!("{name:<22}{}", values.concat()));
    }
    lines.join("\n") + "\n"
}

/// The same of one phase, for programs.
pub(super) fn json(phase: &Phase) -> Value {
    let exports = phase.exports.map(|exports| {
        json!({"delivered": exports.delivered, "lastAfterSeconds": rounded(exports.after.as_secs_f64())})
    });
    json!({
        "records": phase.records,
        "seconds": rounded(phase.took.as_secs_f64()),
        "recordsPerSecond": rounded(phase.rate()),
        "serverCpuSeconds": rounded(phase.server_cpu),
        "caughtUpCpuSeconds": rounded(phase.caught_up_cpu),
        "clientCpuSeconds": rounded(phase.client_cpu),
        "requestSeconds": {
            "p50": rounded(phase.latency(0.5).as_secs_f64()),
            "p99": rounded(phase.latency(0.99).as_secs_f64()),
            "longest": rounded(phase.latency(1.0).as_secs_f64()),
        },
        "evaluateSeconds": rounded(phase.work.evaluate),
        "evaluateShare": rounded(phase.share(phase.work.evaluate)),
        "commitSeconds": rounded(phase.work.commit),
        "commitShare": rounded(phase.share(phase.work.commit)),
        "evaluations": phase.work.steps,
        "transitions": phase.work.transitions,
        "exports": exports,
    })
}

/// No figure here is known any better.
fn rounded(figure: f64) -> f64 {
    (figure * 1e3).round() / 1e3
}

#[cfg(test)]
mod tests;
