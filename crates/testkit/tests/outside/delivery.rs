//! The sending half over the real protocol: outbox, lanes and the Kinesis destination, in front of a service that
//! misbehaves. What is in the stream at the end is what the outbox promises.

use dispatcher::{Dispatcher, Retry, Site};
use model::{
    Account, Cause, Class, Clock, Dataflow, DataflowId, DataflowNo, DataflowState, Definitions,
    DestinationDefinition, DestinationId, Export, Lane, Limits, ProfileId, Revision, Secret, SystemClock,
};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use store::{Decisions, Memory, OutboxOp, Store};
use testkit::outside::Kinesis;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

const STREAM: &str = "profiles";

struct Bench {
    service: Kinesis,
    store: Store,
    secret: Arc<Mutex<&'static str>>,
    _tasks: JoinSet<()>,
}

impl Bench {
    /// Retries come after a quarter of a second.
    async fn new() -> Self {
        let service = Kinesis::with_stream(STREAM, 2).await;
        let (store, committer) = store::open_on(Box::new(Memory::new()), &store::Options::default()).unwrap();
        let secret = Arc::new(Mutex::new("first"));
        let known = Arc::clone(&secret);
        let site = Site {
            secrets: Arc::new(move |_| Ok(Secret::new(*known.lock().unwrap()))),
            endpoints: true,
            ..Site::new("/nonexistent")
        };
        let retry = Retry {
            first: Duration::from_millis(250),
            ..Retry::default()
        };
        let (clock, registry) = (Arc::new(SystemClock), destinations::all());
        let dispatcher = Dispatcher::new(dispatcher::Parts {
            store: store.clone(),
            clock,
            registry,
            site,
            retry,
            seed: 7,
            ages: true,
        });
        dispatcher.redefine(&definitions(service.endpoint()));
        let mut tasks = JoinSet::new();
        tasks.spawn(committer.run(CancellationToken::new()));
        tasks.spawn(async move { dispatcher.run(CancellationToken::new()).await });
        Self {
            service,
            store,
            secret,
            _tasks: tasks,
        }
    }

    /// Decides `each` exports of every profile up to `profiles`, in one commit.
    async fn decide(&self, profiles: u64, each: u64) {
        let meta = self.store.meta();
        let outbox = (1..=each).flat_map(|revision| (1..=profiles).map(move |profile| (profile, revision)));
        let decisions = Decisions {
            clock: SystemClock.now(),
            batch: meta.batch + 1,
            next_seq: meta.next_seq,
            next_profile: meta.next_profile,
            outbox: outbox
                .map(|(profile, revision)| OutboxOp::Export(export(profile, revision)))
                .collect(),
            ..Decisions::default()
        };
        self.store.commit(decisions).await.unwrap();
    }

    /// Waits until nothing is pending; the account.
    async fn drained(&self) -> Account {
        for _ in 0..1200 {
            let account = self.store.account(DataflowNo(1)).unwrap();
            assert!(account.balanced(), "{account:?}");
            if account.pending == 0 {
                return account;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!(
            "still pending after a minute: {:?}",
            self.store.account(DataflowNo(1))
        );
    }

    /// The revisions of each profile in the order of the stream.
    async fn revisions(&self) -> BTreeMap<String, Vec<u64>> {
        let mut revisions: BTreeMap<String, Vec<u64>> = BTreeMap::new();
        for one in self.service.stored(STREAM).await {
            let message: Value = serde_json::from_str(&one.data).unwrap();
            let revision = message["_weir"]["revision"].as_str().unwrap().parse().unwrap();
            revisions.entry(one.key).or_default().push(revision);
        }
        revisions
    }
}

fn definitions(endpoint: &str) -> Definitions {
    let settings = json!({
        "stream": STREAM,
        "region": Kinesis::REGION,
        "accessKeyId": "ME",
        "secretAccessKey": "file:key",
        "endpoint": endpoint,
        "timeoutSeconds": 2,
    });
    let destination = DestinationDefinition {
        id: DestinationId::new("there").unwrap(),
        kind: "kinesis".to_owned(),
        name: String::new(),
        description: String::new(),
        settings: settings.to_string(),
        limits: Limits::default(),
    };
    let dataflow = Dataflow {
        id: DataflowId::new("flow").unwrap(),
        no: DataflowNo(1),
        name: String::new(),
        destination: destination.id.clone(),
        segments: Vec::new(),
        attributes: Vec::new(),
        triggers: model::Triggers::default(),
        attribute_trigger: model::AttributeTrigger::default(),
        segment_membership: model::MembershipScope::default(),
        include_segment_names: false,
        include_segment_timestamps: false,
        identities: None,
        envelope: true,
        filter: None,
        state: DataflowState::Enabled,
        queue: model::QueueBounds::default(),
    };
    Definitions {
        destinations: vec![destination],
        dataflows: vec![dataflow],
        ..Definitions::default()
    }
}

fn export(profile: u64, revision: u64) -> Export {
    Export {
        dataflow: DataflowId::new("flow").unwrap(),
        lane: Lane {
            dataflow: DataflowNo(1),
            class: Class::Live,
        },
        profile: ProfileId::from_bits(profile),
        revision: Revision(revision),
        causes: vec![Cause::Attribute],
        transitions: Vec::new(),
        merged: Vec::new(),
        emitted_at: SystemClock.now(),
        attributes: Vec::new(),
        memberships: Vec::new(),
        identities: BTreeMap::new(),
        envelope: true,
    }
}

#[tokio::test]
async fn only_what_failed_is_sent_again_and_in_the_order_of_revisions() {
    let bench = Bench::new().await;
    bench
        .service
        .script(&json!([
            {"op": "PutRecords", "action": "partial", "keys": ["3", "4"], "times": 1},
            {"op": "PutRecords", "action": "partial", "every": 3, "times": 2},
            {"op": "PutRecords", "action": "error", "status": 503, "code": "ServiceUnavailable", "times": 1},
        ]))
        .await;
    bench.decide(10, 4).await;
    assert_eq!(bench.drained().await.delivered, 40);
    let revisions = bench.revisions().await;
    assert_eq!(revisions.len(), 10);
    for (key, revisions) in &revisions {
        assert_eq!(revisions, &[1, 2, 3, 4], "profile {key}: each once, in order");
    }
    for call in bench
        .service
        .asked(0)
        .await
        .iter()
        .filter(|call| call.op == "PutRecords")
    {
        let mut keys = call.keys.clone();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), call.keys.len(), "a profile once a call: {call:?}");
    }
}

