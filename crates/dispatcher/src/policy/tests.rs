use super::*;
use std::time::Duration as Std;

const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);
const MINUTE: i64 = 60_000;

fn tries(attempts: u8, throttled_for: Option<i64>) -> Tries {
    Tries {
        seq: ExportSeq(1),
        attempts,
        throttled_since: throttled_for.map(|ms| NOW - Duration::from_millis(ms)),
        emitted_at: NOW,
    }
}

fn verdict(class: &str) -> Verdict {
    let answer = "so it said".to_owned();
    match class {
        "delivered" => Verdict::Delivered,
        "refused" => Verdict::Refused { answer },
        "transient" => Verdict::Transient { answer },
        "throttled" => Verdict::Throttled { after: None, answer },
        "throttled 7s" => Verdict::Throttled {
            after: Some(Std::from_secs(7)),
            answer,
        },
        "endpoint" => Verdict::Endpoint { answer },
        other => panic!("no such class: {other}"),
    }
}

/// One line a cell: class, attempts so far, throttled for (ms), breaker open, what follows.
#[test]
fn the_whole_table() {
    let retry = Retry {
        jitter: 0.0,
        ..Retry::default()
    };
    let mut lines = Vec::new();
    for class in [
        "delivered",
        "refused",
        "transient",
        "throttled",
        "throttled 7s",
        "endpoint",
    ] {
        for (attempts, throttled_for, open) in [
            (0, None, false),
            (1, None, false),
            (2, None, false),
            (2, None, true),
            (0, Some(10 * MINUTE - 1), false),
            (0, Some(10 * MINUTE), false),
            (2, Some(10 * MINUTE), false),
            (2, Some(10 * MINUTE), true),
        ] {
            let during = Circumstances {
                now: NOW,
                open,
                level: 1,
                retry: &retry,
            };
            let mut rng = Rng::with_seed(0);
            let next = decide(
                &verdict(class),
                &tries(attempts, throttled_for),
                &during,
                &mut rng,
            );
            let throttled_for = throttled_for.map_or("-".to_owned(), |ms| ms.to_string());
            let open = if open { "open" } else { "closed" };
            lines.push(format!(
                "{class:12} {attempts} {throttled_for:>6} {open:6} {}",
                told(&next)
            ));
        }
    }
    insta::assert_snapshot!(lines.join("\n"), @r#"
    delivered    0      - closed Delivered
    delivered    1      - closed Delivered
    delivered    2      - closed Delivered
    delivered    2      - open   Delivered
    delivered    0 599999 closed Delivered
    delivered    0 600000 closed Delivered
    delivered    2 600000 closed Delivered
    delivered    2 600000 open   Delivered
    refused      0      - closed dead Refused, attempts 0
    refused      1      - closed dead Refused, attempts 1
    refused      2      - closed dead Refused, attempts 2
    refused      2      - open   dead Refused, attempts 2
    refused      0 599999 closed dead Refused, attempts 0
    refused      0 600000 closed dead Refused, attempts 0
    refused      2 600000 closed dead Refused, attempts 2
    refused      2 600000 open   dead Refused, attempts 2
    transient    0      - closed again in 15000 ms, attempts 1, throttled for -
    transient    1      - closed again in 30000 ms, attempts 2, throttled for -
    transient    2      - closed dead Exhausted, attempts 3
    transient    2      - open   release
    transient    0 599999 closed again in 15000 ms, attempts 1, throttled for -
    transient    0 600000 closed again in 15000 ms, attempts 1, throttled for -
    transient    2 600000 closed dead Exhausted, attempts 3
    transient    2 600000 open   release
    throttled    0      - closed again in 200 ms, attempts 0, throttled for 0
    throttled    1      - closed again in 200 ms, attempts 1, throttled for 0
    throttled    2      - closed again in 200 ms, attempts 2, throttled for 0
    throttled    2      - open   again in 200 ms, attempts 2, throttled for 0
    throttled    0 599999 closed again in 200 ms, attempts 0, throttled for 599999
    throttled    0 600000 closed again in 15000 ms, attempts 1, throttled for 600000
    throttled    2 600000 closed dead Exhausted, attempts 3
    throttled    2 600000 open   again in 200 ms, attempts 2, throttled for 600000
    throttled 7s 0      - closed again in 7000 ms, attempts 0, throttled for 0
    throttled 7s 1      - closed again in 7000 ms, attempts 1, throttled for 0
    throttled 7s 2      - closed again in 7000 ms, attempts 2, throttled for 0
    throttled 7s 2      - open   again in 7000 ms, attempts 2, throttled for 0
    throttled 7s 0 599999 closed again in 7000 ms, attempts 0, throttled for 599999
    throttled 7s 0 600000 closed again in 15000 ms, attempts 1, throttled for 600000
    throttled 7s 2 600000 closed dead Exhausted, attempts 3
    throttled 7s 2 600000 open   again in 7000 ms, attempts 2, throttled for 600000
    endpoint     0      - closed release
    endpoint     1      - closed release
    endpoint     2      - closed release
    endpoint     2      - open   release
    endpoint     0 599999 closed release
    endpoint     0 600000 closed release
    endpoint     2 600000 closed release
    endpoint     2 600000 open   release
    "#);
}

fn told(next: &Next) -> String {
    match next {
        Next::Release => "release".to_owned(),
        Next::Settle(Outcome::Again {
            due,
            attempts,
            throttled_since,
        }) => {
            let since = throttled_since.map_or("-".to_owned(), |at| NOW.since(at).millis().to_string());
            format!(
                "again in {} ms, attempts {attempts}, throttled for {since}",
                due.since(NOW).millis()
            )
        }
        Next::Settle(Outcome::Dead {
            reason,
            answer,
            attempts,
            at,
        }) => {
            assert_eq!((answer.as_str(), *at), ("so it said", NOW));
            format!("dead {reason:?}, attempts {attempts}")
        }
        Next::Settle(other) => format!("{other:?}"),
    }
}

#[test]
fn an_answer_is_clipped_between_characters() {
    let answer = format!("{}é", "x".repeat(ANSWER_BYTES - 1));
    let outcome = buried(DeadReason::Refused, &answer, 0, NOW);
    let Outcome::Dead { answer, .. } = outcome else {
        panic!("{outcome:?}")
    };
    assert_eq!(answer.len(), ANSWER_BYTES - 1);
}
