//! What one destination does costs the others nothing.

use crate::fake::{Answer, World, throttled};
use crate::harness::{Bench, dataflow, destination};
use dispatcher::Verdict;
use model::{Class, DataflowNo, Limits};
use serde_json::json;
use std::collections::BTreeSet;
use std::time::Duration;

const ANSWER: Duration = Duration::from_millis(20);

#[tokio::test(start_paused = true)]
async fn one_of_a_hundred_that_hangs_and_one_that_throttles_slow_nobody() {
    let world = World::new(|seen| match seen.destination.as_str() {
        "there" => Answer::Hang,
        "d2" => Answer::all(seen, &throttled(None)),
        _ => Answer::Verdicts(vec![Verdict::Delivered; seen.batch.len()], ANSWER),
    });
    let mut bench = Bench::new(world);
    for no in 2..=100 {
        let id = format!("d{no}");
        let definitions = &mut bench.definitions;
        let made = destination(&id, &json!({"records": 10}), Limits::default());
        definitions.destinations.push(made);
        definitions.dataflows.push(dataflow(&id, no, &id));
    }
    bench.dispatcher.redefine(&bench.definitions);
    for second in 0..30 {
        let exports = (1..=100).flat_map(|no| (0..5).map(move |n| (no, Class::Live, second * 5 + n + 1)));
        bench.decide_on(exports.collect()).await;
        bench.seconds(1).await;
    }
    for view in &bench.dispatcher.view()[2..] {
        assert_eq!(view.latency.samples, 150, "{view:?}");
        assert!(view.latency.p99 <= ANSWER + Duration::from_millis(1), "{view:?}");
    }
    for ill in [1, 2] {
        let account = bench.store.account(DataflowNo(ill)).unwrap();
        assert_eq!((account.pending, account.delivered), (150, 0), "{account:?}");
    }
    // 0.1 s doubling to 5 s: whoever is throttled is asked at some ten instants in half a minute, not all the time.
    let seen = bench.world.seen();
    let calls = seen.iter().filter(|call| call.destination == "d2");
    let instants: BTreeSet<u64> = calls.map(|call| call.at).collect();
    assert!((5..=15).contains(&instants.len()), "{instants:?}");
}
