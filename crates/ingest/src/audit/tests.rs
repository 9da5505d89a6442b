//! Turns of the audit over a core, without the loop.

use super::{Audited, Auditor, Share};
use crate::{Core, Crew, Input, Item, Posted, What};
use evaluator::Rules;
use model::{
    DatasetId, Definitions, InletId, ProfileId, RulesVersion, SegmentDefinition, SegmentId, SegmentNo,
    SegmentState, Timestamp,
};
use std::sync::Arc;
use store::{Batch as Rows, Engine, Memory, Store};
use tokio::task::LocalSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

fn definitions(expressions: &[&str]) -> Definitions {
    let segment = |(no, expression): (u32, &&str)| SegmentDefinition {
        id: SegmentId::new(&format!("s{no}")).unwrap(),
        no: SegmentNo(no),
        name: format!("s{no}"),
        expression: (*expression).to_owned(),
        time_zone: model::ZoneName::default(),
        exclude_opt_out: true,
        state: SegmentState::Published,
        changed_in: RulesVersion(1),
        created: Timestamp::MIN,
        updated: Timestamp::MIN,
    };
    Definitions {
        version: RulesVersion(1),
        segments: (0..).zip(expressions).map(segment).collect(),
        ..Definitions::default()
    }
}

const NOW: i64 = 1_000_000;

struct Bench {
    core: Core,
    store: Store,
    auditor: Auditor,
    memory: Memory,
}

impl Bench {
    /// A core that has room for so many bytes of profiles.
    fn new(expressions: &[&str], capacity: usize) -> Self {
        let memory = Memory::new();
        let (store, committer) =
            store::open_on(Box::new(memory.clone()), &store::Options::default()).unwrap();
        tokio::task::spawn_local(committer.run(CancellationToken::new()));
        let rules = Arc::new(Rules::compile(&definitions(expressions)).unwrap());
        let core = Core::new(store.clone(), rules, capacity, Crew::alone());
        let (auditor, _) = Auditor::new(store.clone(), Share::ONE_PERCENT);
        Self {
            core,
            store,
            auditor,
            memory,
        }
    }

    /// Has messages decided in one batch; gives the profiles that were made.
    async fn post(&mut self, messages: &[String]) -> Vec<ProfileId> {
        let input = |json: &String| Input {
            now: Timestamp::from_millis(NOW),
            what: What::Item(Item::Posted(Posted {
                inlet: InletId::new("i").unwrap(),
                message: xdm::parse_entity(json.as_bytes(), &DatasetId::new("d").unwrap()).unwrap(),
                raw: json.as_bytes().to_vec().into(),
            })),
        };
        let batch = self.core.decide(messages.iter().map(input).collect()).unwrap();
        self.store.commit(batch.decisions).await.unwrap();
        batch.created.into_iter().map(|(id, _)| id).collect()
    }

    fn turn(&mut self) -> Audited {
        self.auditor.turn(&self.core, Timestamp::from_millis(NOW));
        *self.auditor.audited.borrow()
    }

    /// Turns until everybody was looked at.
    fn round(&mut self) -> (Audited, usize) {
        let (before, mut turns) = (self.auditor.audited.borrow().rounds, 1);
        while self.turn().rounds == before {
            turns += 1;
        }
        (*self.auditor.audited.borrow(), turns)
    }
}

