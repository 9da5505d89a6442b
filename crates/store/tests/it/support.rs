//! What the tests of the store share: a running store, and small people and exports to put in it.

use model::{
    Cause, Class, DataflowId, DataflowNo, DatasetId, Event, Export, ExportSeq, ExportedMembership,
    ExportedTransition, Fragment, HotRow, Identity, IdentityLink, Lane, Leaf, Leaves, LedgerEntry,
    Membership, Path, ProfileId, Revision, RulesVersion, SegmentId, SegmentNo, SegmentStamps, Seq, Stamp,
    Status, Timestamp, Transition,
};
use std::collections::BTreeMap;
use store::{
    Committer, DeadMessage, Decisions, EngineKind, Memory, MessageCounters, Options, OutboxOp, Outcome,
    ProfileDelta, Reopen, Result, Settlement, Store, open_on,
};
use tempfile::TempDir;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// A store whose committer runs.
pub(crate) struct Running {
    pub(crate) store: Store,
    stop: CancellationToken,
    committer: JoinSet<()>,
}

impl Running {
    pub(crate) fn start((store, committer): (Store, Committer)) -> Self {
        let stop = CancellationToken::new();
        let mut tasks = JoinSet::new();
        tasks.spawn(committer.run(stop.clone()));
        Self {
            store,
            stop,
            committer: tasks,
        }
    }

    /// Lets the committer finish what it has and closes the store.
    pub(crate) async fn stop(mut self) {
        self.stop.cancel();
        while let Some(ended) = self.committer.join_next().await {
            ended.unwrap();
        }
    }
}

/// Where an engine keeps its data: opened as often as a test likes.
type Place = Box<dyn Fn() -> Box<dyn Reopen>>;

/// A place for each engine there is, with the folder that must outlive it.
pub(crate) fn places(options: &Options) -> Vec<(&'static str, TempDir, Place)> {
    let memory = Memory::new();
    let in_memory: Place = Box::new(move || Box::new(memory.clone()));
    let mut places = vec![("memory", tempfile::tempdir().unwrap(), in_memory)];
    for engine in EngineKind::ALL {
        let folder = tempfile::tempdir().unwrap();
        let (path, options) = (folder.path().to_owned(), options.clone());
        let place: Place = Box::new(move || engine.place(&path, &options));
        places.push((engine.name(), folder, place));
    }
    places
}

/// For a folder of this engine.
pub(crate) fn options_of(engine: EngineKind) -> Options {
    Options { engine, ..options() }
}

/// Makes tests of functions that take an engine: one a function and engine.
macro_rules! on_every_engine {
    ($($test:ident),+ $(,)?) => {
        mod on_sled {
            $(#[tokio::test]
            async fn $test() {
                super::$test(store::EngineKind::Sled).await;
            })+
        }

        mod on_fjall {
            $(#[tokio::test]
            async fn $test() {
                super::$test(store::EngineKind::Fjall).await;
            })+
        }
    };
}
pub(crate) use on_every_engine;

/// Small caches and no mark for free space.
pub(crate) fn options() -> Options {
    Options {
        cache_bytes: 16 << 20,
        min_free_bytes: 0,
        ..Options::default()
    }
}

pub(crate) fn start_on(place: Box<dyn Reopen>) -> Result<Running> {
    open_on(place, &options()).map(Running::start)
}

pub(crate) fn profile(number: u64) -> ProfileId {
    ProfileId::new(0, number)
}

pub(crate) fn identity(number: u64) -> Identity {
    Identity {
        namespace: "email".into(),
        value: format!("p{number}@example.test").into(),
    }
}

pub(crate) fn live(dataflow: u32) -> Lane {
    Lane {
        dataflow: DataflowNo(dataflow),
        class: Class::Live,
    }
}

pub(crate) fn at(ms: i64) -> Timestamp {
    Timestamp::from_millis(ms)
}

