//! A batch is decided as if the one before had arrived, while that is on its way.

use super::threads::{Plan, inputs, plans, trap};
use super::{definitions, local, profiles, start};
use crate::input::{Answer, Input, What};
use crate::unit::Trap;
use evaluator::Rules;
use model::{Definitions, Profile, ProfileId, RulesVersion, Timestamp};
use proptest::prelude::*;
use std::sync::Arc;
use store::Decisions;

/// What was decided, and what the store has at the end.
#[derive(Debug, Default, PartialEq)]
struct Decided {
    batches: Vec<Decisions>,
    answers: Vec<Answer>,
    profiles: Vec<Profile>,
}

/// Decides the plans in batches of these lengths, over and over, with almost no memory for people. Each has in it whoever
/// there may be by their numbers, absorbed or not, under new rules each time, and those ticks of the batch before last that
/// still stand.
async fn decide(plans: &[Plan], cuts: &[usize], trap: Option<Trap>, ahead: bool) -> Decided {
    let (mut core, store, _running) = start();
    let is_sound = trap.is_none();
    core.trap = trap;
    let mut decided = Decided::default();
    let mut rest = inputs(plans);
    let mut cuts = cuts.iter().cycle();
    let mut on_its_way: Option<Arc<Decisions>> = None;
    let mut before = Vec::new();
    while !rest.is_empty() {
        let later = rest.split_off(rest.len().min(*cuts.next().expect("endless")));
        let mut batch = std::mem::replace(&mut rest, later);
        let version = RulesVersion(2 + decided.batches.len() as u64);
        let rules = Definitions {
            version,
            ..definitions()
        };
        core.set_rules(Arc::new(Rules::compile(&rules).expect("good rules")));
        let listed = store.timers_due(Timestamp::MAX, usize::MAX).expect("read");
        let stand: Vec<_> = if ahead {
            let stands = |(due, id): &&(Timestamp, ProfileId)| core.is_due(*id, *due);
            listed.iter().filter(stands).copied().collect()
        } else {
            let stood = |timer: &&(Timestamp, ProfileId)| before.contains(*timer);
            listed.iter().filter(stood).copied().collect()
        };
        before = listed;
        let now = batch.last().expect("not empty").now;
        let ticks = stand.into_iter().map(|(due, id)| What::Tick(id, due));
        let visits = (1..8).map(|number| What::Visit(ProfileId::new(store.meta().incarnation, number)));
        batch.extend(ticks.chain(visits).map(|what| Input { now, what }));
        let batch = if ahead {
            let attempt = core.attempt(Arc::new(batch));
            assert!(attempt.is_ok() || !is_sound, "only what panics is decided anew");
            if let Some(decisions) = on_its_way.take() {
                let decisions = Arc::unwrap_or_clone(decisions);
                store.commit(decisions).await.expect("committed");
                core.arrive();
            }
            attempt.or_else(|batch| core.decide_anew(batch)).expect("decided")
        } else {
            let batch = core.decide(batch).expect("decided");
            store.commit(batch.decisions.clone()).await.expect("committed");
            batch
        };
        decided.answers.extend(batch.answers);
        if ahead {
            let decisions = Arc::new(batch.decisions.clone());
            core.depart(Arc::clone(&decisions));
            on_its_way = Some(decisions);
        }
        decided.batches.push(batch.decisions);
    }
    if let Some(decisions) = on_its_way {
        let decisions = Arc::unwrap_or_clone(decisions);
        store.commit(decisions).await.expect("committed");
    }
    decided.profiles = profiles(&store);
    decided
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.max(300), ..ProptestConfig::default() })]

    #[test]
    fn a_batch_is_decided_as_if_the_one_before_had_arrived(
        plans in plans(),
        cuts in prop::collection::vec(1..8usize, 1..5),
        panics in any::<bool>(),
    ) {
        let trap = panics.then(trap);
        local(async {
            let after = decide(&plans, &cuts, trap.clone(), false).await;
            let ahead = decide(&plans, &cuts, trap, true).await;
            prop_assert_eq!(ahead, after);
            Ok(())
        })?;
    }
}
