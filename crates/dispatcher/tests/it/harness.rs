//! A store in memory, a dispatcher over it, and a clock that goes with paused time.

use crate::fake::{FakeKind, World};
use dispatcher::{Dispatcher, Registry, Retry, Site};
use model::{
    Account, Cause, Class, Clock, Dataflow, DataflowId, DataflowNo, DataflowState, Definitions,
    DestinationDefinition, DestinationId, Export, Lane, Limits, ProfileId, Revision, Timestamp,
};
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use store::{Committer, DeadLetter, Decisions, Memory, OutboxOp, Store};
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

const BASE: i64 = 1_700_000_000_000;

/// Tells a base time and what has passed of tokio's time.
#[derive(Clone, Copy)]
pub(crate) struct TestClock(Instant);

impl TestClock {
    pub(crate) fn at(start: Instant) -> Self {
        Self(start)
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(BASE + self.0.elapsed().as_millis() as i64)
    }
}

/// What a test works with.
pub(crate) struct Bench {
    pub(crate) world: World,
    pub(crate) memory: Memory,
    pub(crate) store: Store,
    pub(crate) dispatcher: Dispatcher,
    pub(crate) definitions: Definitions,
    pub(crate) soft: CancellationToken,
    pub(crate) clock: TestClock,
    _committer: JoinSet<()>,
    dispatching: JoinSet<()>,
    revisions: BTreeMap<(DataflowNo, u64), u64>,
}

impl Bench {
    /// A bench with the destination `there` and the dataflow `flow` (number 1) to it, running. Retries come
    /// without jitter.
    pub(crate) fn new(world: World) -> Self {
        let memory = Memory::new();
        let (store, committer) = open(&memory);
        let clock = TestClock::at(Instant::now());
        Self::on(world, memory, store, committer, Arc::new(clock), clock)
    }

    pub(crate) fn on(
        world: World,
        memory: Memory,
        store: Store,
        committer: Committer,
        told: Arc<dyn Clock>,
        clock: TestClock,
    ) -> Self {
        let registry = Registry::new(vec![Arc::new(FakeKind(world.clone()))]);
        let retry = Retry {
            jitter: 0.0,
            ..Retry::default()
        };
        let site = Site::new("/nonexistent");
        let dispatcher = Dispatcher::new(dispatcher::Parts {
            store: store.clone(),
            clock: told,
            registry,
            site,
            retry,
            seed: 7,
            ages: true,
        });
        let mut tasks = JoinSet::new();
        tasks.spawn(committer.run(CancellationToken::new()));
        let mut bench = Self {
            world,
            memory,
            store,
            dispatcher,
            definitions: Definitions::default(),
            soft: CancellationToken::new(),
            clock,
            _committer: tasks,
            dispatching: JoinSet::new(),
            revisions: BTreeMap::new(),
        };
        bench
            .definitions
            .destinations
            .push(destination("there", &json!({}), Limits::default()));
        bench.definitions.dataflows.push(dataflow("flow", 1, "there"));
        bench.dispatcher.redefine(&bench.definitions);
        bench.start();
        bench
    }

    /// Starts the dispatcher, again if it was stopped.
    pub(crate) fn start(&mut self) {
        self.soft = CancellationToken::new();
        let (dispatcher, soft) = (self.dispatcher.clone(), self.soft.clone());
        self.dispatching.spawn(async move { dispatcher.run(soft).await });
    }

    /// Waits until a dispatcher that was asked to stop has ended.
    pub(crate) async fn ended(&mut self) {
        while let Some(ended) = self.dispatching.join_next().await {
            ended.unwrap();
        }
    }

    /// Stops hard: everything the dispatcher does is dropped.
    pub(crate) async fn abort(&mut self) {
        self.dispatching.shutdown().await;
    }

    /// Replaces the settings and limits of the destination `there`.
    pub(crate) fn redefine_there(&mut self, settings: &serde_json::Value, limits: Limits) {
        self.definitions.destinations[0] = destination("there", settings, limits);
        self.dispatcher.redefine(&self.definitions);
    }