pub(crate) fn export(lane: Lane, profile: ProfileId, revision: u64) -> Export {
    let segment = SegmentId::new("gold").unwrap();
    Export {
        dataflow: DataflowId::new(&format!("flow-{}", lane.dataflow)).unwrap(),
        lane,
        profile,
        revision: Revision(revision),
        causes: vec![Cause::Membership],
        transitions: vec![ExportedTransition {
            at: at(1_000),
            segment: segment.clone(),
            status: Status::Realized,
        }],
        merged: vec![profile],
        emitted_at: at(1_000),
        attributes: vec![(Path::parse("person.name").unwrap(), format!("\"{revision}\""))],
        memberships: vec![ExportedMembership {
            segment,
            status: Status::Realized,
            last_qualification: at(1_000),
            stamps: Some(SegmentStamps {
                created: at(1),
                updated: at(2),
                mapping_created: at(3),
                mapping_updated: at(4),
            }),
            name: Some("Gold".to_owned()),
        }],
        identities: BTreeMap::from([("email".to_owned(), vec!["p@example.test".to_owned()])]),
        envelope: false,
    }
}

/// The batch after the committed one, with these outbox operations.
pub(crate) fn batch(store: &Store, outbox: Vec<OutboxOp>) -> Decisions {
    let meta = store.meta();
    Decisions {
        clock: at(1_000),
        batch: meta.batch + 1,
        next_seq: meta.next_seq,
        next_profile: meta.next_profile,
        outbox,
        ..Decisions::default()
    }
}

pub(crate) fn settled(seq: ExportSeq, outcome: Outcome) -> Vec<Settlement> {
    vec![Settlement { seq, outcome }]
}

/// One person with everything a person can have.
pub(crate) fn person(number: u64, due: i64) -> ProfileDelta {
    let id = profile(number);
    let dataset = DatasetId::new("crm").unwrap();
    let stamp = Stamp {
        time: at(500),
        seq: Seq(number),
    };
    ProfileDelta {
        id,
        hot: Some(HotRow {
            rules: RulesVersion(3),
            stepped: at(900),
            next_due: Some(at(due)),
            memberships: vec![Membership {
                segment: SegmentNo(4),
                status: Status::Realized,
                since: at(800),
            }],
            ledger: vec![LedgerEntry {
                dataflow: DataflowNo(1),
                revision: Revision(number),
                commit: 1,
                told: vec![SegmentNo(4)],
            }],
            ..HotRow::default()
        }),
        identities: Some(vec![IdentityLink {
            identity: identity(number),
            seq: Seq(number),
            since: at(500),
        }]),
        fragments: vec![Fragment {
            owner: id,
            dataset: dataset.clone(),
            primary: identity(number),
            leaves: Leaves::from(vec![
                Leaf {
                    path: Path::parse("loyalty.points").unwrap(),
                    value: Some((stamp, Some("1.10".into()))),
                    object: None,
                },
                Leaf {
                    path: Path::parse("person").unwrap(),
                    value: Some((stamp, None)),
                    object: Some(Box::new(stamp)),
                },
            ]),
        }],
        events: vec![event(number, 700), event(number, 600)],
        ..ProfileDelta::default()
    }
}

pub(crate) fn event(number: u64, ms: i64) -> Event {
    Event {
        owner: profile(number),
        dataset: DatasetId::new("web").unwrap(),
        id: format!("e{ms}").into(),
        timestamp: at(ms),
        valid_until: Some(at(ms + 100)),
        seq: Seq(ms.cast_unsigned()),
        json: "{\"eventType\":\"purchase\"}".into(),
    }
}

/// A batch that puts rows in every key space a batch can write.
pub(crate) fn everything(store: &Store) -> Decisions {
    let dataset = DatasetId::new("web").unwrap();
    let transition = Transition {
        at: at(800),
        segment: SegmentNo(4),
        status: Status::Realized,
    };
    let people = [1, 2, 3];
    Decisions {
        clock: at(1_000),
        next_seq: Seq(40),
        next_profile: 4,
        profiles: people
            .iter()
            .map(|&n| person(n, 5_000 + n.cast_signed()))
            .collect(),
        identities: people.iter().map(|&n| (identity(n), Some(profile(n)))).collect(),
        transitions: vec![(profile(1), vec![transition])],
        dead_messages: vec![DeadMessage {
            at: at(1_000),
            inlet: None,
            dataset: dataset.clone(),
            code: "malformed".to_owned(),
            reason: "the body is not JSON".to_owned(),
            body: b"{".to_vec(),
        }],
        messages: vec![(
            dataset,
            MessageCounters {
                accepted: 6,
                duplicate: 1,
                bad: 1,
            },
        )],
        ..batch(
            store,
            vec![
                OutboxOp::Export(export(live(1), profile(1), 1)),
                OutboxOp::Export(export(live(1), profile(1), 2)),
                OutboxOp::Export(export(live(2), profile(2), 1)),
            ],
        )
    }
}
