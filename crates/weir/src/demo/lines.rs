//! What a demo says to a program: one JSON object a line.

use super::board::{Percentiles, Trend, View};
use model::Account;
use serde::Serialize;
use serde_json::{Map, Value};
use std::io::{self, Write};

/// A line a second. Counts are since the demo began, but for the account, which is that of the store.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Line<'a> {
    seconds: f64,
    accepted: u64,
    evaluated: u64,
    exported: u64,
    bad: u64,
    duplicates: u64,
    busy: u64,
    merged: u64,
    per_second: Rates,
    entered: Map<String, Value>,
    exited: Map<String, Value>,
    latency_ms: Latencies,
    account: &'a Account,
}

#[derive(Serialize)]
struct Rates {
    accepted: f64,
    evaluated: f64,
    exported: f64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Latencies {
    post_to_answer: Option<Percentiles>,
    answer_to_delivery: Option<Percentiles>,
    due_to_delivery: Option<Percentiles>,
}

/// The last line.
#[derive(Serialize)]
struct Last<'a> {
    account: &'a Account,
}

/// Prints what there is to say each second.
pub(super) fn print(view: &View) -> io::Result<()> {
    let counts = |of: fn(&super::board::Segment) -> &Trend| {
        view.segments
            .iter()
            .map(|segment| (segment.id.clone(), of(segment).total.into()))
            .collect()
    };
    let rate = |trend: &Trend| (trend.rate * 10.0).round() / 10.0;
    write(&Line {
        seconds: (view.elapsed.as_secs_f64() * 1000.0).round() / 1000.0,
        accepted: view.accepted.total,
        evaluated: view.evaluated.total,
        exported: view.exported.total,
        bad: view.bad,
        duplicates: view.duplicates,
        busy: view.busy,
        merged: view.merged,
        per_second: Rates {
            accepted: rate(&view.accepted),
            evaluated: rate(&view.evaluated),
            exported: rate(&view.exported),
        },
        entered: counts(|segment| &segment.entered),
        exited: counts(|segment| &segment.exited),
        latency_ms: Latencies {
            post_to_answer: view.latencies.answer,
            answer_to_delivery: view.latencies.delivery,
            due_to_delivery: view.latencies.clock,
        },
        account: &view.account,
    })
}

/// Prints the last line: `{"account":{..}}`.
pub(super) fn print_last(account: &Account) -> io::Result<()> {
    write(&Last { account })
}

fn write(line: &impl Serialize) -> io::Result<()> {
    let mut line = serde_json::to_vec(line)?;
    line.push(b'\n');
    let mut out = io::stdout().lock();
    out.write_all(&line)?;
    out.flush()
}