    /// Decides one live export of each profile on dataflow 1, in one commit.
    pub(crate) async fn decide(&mut self, profiles: impl IntoIterator<Item = u64>) {
        let exports = profiles
            .into_iter()
            .map(|profile| (1, Class::Live, profile))
            .collect();
        self.decide_on(exports).await;
    }

    /// Decides exports of (dataflow, class, profile), in one commit.
    pub(crate) async fn decide_on(&mut self, exports: Vec<(u32, Class, u64)>) {
        let meta = self.store.meta();
        let outbox = exports.into_iter().map(|(dataflow, class, profile)| {
            let revision = self.revisions.entry((DataflowNo(dataflow), profile)).or_default();
            *revision += 1;
            OutboxOp::Export(export(dataflow, class, profile, *revision, self.clock.now()))
        });
        let decisions = Decisions {
            clock: self.clock.now(),
            batch: meta.batch + 1,
            next_seq: meta.next_seq,
            next_profile: meta.next_profile,
            outbox: outbox.collect(),
            ..Decisions::default()
        };
        self.store.commit(decisions).await.unwrap();
    }

    /// Lets virtual time pass.
    pub(crate) async fn seconds(&self, seconds: u64) {
        tokio::time::sleep(Duration::from_secs(seconds)).await;
    }

    /// The account of dataflow 1; it balances.
    pub(crate) fn account(&self) -> Account {
        let account = self.store.account(DataflowNo(1)).unwrap();
        assert!(account.balanced(), "{account:?}");
        account
    }

    /// The dead letters of dataflow 1.
    pub(crate) fn dead(&self) -> Vec<DeadLetter> {
        let letters = self
            .store
            .dead_letters(DataflowNo(1), model::ExportSeq(0), usize::MAX)
            .unwrap();
        letters.into_iter().map(|(_, letter)| letter).collect()
    }

    /// (second, profile) of everything sent, in order.
    pub(crate) fn sent(&self) -> Vec<(u64, u64)> {
        let seen = self.world.seen();
        let of = |seen: &crate::fake::Seen| {
            let second = seen.at / 1000;
            seen.profiles()
                .into_iter()
                .map(move |p| (second, p.to_bits()))
                .collect::<Vec<_>>()
        };
        seen.iter().flat_map(of).collect()
    }
}

pub(crate) fn open(memory: &Memory) -> (Store, Committer) {
    store::open_on(Box::new(memory.clone()), &store::Options::default()).unwrap()
}

pub(crate) fn destination(id: &str, settings: &serde_json::Value, limits: Limits) -> DestinationDefinition {
    DestinationDefinition {
        id: DestinationId::new(id).unwrap(),
        kind: "fake".to_owned(),
        name: id.to_owned(),
        description: String::new(),
        settings: settings.to_string(),
        limits,
    }
}

pub(crate) fn dataflow(id: &str, no: u32, destination: &str) -> Dataflow {
    Dataflow {
        id: DataflowId::new(id).unwrap(),
        no: DataflowNo(no),
        name: id.to_owned(),
        destination: DestinationId::new(destination).unwrap(),
        segments: Vec::new(),
        attributes: Vec::new(),
        triggers: model::Triggers::default(),
        attribute_trigger: model::AttributeTrigger::default(),
        segment_membership: model::MembershipScope::default(),
        include_segment_names: false,
        include_segment_timestamps: false,
        identities: None,
        envelope: false,
        filter: None,
        state: DataflowState::Enabled,
        queue: model::QueueBounds::default(),
    }
}

pub(crate) fn export(dataflow: u32, class: Class, profile: u64, revision: u64, at: Timestamp) -> Export {
    Export {
        dataflow: DataflowId::new(&format!("flow-{dataflow}")).unwrap(),
        lane: Lane {
            dataflow: DataflowNo(dataflow),
            class,
        },
        profile: ProfileId::from_bits(profile),
        revision: Revision(revision),
        causes: vec![Cause::Attribute],
        transitions: Vec::new(),
        merged: Vec::new(),
        emitted_at: at,
        attributes: Vec::new(),
        memberships: Vec::new(),
        identities: BTreeMap::new(),
        envelope: false,
    }
}
