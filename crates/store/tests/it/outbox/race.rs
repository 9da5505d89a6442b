//! Lanes claim side by side, on threads of their own, while the committer works.

use super::decide;
use crate::support::{at, batch, live, options, places, profile, start_on};
use model::{ExportSeq, Lane, ProfileId, Revision};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use store::{Claimed, Outcome, Settlement, Store};
use tokio::task::JoinSet;

const LANES: u32 = 3;
/// Who claims from one lane at the same time.
const EACH: u32 = 2;
const PROFILES: u64 = 300;
const REVISIONS: u64 = 3;

/// What all who claim have seen.
#[derive(Default)]
struct Seen {
    in_flight: BTreeSet<ExportSeq>,
    delivered: BTreeMap<(Lane, ProfileId), Vec<Revision>>,
}

impl Seen {
    fn claimed(&mut self, claimed: &[Claimed]) {
        for one in claimed {
            assert!(self.in_flight.insert(one.seq), "{} is in flight twice", one.seq);
        }
    }

    /// Before any of them can be claimed again.
    fn ended(&mut self, claimed: &[Claimed], delivered: bool) {
        for one in claimed {
            self.in_flight.remove(&one.seq);
            if delivered {
                let of = (one.export.lane, one.export.profile);
                self.delivered.entry(of).or_default().push(one.export.revision);
            }
        }
    }

    fn delivered_of(&self, lane: Lane) -> u64 {
        let of_lane = self.delivered.iter().filter(|((of, _), _)| *of == lane);
        of_lane.map(|(_, revisions)| revisions.len() as u64).sum()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn who_claims_beside_others_takes_nothing_twice_and_leaves_nothing() {
    for (engine, _folder, place) in places(&options()) {
        let running = start_on(place()).unwrap();
        let seen = Arc::new(Mutex::new(Seen::default()));
        let mut claiming = JoinSet::new();
        for task in 0..LANES * EACH {
            let lane = live(1 + task % LANES);
            claiming.spawn(drain(
                running.store.clone(),
                lane,
                task as usize,
                Arc::clone(&seen),
            ));
        }
        // In small batches, so that exports appear, follow others and are settled while claims are made.
        for revision in 1..=REVISIONS {
            for first in (1..=PROFILES).step_by(10) {
                let decided = (first..first + 10)
                    .flat_map(|n| (1..=LANES).map(move |lane| decide(live(lane), profile(n), revision)));
                let decided = batch(&running.store, decided.collect());
                running.store.commit(decided).await.unwrap();
            }
        }
        let drained = tokio::time::timeout(Duration::from_mins(1), claiming.join_all()).await;
        {
            let seen = seen.lock().unwrap();
            let claimed: Vec<u64> = (1..=LANES).map(|lane| seen.delivered_of(live(lane))).collect();
            assert!(
                drained.is_ok(),
                "{engine}: by lane, only {claimed:?} were ever claimed"
            );
            assert!(seen.in_flight.is_empty(), "{engine}");
            let all: Vec<Revision> = (1..=REVISIONS).map(Revision).collect();
            for (of, revisions) in &seen.delivered {
                assert_eq!(revisions, &all, "{engine}: {of:?}");
            }
        }
        running.stop().await;
    }
}

/// Claims from `lane` until all of it is delivered. A third of what it claims is given back, and another third is tried
/// again.
async fn drain(store: Store, lane: Lane, task: usize, seen: Arc<Mutex<Seen>>) {
    for turn in task.. {
        if seen.lock().unwrap().delivered_of(lane) == PROFILES * REVISIONS {
            return;
        }
        let claimed = store.claim(lane, at(0), 1 + turn % 17, usize::MAX).unwrap();
        seen.lock().unwrap().claimed(&claimed);
        // Others run while these are in flight.
        tokio::task::yield_now().await;
        let outcome = match turn % 3 {
            0 => None,
            1 => Some(Outcome::Again {
                due: at(0),
                attempts: 1,
                throttled_since: None,
            }),
            _ => Some(Outcome::Delivered),
        };
        let delivered = outcome == Some(Outcome::Delivered);
        seen.lock().unwrap().ended(&claimed, delivered);
        let seqs: Vec<ExportSeq> = claimed.iter().map(|one| one.seq).collect();
        let Some(outcome) = outcome else {
            store.release(&seqs);
            continue;
        };
        let settled = |seq| Settlement {
            seq,
            outcome: outcome.clone(),
        };
        store
            .settle(seqs.into_iter().map(settled).collect())
            .await
            .unwrap();
    }
}
