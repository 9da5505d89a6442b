//! The breaker, its probes, and the recovery.

use crate::fake::{Answer, Seen, World, endpoint, transient};
use crate::harness::Bench;
use dispatcher::{BreakerView, Verdict};

#[tokio::test(start_paused = true)]
async fn an_endpoint_that_is_away_is_probed_and_recovers_in_order() {
    let mut bench = Bench::new(World::new(|seen| Answer::all(seen, &endpoint())));
    bench.decide(1..=25).await;
    bench.seconds(100).await;
    let first = bench.world.seen().iter().take_while(|call| call.at == 0).count();
    let calls: Vec<(u64, Vec<u64>)> = bench.world.seen()[first..]
        .iter()
        .map(|call| {
            (
                call.at / 1000,
                call.profiles().iter().map(|p| p.to_bits()).collect(),
            )
        })
        .collect();
    assert_eq!(
        calls,
        [5, 15, 35, 75].map(|second| (second, vec![1])),
        "one call of one export"
    );
    let [view] = &bench.dispatcher.view()[..] else {
        panic!()
    };
    let BreakerView::Open { why, .. } = &view.breaker else {
        panic!("{view:?}")
    };
    assert_eq!(why, "connection refused");

    bench.world.set_script(Answer::delivered);
    bench.seconds(60).await;
    let recovered: Vec<(u64, u64)> = bench
        .sent()
        .into_iter()
        .filter(|(second, _)| *second > 100)
        .collect();
    assert_eq!(
        recovered,
        (1..=25).map(|profile| (135, profile)).collect::<Vec<_>>(),
        "in order of decision"
    );
    assert_eq!(bench.account().delivered, 25);
    assert_eq!(bench.dispatcher.view()[0].breaker, BreakerView::Closed);
}

#[tokio::test(start_paused = true)]
async fn no_attempt_is_used_while_it_is_open() {
    let mut bench = Bench::new(World::new(|seen| Answer::all(seen, &transient())));
    for profile in 1..=3 {
        bench.decide([profile]).await;
        bench.seconds(1).await;
    }
    // The third failed call opened it, and used no attempt; probes go on failing for an hour.
    bench.seconds(3600).await;
    let account = bench.account();
    assert_eq!((account.pending, account.dead.len()), (3, 0), "{account:?}");
    bench.world.set_script(Answer::delivered);
    bench.seconds(61).await;
    assert_eq!(bench.account().delivered, 3);

    bench.world.set_script(|seen| Answer::all(seen, &transient()));
    bench.decide([1]).await;
    bench.seconds(1).await;
    bench.decide([2]).await;
    bench.seconds(100).await;
    assert_eq!(
        bench
            .dead()
            .iter()
            .map(|letter| letter.attempts)
            .collect::<Vec<_>>(),
        [3, 3]
    );
}

#[tokio::test(start_paused = true)]
async fn the_call_that_opens_it_and_those_in_flight_use_no_attempt() {
    // Six calls in flight at once, which all fail at the same time.
    let slow = |seen: &Seen| {
        Answer::Verdicts(
            vec![transient(); seen.batch.len()],
            std::time::Duration::from_secs(10),
        )
    };
    let mut bench = Bench::new(World::new(slow));
    for profile in 1..=6 {
        bench.decide([profile]).await;
    }
    bench.seconds(11).await;
    bench.world.set_script(Answer::delivered);
    bench.seconds(5).await;
    let lane = model::Lane {
        dataflow: model::DataflowNo(1),
        class: model::Class::Live,
    };
    // Two used an attempt and are due at 25 s; the other four went at once after the probe at 15 s.
    assert_eq!(bench.account().delivered, 4);
    bench.soft.cancel();
    bench.ended().await;
    let far = model::Timestamp::MAX;
    let attempts: Vec<u8> = bench
        .store
        .claim(lane, far, 10, usize::MAX)
        .unwrap()
        .iter()
        .map(|c| c.attempts)
        .collect();
    assert_eq!(attempts, [1, 1]);
}

#[tokio::test(start_paused = true)]
async fn exports_that_no_endpoint_would_take_cannot_keep_it_open() {
    let poison = |seen: &Seen| {
        let poisoned = seen.profiles().iter().any(|p| p.to_bits() <= 3);
        Answer::all(seen, &if poisoned { transient() } else { Verdict::Delivered })
    };
    let mut bench = Bench::new(World::new(poison));
    for profile in 1..=3 {
        bench.decide([profile]).await;
        bench.seconds(1).await;
    }
    bench.decide(4..=9).await;
    bench.seconds(600).await;
    let account = bench.account();
    assert_eq!((account.delivered, account.pending), (6, 0), "{account:?}");
    assert_eq!(bench.dead().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn another_destination_goes_on() {
    let world = World::new(|seen| {
        Answer::all(
            seen,
            &if seen.destination == "there" {
                endpoint()
            } else {
                Verdict::Delivered
            },
        )
    });
    let mut bench = Bench::new(world);
    bench.definitions.destinations.push(crate::harness::destination(
        "elsewhere",
        &serde_json::json!({}),
        model::Limits::default(),
    ));
    bench
        .definitions
        .dataflows
        .push(crate::harness::dataflow("other", 2, "elsewhere"));
    bench.dispatcher.redefine(&bench.definitions);
    let both = |profile| [1, 2].map(|dataflow| (dataflow, model::Class::Live, profile));
    bench.decide_on((1..=20).flat_map(both).collect()).await;
    bench.seconds(1).await;
    assert_eq!(bench.store.account(model::DataflowNo(2)).unwrap().delivered, 20);
    assert_eq!(bench.account().pending, 20);
}

#[tokio::test(start_paused = true)]
async fn all_lanes_of_the_destination_go_on_at_once_when_it_is_back() {
    let mut bench = Bench::new(World::new(|seen| Answer::all(seen, &endpoint())));
    bench
        .definitions
        .dataflows
        .push(crate::harness::dataflow("other", 2, "there"));
    bench.dispatcher.redefine(&bench.definitions);
    bench
        .decide_on(vec![(1, model::Class::Live, 1), (2, model::Class::Live, 2)])
        .await;
    bench.seconds(1).await;
    bench.world.set_script(|seen| {
        Answer::Verdicts(
            vec![Verdict::Delivered; seen.batch.len()],
            std::time::Duration::from_millis(200),
        )
    });
    bench.seconds(9).await;
    let at: Vec<u64> = bench
        .world
        .seen()
        .iter()
        .map(|call| call.at)
        .filter(|at| *at > 0)
        .collect();
    assert_eq!(at, [5_000, 5_200]);
}