#[tokio::test]
async fn a_lost_answer_leaves_copies_of_the_same_message_and_nothing_else() {
    let bench = Bench::new().await;
    bench
        .service
        .script(&json!([{"op": "PutRecords", "action": "lost-answer", "times": 2}]))
        .await;
    bench.decide(10, 3).await;
    assert_eq!(bench.drained().await.delivered, 30);
    let mut copies: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for one in bench.service.stored(STREAM).await {
        let message: Value = serde_json::from_str(&one.data).unwrap();
        let id = message["_weir"]["id"].as_str().unwrap().to_owned();
        copies.entry(id).or_default().push(one.data);
    }
    assert_eq!(copies.len(), 30, "as many ids as exports");
    assert!(
        copies.values().any(|some| some.len() > 1),
        "the lost ones came twice"
    );
    for some in copies.values() {
        assert!(
            some.iter().all(|one| *one == some[0]),
            "copies are the same bytes"
        );
    }
    for (key, mut revisions) in bench.revisions().await {
        revisions.dedup();
        assert_eq!(revisions, [1, 2, 3], "profile {key}");
    }
}

#[tokio::test]
async fn a_change_of_credentials_loses_nothing_and_uses_no_attempt() {
    let bench = Bench::new().await;
    bench
        .service
        .accept_only(&json!({"ME": {"secret": "first"}}))
        .await;
    bench.decide(10, 1).await;
    assert_eq!(bench.drained().await.delivered, 10);
    bench
        .service
        .accept_only(&json!({"ME": {"secret": "second"}}))
        .await;
    bench.decide(10, 2).await;
    while bench.service.stats().await.refused == 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    *bench.secret.lock().unwrap() = "second";
    let account = bench.drained().await;
    assert_eq!((account.delivered, account.dead.len()), (30, 0));
    for (key, revisions) in bench.revisions().await {
        assert_eq!(revisions, [1, 1, 2], "profile {key}");
    }
}

#[tokio::test]
async fn shards_that_are_busy_lose_nothing_and_keep_the_order() {
    let bench = Bench::new().await;
    bench.service.limit(60, 1 << 20).await;
    bench.decide(200, 3).await;
    assert_eq!(bench.drained().await.delivered, 600);
    let stats = bench.service.stats().await;
    assert!(stats.throttled > 0);
    for (key, revisions) in bench.revisions().await {
        assert_eq!(revisions, [1, 2, 3], "profile {key}");
    }
    println!(
        "{} records throttled for 600 delivered, {} requests",
        stats.throttled, stats.requests
    );
}

#[tokio::test]
async fn shards_that_are_split_meanwhile_lose_nothing_and_keep_the_order() {
    let bench = Bench::new().await;
    bench.decide(40, 3).await;
    for shard in ["shardId-000000000000", "shardId-000000000001"] {
        bench.service.split_shard(STREAM, shard).await;
        bench.decide(40, 2).await;
    }
    assert_eq!(bench.drained().await.delivered, 280);
    let stored = bench.service.stored(STREAM).await;
    let shards: std::collections::BTreeSet<&str> = stored.iter().map(|one| one.shard.as_str()).collect();
    assert!(shards.len() > 2, "exports went to new shards: {shards:?}");
    // Whoever reads a shard reads its parents first, and their numbers are lower.
    for (key, revisions) in bench.revisions().await {
        assert_eq!(revisions, [1, 2, 3, 1, 2, 1, 2], "profile {key}");
    }
}