fn record(who: usize) -> String {
    format!(r#"{{"identityMap":{{"crm":[{{"id":"{who}"}}]}},"points":{who}}}"#)
}

async fn local(work: impl Future<Output = ()>) {
    LocalSet::new().run_until(work).await;
}

#[tokio::test(start_paused = true)]
async fn everybody_is_looked_at_and_nobody_enters_or_leaves_memory_for_it() {
    local(async {
        let mut bench = Bench::new(&["points >= 3"], 12_000);
        // More than one page of them.
        let all = bench.post(&(0..150).map(record).collect::<Vec<_>>()).await;
        bench.core.reset();
        bench.post(&[record(7), record(100)]).await;
        let is_hot = |bench: &Bench| -> Vec<usize> {
            let hot = |n: &usize| bench.core.cache.peek(all[*n]).is_some();
            (0..150).filter(hot).collect()
        };
        assert_eq!(is_hot(&bench), [7, 100]);
        let commits = bench.memory.commits();
        let (audited, turns) = bench.round();
        let everybody = Audited {
            profiles: 150,
            rounds: 1,
            ..Audited::default()
        };
        assert_eq!(
            (audited, turns),
            (everybody, 151),
            "one a turn, and one sees that there are no more"
        );
        assert_eq!(is_hot(&bench), [7, 100]);
        assert_eq!(bench.memory.commits(), commits, "nothing is written");
        let rest = bench.auditor.due().unwrap() - Instant::now();
        assert_eq!(
            rest,
            std::time::Duration::from_secs(10),
            "few people are not looked at all the time"
        );
        let (audited, _) = bench.round();
        assert_eq!((audited.profiles, audited.rounds), (300, 2));
    })
    .await;
}

/// In real time: a turn ends when it has taken long enough, and the next goes on where it was.
#[tokio::test]
async fn a_person_who_takes_long_is_audited_in_several_turns() {
    local(async {
        let chain = |n: usize| format!("xEvent[eventType = \"view\" and n != {n}].max(n) >= 0");
        let chains: Vec<String> = (0..40).map(chain).collect();
        let chains: Vec<&str> = chains.iter().map(String::as_str).collect();
        let mut bench = Bench::new(&chains, 100_000_000);
        let view = |n: usize| {
            let at = Timestamp::from_millis(NOW - 1);
            let who = r#""identityMap":{"crm":[{"id":"1"}]}"#;
            format!(r#"{{{who},"_id":"{n}","timestamp":"{at}","eventType":"view","n":{n}}}"#)
        };
        bench.post(&(0..200).map(view).collect::<Vec<_>>()).await;
        let (audited, turns) = bench.round();
        assert_eq!((audited.profiles, audited.differences), (1, 0));
        assert!(turns > 3, "{turns}");
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_profile_that_cannot_be_read_costs_its_own_audit_only() {
    local(async {
        let mut bench = Bench::new(&["points >= 3"], 12_000);
        let all = bench.post(&(0..5).map(record).collect::<Vec<_>>()).await;
        bench.core.reset();
        let mut rows = Rows::default();
        // Of one the fragment is no more what a program wrote: its row is cut short.
        let durable = bench.memory.durable().into_iter();
        let own = all[2].to_bits().to_be_bytes();
        let torn = durable.filter(|(key, _)| key[1..].starts_with(&own) && !key.starts_with(b"P"));
        for (key, mut value) in torn {
            value.truncate(2);
            rows.put(key, value);
        }
        bench.memory.commit(rows).unwrap();
        let (audited, _) = bench.round();
        assert_eq!(
            (audited.profiles, audited.failures, audited.differences),
            (4, 1, 0)
        );
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_store_that_cannot_be_read_is_left_alone_for_a_while() {
    local(async {
        let mut bench = Bench::new(&["points >= 3"], 12_000);
        bench.post(&[record(1)]).await;
        bench.memory.fail_reads();
        assert_eq!(bench.turn(), Audited::default());
        let rest = bench.auditor.due().unwrap() - Instant::now();
        assert_eq!(rest, super::AFTER_FAILURE);
        bench.memory.heal();
        assert_eq!(bench.turn().profiles, 1);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn who_is_due_is_left_for_the_next_time_round() {
    local(async {
        let window = "xEvent[timestamp occurs < 5 seconds before now].count() >= 1";
        let mut bench = Bench::new(&[window], 12_000);
        let at = Timestamp::from_millis(NOW - 4_000);
        let event = format!(
            r#"{{"identityMap":{{"crm":[{{"id":"1"}}]}},"_id":"1","timestamp":"{at}","eventType":"view"}}"#
        );
        bench.post(&[event]).await;
        assert_eq!(bench.round().0.profiles, 1);
        let later = Timestamp::from_millis(NOW + 1_000);
        bench.auditor.turn(&bench.core, later);
        let audited = *bench.auditor.audited.borrow();
        assert_eq!((audited.profiles, audited.left), (1, 1));
        let tick = Input {
            now: later,
            what: What::Tick(ProfileId::new(0, 1), later),
        };
        let batch = bench.core.decide(vec![tick]).unwrap();
        bench.store.commit(batch.decisions).await.unwrap();
        bench.auditor.turn(&bench.core, later);
        bench.auditor.turn(&bench.core, later);
        let audited = *bench.auditor.audited.borrow();
        assert_eq!((audited.profiles, audited.left, audited.differences), (2, 1, 0));
    })
    .await;
}
