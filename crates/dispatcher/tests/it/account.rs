//! Whatever the verdicts, every export ends, in order, and the account is exact.

use crate::fake::{Answer, Seen, World, endpoint, refused, throttled, transient};
use crate::harness::Bench;
use dispatcher::Verdict;
use model::{Class, DeadReason, ProfileId, SuppressedReason};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::time::Duration;

/// How the destination behaves for a while.
#[derive(Clone, Debug)]
enum Mood {
    /// A verdict for each export, drawn.
    Verdicts,
    Away,
    Hangs,
    Panics,
    Miscounts,
}

fn mood() -> impl Strategy<Value = Mood> {
    prop_oneof![
        6 => Just(Mood::Verdicts),
        1 => Just(Mood::Away),
        1 => Just(Mood::Hangs),
        1 => Just(Mood::Panics),
        1 => Just(Mood::Miscounts),
    ]
}

/// One second of the run: exports decided in it (profile, bulk), and the mood.
fn second() -> impl Strategy<Value = (Vec<(u64, bool)>, Mood)> {
    (prop::collection::vec((1..12_u64, any::<bool>()), 0..6), mood())
}

fn answer(mood: &Mood, seen: &Seen, rng: &mut fastrand::Rng) -> Answer {
    let verdict = |rng: &mut fastrand::Rng| match rng.u8(..10) {
        0 => refused(),
        1..=3 => transient(),
        4 => throttled(None),
        5 => throttled(Some(400)),
        _ => Verdict::Delivered,
    };
    match mood {
        Mood::Verdicts => {
            let verdicts = seen.batch.iter().map(|_| verdict(rng)).collect();
            Answer::Verdicts(verdicts, Duration::from_millis(rng.u64(..3000)))
        }
        Mood::Away => Answer::all(seen, &endpoint()),
        Mood::Hangs => Answer::Hang,
        Mood::Panics => Answer::Panic,
        Mood::Miscounts => Answer::Verdicts(vec![Verdict::Delivered; seen.batch.len() + 1], Duration::ZERO),
    }
}

/// Runs the script, then long enough for every wait to end with a destination in a good mood.
async fn run(seconds: Vec<(Vec<(u64, bool)>, Mood)>, seed: u64) -> Bench {
    let mut bench = Bench::new(World::new(Answer::delivered));
    for (second, (decided, mood)) in seconds.into_iter().enumerate() {
        let mut rng = fastrand::Rng::with_seed(seed.wrapping_add(second as u64));
        bench.world.set_script(move |seen| answer(&mood, seen, &mut rng));
        let class = |bulk| if bulk { Class::Bulk } else { Class::Live };
        bench
            .decide_on(
                decided
                    .into_iter()
                    .map(|(profile, bulk)| (1, class(bulk), profile))
                    .collect(),
            )
            .await;
        bench.seconds(1).await;
    }
    bench.world.set_script(Answer::delivered);
    bench.seconds(700).await;
    bench
}

fn check(bench: &Bench, decided: u64) -> Result<(), TestCaseError> {
    let account = bench.account();
    prop_assert_eq!((account.decided, account.pending), (decided, 0), "{:?}", account);
    let dead: u64 = account.dead.values().sum();
    let superseded: u64 = account.suppressed.values().sum();
    prop_assert_eq!(account.delivered + dead + superseded, decided);
    prop_assert!(
        account
            .dead
            .keys()
            .all(|r| matches!(r, DeadReason::Refused | DeadReason::Exhausted))
    );
    prop_assert!(
        account
            .suppressed
            .keys()
            .all(|r| matches!(r, SuppressedReason::Superseded | SuppressedReason::Coalesced))
    );
    let mut left_out = 0;
    let mut last: BTreeMap<ProfileId, u64> = BTreeMap::new();
    for one in bench.world.seen().iter().flat_map(|call| &call.batch) {
        let before = last.insert(one.profile, one.revision.0).unwrap_or(0);
        prop_assert!(before <= one.revision.0, "{:?} after {}", one, before);
        left_out += one.revision.0.saturating_sub(before + 1);
    }
    // One that was tried before it gave its place is not left out.
    prop_assert!(left_out <= superseded, "only what gave its place is left out");
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_export_ends_once_and_in_order(
        seconds in prop::collection::vec(second(), 1..25),
        seed in any::<u64>(),
    ) {
        let decided = seconds.iter().map(|(decided, _)| decided.len() as u64).sum();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        let bench = runtime.block_on(run(seconds, seed));
        check(&bench, decided)?;
    }
}
