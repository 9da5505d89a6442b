use super::{Phase, line, table};
use crate::bench::load::Answers;
use std::time::Duration;

fn phase() -> Phase {
    Phase {
        name: "updates",
        records: 10_000,
        took: Duration::from_secs(4),
        server_cpu: 5.0,
        client_cpu: 0.5,
        evaluate: 1.0,
        commit: 2.0,
        answers: Answers {
            latencies: (1..=100).map(Duration::from_millis).collect(),
            postponed: 3,
        },
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
server CPU a record           500 us
share of evaluation           25.0 %
share of the store            50.0 %
request, half within         51.0 ms
request, 99 % within        100.0 ms
requests postponed                 3
client CPU seconds              0.50
"
    );
}

#[test]
fn the_line_is_json() {
    let value: serde_json::Value = serde_json::from_str(&line(&phase()).unwrap()).unwrap();
    assert_eq!(value["recordsPerSecond"], 2500.0);
    assert_eq!(value["commitSeconds"], 2.0);
}

#[test]
fn a_phase_without_requests_has_no_latency() {
    let mut empty = phase();
    empty.answers.latencies.clear();
    assert_eq!(empty.latency(0.99), Duration::ZERO);
}
