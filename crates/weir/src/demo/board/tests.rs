use super::*;

const START: Timestamp = Timestamp::from_millis(1_700_000_000_000);

fn at(ms: i64) -> Timestamp {
    START + model::Duration::from_millis(ms)
}

fn board() -> Board {
    let segment = |id: &str, name: &str| (SegmentId::new(id).unwrap(), name.to_owned());
    Board::new(
        vec![
            segment("gold", "Gold members"),
            segment("burst", "Spree shoppers"),
        ],
        START,
    )
}

/// An export of profile 7, whose customer is C-1.
fn line(revision: u32, decided: Timestamp, transitions: &[(&str, Status)]) -> Line {
    let transition = |(segment, status): &(&str, Status)| serde_json::json!({"at": decided.to_string(), "segment": segment, "status": status.as_str()});
    let json = serde_json::json!({
        "_weir": {
            "profile": "7", "revision": format!("{revision:020}"), "merged": [], "emittedAt": decided.to_string(),
            "transitions": transitions.iter().map(transition).collect::<Vec<_>>(),
        },
        "person": {"name": {"firstName": "Ana", "lastName": "Ito"}},
        "identityMap": {"crmId": [{"id": "C-1"}]},
    });
    Line::parse(json.to_string().as_bytes()).unwrap()
}

/// All percentiles of one sample are that sample.
fn one(ms: u64) -> Percentiles {
    Percentiles {
        p50: ms,
        p95: ms,
        p99: ms,
    }
}

#[test]
fn an_export_is_measured_from_the_answer_to_its_message() {
    let board = board();
    let sent = board.sent(&["C-1", "C-2"], at(0));
    board.answered(&["C-1", "C-2"], sent, Answer { accepted: 2, bad: 1 }, at(8));
    board.delivered(&line(1, at(5), &[("gold", Status::Realized)]), at(20));
    board.finish();
    let view = board.view();
    assert_eq!((view.accepted.total, view.bad, view.exported.total), (2, 1, 1));
    assert_eq!(view.latencies.delivery, Some(one(12)));
    assert_eq!(view.latencies.clock, None);
    let [moment] = view.moments.as_slice() else {
        panic!("{:?}", view.moments)
    };
    assert_eq!(
        (moment.who.as_deref(), moment.segment.as_str()),
        (Some("Ana Ito"), "Gold members")
    );
    assert!(!moment.by_clock);
}

#[test]
fn an_export_that_overtakes_the_answer_took_no_time() {
    let board = board();
    let sent = board.sent(&["C-1"], at(0));
    board.delivered(&line(1, at(5), &[]), at(6));
    assert_eq!(board.view().latencies.delivery, Some(one(0)));
    // Refused for want of room, it is sent again; what comes then is of the second.
    board.busy(&["C-1"], sent, at(7));
    let sent = board.sent(&["C-1"], at(1000));
    board.answered(&["C-1"], sent, Answer { accepted: 1, bad: 0 }, at(1010));
    board.delivered(&line(2, at(1005), &[]), at(1010));
    assert_eq!(board.view().busy, 1);
    assert_eq!(board.view().latencies.clock, None);
}

#[test]
fn what_nobody_asked_for_is_measured_from_its_instant() {
    let board = board();
    let sent = board.sent(&["C-1"], at(0));
    board.answered(&["C-1"], sent, Answer::default(), at(8));
    board.delivered(&line(1, at(900), &[("burst", Status::Exited)]), at(930));
    let view = board.view();
    assert_eq!(
        (view.latencies.delivery, view.latencies.clock),
        (None, Some(one(30)))
    );
    assert!(view.moments[0].by_clock);
    // Due while nothing ran: no latency of this run.
    board.delivered(
        &line(2, START - model::Duration::from_millis(5000), &[]),
        at(2000),
    );
    assert_eq!(board.view().latencies.clock, Some(one(30)));
}

#[test]
fn a_line_that_comes_twice_counts_once() {
    let board = board();
    let first = line(1, at(1), &[("gold", Status::Realized)]);
    board.delivered(&first, at(2));
    board.delivered(
        &line(
            2,
            at(500),
            &[("gold", Status::Exited), ("other", Status::Realized)],
        ),
        at(501),
    );
    board.delivered(&first, at(900));
    assert_eq!(board.view().exported.total, 0, "the second is not over");
    board.finish();
    let view = board.view();
    assert_eq!(view.exported.total, 2);
    assert_eq!(
        (view.segments[0].entered.total, view.segments[0].exited.total),
        (1, 1)
    );
}

#[tokio::test(start_paused = true)]
async fn rates_are_of_the_last_seconds() {
    let board = board();
    for second in 1..=10 {
        tokio::time::advance(Duration::from_secs(1)).await;
        let sent = board.sent(&[], at(second * 1000));
        board.answered(
            &[],
            sent,
            Answer {
                accepted: second as u64,
                bad: 0,
            },
            at(second * 1000),
        );
        let account = Account {
            decided: 1,
            pending: 1,
            ..Account::default()
        };
        board.tick(
            Said {
                steps: 100,
                duplicates: 4,
                account,
            },
            at(second * 1000),
        );
    }
    let view = board.view();
    assert_eq!(view.accepted.growth, (1..=10).collect::<Vec<u64>>());
    assert!((view.accepted.rate - 9.0).abs() < 1e-9, "{}", view.accepted.rate);
    assert_eq!((view.evaluated.total, view.evaluated.rate), (100, 0.0));
    assert_eq!((view.duplicates, view.account.pending), (4, 1));
    assert_eq!(view.elapsed, Duration::from_secs(10));
}

#[test]
fn the_ticker_leaves_time_to_read() {
    let board = board();
    for n in 1..=40 {
        board.delivered(
            &line(n, at(i64::from(n) * 100), &[("gold", Status::Realized)]),
            at(i64::from(n) * 100),
        );
    }
    assert_eq!(
        board.view().moments.len(),
        4,
        "one of a kind every 1.2 of 4 seconds"
    );
    board.delivered(&line(41, at(4450), &[("gold", Status::Exited)]), at(4450));
    assert_eq!(board.view().moments[0].status, Status::Exited);
}
