use super::*;
use std::time::Duration;

const AT: Timestamp = Timestamp::from_millis(1_700_000_000_000);

/// A breaker and the virtual seconds that have passed.
struct Bench {
    breaker: Breaker,
    start: Instant,
    seconds: u64,
}

impl Bench {
    fn new() -> Self {
        Self {
            breaker: Breaker::default(),
            start: Instant::now(),
            seconds: 0,
        }
    }

    fn now(&self) -> Instant {
        self.start + Duration::from_secs(self.seconds)
    }

    fn ended(&mut self, seqs: &[u64], end: &End) -> Change {
        self.breaker
            .ended(seqs.iter().map(|n| ExportSeq(*n)), end, false, self.now(), AT)
    }

    /// Waits until a probe may be sent, and sends it; after how many seconds.
    fn probe(&mut self, seqs: &[u64], end: &End) -> (u64, Change) {
        let before = self.seconds;
        while self.breaker.gate(self.now()) != Gate::Probe {
            assert!(matches!(self.breaker.gate(self.now()), Gate::Shut(_)));
            self.seconds += 1;
        }
        self.breaker.take_probe();
        assert!(
            matches!(self.breaker.gate(self.now()), Gate::Shut(_)),
            "one probe at a time"
        );
        let seqs = seqs.iter().map(|n| ExportSeq(*n));
        let change = self.breaker.ended(seqs, end, true, self.now(), AT);
        (self.seconds - before, change)
    }
}

fn failed() -> End {
    End::Failed("500".to_owned())
}

fn away() -> End {
    End::Away("connection refused".to_owned())
}

#[test]
fn an_endpoint_verdict_opens_at_once_and_says_why() {
    let mut bench = Bench::new();
    assert_eq!(bench.breaker.gate(bench.now()), Gate::Pass);
    assert_eq!(bench.ended(&[1], &away()), Change::Opened);
    let view = BreakerView::Open {
        since: AT,
        why: "connection refused".to_owned(),
    };
    assert_eq!(bench.breaker.view(), view);
    assert_eq!(bench.ended(&[2], &away()), Change::None);
}

#[test]
fn probes_come_after_5_to_60_seconds_and_an_answer_closes() {
    let mut bench = Bench::new();
    bench.ended(&[1], &away());
    let waits = [(); 6].map(|()| bench.probe(&[1], &away()).0);
    assert_eq!(waits, [5, 10, 20, 40, 60, 60]);
    assert_eq!(
        bench.ended(&[1], &End::Answered),
        Change::None,
        "a call from before proves nothing"
    );
    assert_eq!(bench.probe(&[1], &End::Answered), (60, Change::Closed));
    assert_eq!(bench.breaker.gate(bench.now()), Gate::Pass);
    bench.ended(&[1], &away());
    assert_eq!(
        bench.probe(&[1], &End::Throttled),
        (5, Change::Closed),
        "the waits begin anew"
    );
}

#[test]
fn a_probe_that_was_not_sent_is_there_for_another_lane() {
    let mut bench = Bench::new();
    bench.ended(&[1], &away());
    bench.seconds = 5;
    bench.breaker.take_probe();
    bench.breaker.probe_not_sent();
    assert_eq!(bench.breaker.gate(bench.now()), Gate::Probe);
}

#[test]
fn three_failed_calls_in_a_row_with_exports_of_their_own_open() {
    for (calls, opens) in [
        (vec![vec![1, 2], vec![3], vec![4]], true),
        (vec![vec![1], vec![1], vec![1], vec![1]], false),
        (vec![vec![1], vec![2], vec![1], vec![2], vec![1]], false),
        (vec![vec![1], vec![2], vec![1], vec![3]], true),
        // One call of many failed twice, then its exports singly.
        (
            vec![vec![1, 2, 3], vec![1, 2, 3], vec![1], vec![2], vec![3]],
            true,
        ),
    ] {
        let mut bench = Bench::new();
        let last = calls.len() - 1;
        for (index, call) in calls.iter().enumerate() {
            let change = bench.ended(call, &failed());
            let expected = if opens && index == last {
                Change::Opened
            } else {
                Change::None
            };
            assert_eq!(change, expected, "{calls:?}, call {index}");
        }
    }
}

#[test]
fn an_answered_call_ends_the_row_and_a_throttled_one_does_not() {
    let mut bench = Bench::new();
    bench.ended(&[1], &failed());
    bench.ended(&[2], &failed());
    bench.ended(&[3], &End::Answered);
    assert_eq!(bench.ended(&[4], &failed()), Change::None);
    assert_eq!(bench.ended(&[5], &failed()), Change::None);
    assert_eq!(bench.ended(&[6], &End::Throttled), Change::None);
    assert_eq!(bench.ended(&[7], &failed()), Change::Opened);
}

#[test]
fn a_probe_that_fails_by_itself_lets_another_export_go_first() {
    let mut bench = Bench::new();
    let seqs = [1, 2].map(ExportSeq);
    assert_eq!(bench.breaker.choose(&seqs), None, "no probe while closed");
    bench.ended(&[9], &away());
    bench.probe(&[1], &away());
    assert_eq!(
        bench.breaker.choose(&seqs),
        Some(ExportSeq(1)),
        "the endpoint failed, not the export"
    );
    bench.probe(&[1], &failed());
    assert_eq!(
        bench.breaker.choose(&[]),
        None,
        "a lane without exports changes nothing"
    );
    assert_eq!(bench.breaker.choose(&seqs), Some(ExportSeq(2)));
    bench.probe(&[2], &failed());
    assert_eq!(
        bench.breaker.choose(&seqs),
        Some(ExportSeq(1)),
        "all tried: begin anew"
    );
    assert_eq!(bench.breaker.choose(&seqs), Some(ExportSeq(1)));
}

#[test]
fn a_call_is_judged_by_all_its_verdicts() {
    let answer = || "so".to_owned();
    let delivered = || Verdict::Delivered;
    let refused = || Verdict::Refused { answer: answer() };
    let transient = || Verdict::Transient { answer: answer() };
    let throttled = || Verdict::Throttled {
        after: None,
        answer: answer(),
    };
    let endpoint = || Verdict::Endpoint { answer: answer() };
    for (verdicts, end) in [
        (vec![delivered(), transient()], End::Answered),
        (vec![refused(), throttled()], End::Answered),
        (vec![transient(), transient()], End::Failed(answer())),
        (vec![transient(), throttled()], End::Throttled),
        (vec![throttled()], End::Throttled),
        (vec![delivered(), endpoint()], End::Away(answer())),
    ] {
        assert_eq!(End::of(&verdicts), end, "{verdicts:?}");
    }
}
