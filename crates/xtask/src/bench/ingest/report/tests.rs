use super::{Exports, Phase, json, table};
use crate::bench::metrics::Work;
use crate::weir::Answers;
use std::time::Duration;

fn phase() -> Phase {
    Phase {
        name: "updates",
        records: 10_000,
        took: Duration::from_secs(4),
        server_cpu: 5.0,
        caught_up_cpu: 2.0 * 5.0,
        client_cpu: 0.5,
        work: Work {
            evaluate: 1.0,
            commit: 2.0,
            steps: 11_000.0,
            transitions: 700.0,
        },
        answers: Answers {
            latencies: (1..=100).map(Duration::from_millis).collect(),
            postponed: 3,
        },
        exports: Some(Exports {
            delivered: 400,
            after: Duration::from_millis(250),
        }),
    }
}

#[test]
fn the_table_shows_rates_and_shares() {
    assert_eq!(
        table("title", &[&phase()]),
        "\
title
                             updates
records                        10000
seconds                         4.00
records a second                2500
server CPU seconds              5.00
server CPU a record         500.0 us
until caught up            1000.0 us
share of evaluation           25.0 %
share of the store            50.0 %
request, half within         51.0 ms
request, 99 % within        100.0 ms
request, the longest        100.0 ms
requests postponed                 3
client CPU seconds              0.50
evaluations                    11000
transitions                      700
exports delivered                400
last one after                0.25 s
"
    );
}

#[test]
fn programs_get_the_same() {
    let value = json(&phase());
    assert_eq!(value["recordsPerSecond"], 2500.0);
    assert_eq!(value["commitSeconds"], 2.0);
    assert_eq!(value["commitShare"], 0.5);
    assert_eq!(value["requestSeconds"]["longest"], 0.1);
    assert_eq!(value["exports"]["delivered"], 400);
}

#[test]
fn without_a_dataflow_there_are_no_exports() {
    let mut quiet = phase();
    quiet.exports = None;
    assert!(table("title", &[&quiet]).contains("exports delivered               none\n"));
    assert!(json(&quiet)["exports"].is_null());
}

#[test]
fn the_longest_request_is_beyond_all_shares() {
    let mut long = phase();
    long.answers.latencies = (1..=1_000).map(Duration::from_millis).collect();
    let shown = table("title", &[&long]);
    assert!(
        shown.contains("request, 99 % within        991.0 ms\n"),
        "{shown}"
    );
    assert!(
        shown.contains("request, the longest       1000.0 ms\n"),
        "{shown}"
    );
    assert_eq!(
        json(&long)["requestSeconds"],
        serde_json::json!({"p50": 0.501, "p99": 0.991, "longest": 1.0})
    );
}

#[test]
fn a_phase_without_requests_has_no_latency() {
    let mut empty = phase();
    empty.answers.latencies.clear();
    assert_eq!(empty.latency(0.99), Duration::ZERO);
}
