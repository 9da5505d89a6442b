//! What changes cost is told by segment, and does not depend on how many threads there are.

use super::{input, local, message, start_with};
use crate::cost::Sample;
use crate::crew::Crew;
use crate::input::{Input, What};
use evaluator::{Cost, Effort};
use model::Timestamp;
use proptest::prelude::*;
use std::sync::Arc;

type Plan = (u8, u8, u8, bool);

/// Decides the plans in batches of a length, with one change in so many watched; time stands still.
async fn costs(plans: &[Plan], cut: usize, threads: usize, one_in: u64) -> (Vec<Cost>, Effort) {
    let (mut core, store, _running) = start_with(Crew::sharing(threads, 1).expect("threads start"));
    core.sample = Some(Sample::of(one_in, Arc::new(|| 7)));
    let (mut all, mut effort) = (Vec::new(), Effort::default());
    let inputs = |(at, plans): (usize, &[Plan])| {
        let inputs = plans.iter().enumerate();
        let input = |(n, plan): (usize, &Plan)| input(1_000_000 + at as i64, &message(at * 40 + n, *plan));
        inputs.map(input).collect::<Vec<_>>()
    };
    for batch in plans.chunks(cut).enumerate().map(inputs) {
        let batch = core.decide(batch).expect("decided");
        effort += batch.effort;
        all.extend(batch.costs);
        store.commit(batch.decisions).await.expect("committed");
    }
    (all, effort)
}

fn looks(costs: &[Cost]) -> u64 {
    let charges = costs.iter().flat_map(|cost| &cost.charges);
    charges.map(|charge| u64::from(charge.evaluations)).sum()
}

proptest! {
    #[test]
    fn whoever_works_the_same_is_watched(
        plans in prop::collection::vec((0..6u8, 0..8u8, 0..5u8, any::<bool>()), 1..40),
        cut in 1..20usize,
    ) {
        local(async {
            let (every, effort) = costs(&plans, cut, 1, 1).await;
            prop_assert_eq!(looks(&every), effort.segments, "nothing is missed where all is watched");
            for one_in in [1, 3] {
                let alone = costs(&plans, cut, 1, one_in).await;
                prop_assert_eq!(&costs(&plans, cut, 3, one_in).await, &alone);
                prop_assert!(one_in == 1 || alone.0.len() <= every.len());
            }
            Ok(())
        })?;
    }
}

#[test]
fn looks_at_profiles_are_watched_too() {
    local(async {
        let (mut core, store, _running) = start_with(Crew::alone());
        core.sample = Some(Sample::of(1, Arc::new(|| 7)));
        let batch = core
            .decide(vec![input(1_000_000, &message(0, (1, 1, 0, false)))])
            .expect("decided");
        let (id, _) = batch.created[0];
        store.commit(batch.decisions).await.expect("committed");
        let now = Timestamp::from_millis(1_000_001);
        for what in [What::Tick(id, now), What::Visit(id)] {
            let batch = core.decide(vec![Input { now, what }]).expect("decided");
            assert_eq!(
                batch.costs,
                [Cost::default()],
                "nothing is due, and nobody is charged"
            );
            store.commit(batch.decisions).await.expect("committed");
        }
    });
}
