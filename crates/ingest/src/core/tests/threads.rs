//! However many threads there are and wherever batches end, the same is decided.

use super::{definitions, input, local, message, profiles, start_with};
use crate::crew::Crew;
use crate::input::{Answer, Input, Item, What};
use crate::rehearsal::Rehearsal;
use crate::unit::Trap;
use evaluator::Rules;
use model::{Event, Fragment, IdentityLink, Profile, ProfileId, Timestamp, Transition};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;
use store::{Decisions, OutboxOp};

/// A message of [`message`] at its own time, an event as like as not one that was there before; of one kind
/// evaluation panics.
pub(super) type Plan = (u8, u8, u8, bool);

pub(super) fn inputs(plans: &[Plan]) -> Vec<Input> {
    let at = |at: usize, plan: &Plan| {
        // Few ids of events, so that there are duplicates, also between those who are joined.
        let time = if plan.3 { at % 5 } else { at };
        input(1_000_000 + at as i64 * 7, &message(time, *plan))
    };
    plans.iter().enumerate().map(|(n, plan)| at(n, plan)).collect()
}

/// Panics at a fifth of all records.
pub(super) fn trap() -> Trap {
    Arc::new(|_, input| match &input.what {
        What::Item(Item::Posted(posted)) => posted.raw.windows(6).any(|text| text == br#""a":2,"#),
        _ => false,
    })
}

/// Decides the plans in batches of these lengths, over and over.
async fn decide(plans: &[Plan], cuts: &[usize], threads: usize, trap: Option<Trap>) -> Decided {
    let crew = Crew::sharing(threads, 1).expect("threads start");
    let (mut core, store, _running) = start_with(crew);
    core.trap = trap;
    let mut decided = Decided::default();
    let mut rest = inputs(plans);
    let mut cuts = cuts.iter().cycle();
    while !rest.is_empty() {
        let later = rest.split_off(rest.len().min(*cuts.next().expect("endless")));
        let batch = core.decide(rest).expect("decided");
        rest = later;
        decided.answers.extend(batch.answers);
        decided.batches.push(batch.decisions.clone());
        store.commit(batch.decisions).await.expect("committed");
        let due = store.timers_due(Timestamp::MAX, usize::MAX).expect("read");
        decided.timers.push(due);
    }
    decided.profiles = profiles(&store);
    decided
}

#[derive(Debug, Default, PartialEq)]
struct Decided {
    batches: Vec<Decisions>,
    answers: Vec<Answer>,
    /// After each batch.
    timers: Vec<Vec<(Timestamp, ProfileId)>>,
    profiles: Vec<Profile>,
}

type Kept = (
    ProfileId,
    Vec<IdentityLink>,
    Vec<Fragment>,
    Vec<Event>,
    Vec<Transition>,
);

impl Decided {
    /// What may not depend on where batches end.
    fn meaning(&self) -> (&[Answer], Vec<Kept>, Vec<&OutboxOp>) {
        let mut history: BTreeMap<ProfileId, Vec<Transition>> = BTreeMap::new();
        for (id, transitions) in self.batches.iter().flat_map(|batch| &batch.transitions) {
            history.entry(*id).or_default().extend(transitions);
        }
        let kept = |profile: &Profile| {
            let Profile {
                id,
                identities,
                fragments,
                events,
                ..
            } = profile.clone();
            let transitions = history.get(&id).cloned().unwrap_or_default();
            (id, identities, fragments, events, transitions)
        };
        let outbox = self.batches.iter().flat_map(|batch| &batch.outbox);
        (
            &self.answers,
            self.profiles.iter().map(kept).collect(),
            outbox.collect(),
        )
    }
}

pub(super) fn plans() -> impl Strategy<Value = Vec<Plan>> {
    prop::collection::vec((0..6u8, 0..8u8, 0..5u8, any::<bool>()), 1..40)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.max(150), ..ProptestConfig::default() })]

    #[test]
    fn any_crew_decides_the_same_bytes(
        plans in plans(),
        cuts in prop::collection::vec(1..20usize, 1..5),
        panics in any::<bool>(),
    ) {
        let trap = panics.then(trap);
        local(async {
            let alone = decide(&plans, &cuts, 1, trap.clone()).await;
            for threads in [2, 5] {
                let together = decide(&plans, &cuts, threads, trap.clone()).await;
                prop_assert_eq!(&together, &alone, "{} threads", threads);
            }
            let single = decide(&plans, &[1], 1, trap).await;
            prop_assert_eq!(single.meaning(), alone.meaning());
            Ok(())
        })?;
    }

    #[test]
    fn a_rehearsal_decides_what_the_store_is_given_and_knows_what_it_has_due(
        plans in plans(),
        cuts in prop::collection::vec(1..20usize, 1..5),
        threads in 1..4usize,
    ) {
        local(async {
            let stored = decide(&plans, &cuts, 1, None).await;
            let crew = Crew::sharing(threads, 1).expect("threads start");
            let rules = Rules::compile(&definitions()).expect("good rules");
            let mut rehearsal = Rehearsal::new(Arc::new(rules), crew);
            let mut duplicates = 0;
            let mut rest = inputs(&plans);
            let mut cuts = cuts.iter().cycle();
            for (decisions, timers) in stored.batches.iter().zip(&stored.timers) {
                let later = rest.split_off(rest.len().min(*cuts.next().expect("endless")));
                let mut rehearsed = rehearsal.decide(rest).expect("decided");
                rest = later;
                duplicates += rehearsed.duplicates;
                rehearsed.transitions.sort_by_key(|(id, _)| *id);
                let history = decisions.transitions.iter();
                let history: Vec<_> = history.flat_map(|(id, all)| all.iter().map(|one| (*id, *one))).collect();
                prop_assert_eq!(rehearsed.transitions, history);
                prop_assert_eq!(rehearsal.clock(), decisions.clock);
                let due = rehearsal.due(Timestamp::MAX).into_iter().map(|input| match input.what {
                    What::Tick(id, due) => (due, id),
                    other => panic!("{other:?}"),
                });
                prop_assert!(due.eq(timers.iter().copied()));
            }
            let counted = stored.answers.iter().filter(|answer| **answer == Answer::Duplicate).count();
            prop_assert_eq!(duplicates, counted);
            Ok(())
        })?;
    }
}
