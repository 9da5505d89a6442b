//! The law of the replay: the live loop, under a clock that a test drives, writes the transitions that the same
//! input makes when each message's own time is the clock.

use ingest::{ClockMode, Core, Crew, Handle, Ingest, Input, Item, Options, Posted, Refusal, What};
use model::{
    Class, Dataflow, DataflowId, DataflowNo, DatasetId, Definitions, DestinationId, Identity, InletId, Lane,
    Mapping, QueueBounds, RulesVersion, SegmentDefinition, SegmentId, SegmentNo, SegmentState, Status,
    Timestamp, WhenFull,
};
use std::sync::Arc;
use store::{Decisions, Memory, Outcome, Settlement, Store};
use testkit::clock::TestClock;
use tokio::task::LocalSet;
use tokio_util::sync::CancellationToken;

const BASE: i64 = 1_700_000_000_000;
const PEOPLE: u64 = 12;

fn definitions() -> Definitions {
    let expressions = [
        "score > 50",
        r#"xEvent[eventType = "buy" and timestamp occurs < 40 seconds before now].count() >= 2"#,
        "xEvent[timestamp occurs <= 25 seconds before now].sum(amount) >= 30",
        r#"not (exists E from xEvent where E.eventType = "login" and E.timestamp occurs < 1 minutes before now)"#,
        r#"inSegment("s0") and not inSegment("s1")"#,
    ];
    let segment = |(no, expression): (u32, &&str)| SegmentDefinition {
        id: SegmentId::new(&format!("s{no}")).expect("an id"),
        no: SegmentNo(no),
        name: format!("s{no}"),
        expression: (*expression).to_owned(),
        time_zone: model::ZoneName::default(),
        exclude_opt_out: true,
        state: SegmentState::Published,
        changed_in: RulesVersion(0),
        created: Timestamp::MIN,
        updated: Timestamp::MIN,
    };
    Definitions {
        segments: (0..).zip(&expressions).map(segment).collect(),
        ..Definitions::default()
    }
}

/// Messages with strictly increasing times; some events are late, some are of the future.
fn messages(seed: u64) -> Vec<(i64, String)> {
    let mut dice = fastrand::Rng::with_seed(seed);
    let mut now = BASE;
    let mut message = |n: u64| {
        now += dice.i64(1..4000);
        let who = dice.u64(..PEOPLE);
        let at = Timestamp::from_millis(now);
        let names = format!(r#""identityMap":{{"crm":[{{"id":"{who}"}}]}}"#);
        let text = if dice.u8(..10) < 3 {
            let score = dice.u8(..100);
            format!(r#"{{{names},"score":{score},"_weir":{{"receivedAt":"{at}"}}}}"#)
        } else {
            let shift = if dice.u8(..5) == 0 {
                dice.i64(-30_000..30_000)
            } else {
                0
            };
            let happened = Timestamp::from_millis(now + shift);
            let kind = ["buy", "login", "view"][dice.usize(..3)];
            let amount = dice.u8(..20);
            format!(
                r#"{{{names},"_id":"{n}","timestamp":"{happened}","eventType":"{kind}","amount":{amount},"_weir":{{"receivedAt":"{at}"}}}}"#
            )
        };
        (now, text)
    };
    (0..300).map(&mut message).collect()
}

fn posted(text: &str) -> Posted {
    let message =
        xdm::parse_entity(text.as_bytes(), &DatasetId::new("d").expect("an id")).expect("a good entity");
    Posted {
        inlet: InletId::new("i").expect("an id"),
        message,
        raw: text.as_bytes().to_vec().into(),
    }
}

type Told = Vec<(String, Timestamp, String, Status)>;

/// All transitions in the history, by the name of the person.
fn history(store: &Store) -> Told {
    let mut told = Vec::new();
    for who in 0..PEOPLE {
        let name = Identity {
            namespace: "crm".into(),
            value: who.to_string().into(),
        };
        let id = store.profiles_of(&[name]).expect("read")[0];
        let transitions = id
            .map(|id| store.history(id, usize::MAX).expect("read"))
            .unwrap_or_default();
        told.extend(
            transitions
                .iter()
                .map(|t| (who.to_string(), t.at, t.segment.to_string(), t.status)),
        );
    }
    told.sort();
    told
}

fn open() -> (Store, tokio::task::JoinHandle<()>) {
    let (store, committer) =
        store::open_on(Box::new(Memory::new()), &store::Options::default()).expect("a new store");
    (
        store,
        tokio::task::spawn_local(committer.run(CancellationToken::new())),
    )
}

/// What `backtest` does: each message's own time is the clock, and the end is the last of them.
async fn replayed(messages: &[(i64, String)]) -> Told {
    let (store, _committer) = open();
    let rules = evaluator::Rules::compile(&definitions()).expect("good rules");
    let mut core = Core::new(store.clone(), Arc::new(rules), usize::MAX, Crew::alone());
    for chunk in messages.chunks(17) {
        let input = |(now, text): &(i64, String)| Input {
            now: Timestamp::from_millis(*now),
            what: What::Item(Item::Posted(posted(text))),
        };
        let inputs: Vec<Input> = chunk.iter().map(input).collect();
        store
            .commit(core.decide(inputs).expect("decided").decisions)
            .await
            .expect("committed");
    }
    let now = core.clock();
    let due = store.timers_due(now, usize::MAX).expect("read");
    let ticks: Vec<Input> = due
        .into_iter()
        .map(|(due, id)| Input {
            now,
            what: What::Tick(id, due),
        })
        .collect();
    store
        .commit(core.decide(ticks).expect("decided").decisions)
        .await
        .expect("committed");
    history(&store)
}

fn serve(store: &Store, options: Options, stop: &CancellationToken) -> (Handle, tokio::task::JoinHandle<()>) {
    let wall = Arc::new(TestClock::starting_at(Timestamp::from_millis(BASE)));
    let (ingest, handle) = Ingest::new(store.clone(), wall, options).expect("a loop");
    (handle, tokio::task::spawn_local(ingest.run(stop.clone())))
}

async fn submit(handle: &Handle, text: &str) {
    let permit = handle.reserve(1, text.len()).expect("room");
    handle
        .submit(permit, vec![Item::Posted(posted(text))])
        .await
        .expect("durable");
}

/// The loop as it is, and as it is with `--clock input`.
fn options(clock: ClockMode) -> Options {
    Options {
        clock,
        ..Options::default()
    }
}

/// Waits until the last timers have been stepped: they are due at the time of the last message and need no further one.
async fn all_stepped(store: &Store) {
    while !store.timers_due(store.meta().clock, 1).expect("read").is_empty() {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
}

/// The live loop: paused time is moved to each message's own, ticks come as they are due.
async fn lived(messages: &[(i64, String)]) -> Told {
    let (store, _committer) = open();
    let stop = CancellationToken::new();
    let (handle, running) = serve(&store, options(ClockMode::Wall), &stop);
    handle
        .redefine(definitions(), Vec::new())
        .await
        .expect("in force");
    let start = tokio::time::Instant::now();
    for (now, text) in messages {
        let until = start + std::time::Duration::from_millis((now - BASE).unsigned_abs());
        tokio::time::sleep_until(until).await;
        submit(&handle, text).await;
    }
    stop.cancel();
    running.await.expect("a clean end");
    let last = Timestamp::from_millis(messages.last().expect("messages").0);
    history(&store)
        .into_iter()
        .filter(|(_, at, ..)| *at <= last)
        .collect()
}

/// The live loop with `--clock input`: no time passes but the messages'.
async fn lived_by_input(messages: &[(i64, String)]) -> Told {
    let (store, _committer) = open();
    let stop = CancellationToken::new();
    let (handle, running) = serve(&store, options(ClockMode::Input), &stop);
    handle
        .redefine(definitions(), Vec::new())
        .await
        .expect("in force");
    for (_, text) in messages {
        submit(&handle, text).await;
    }
    all_stepped(&store).await;
    stop.cancel();
    running.await.expect("a clean end");
    history(&store)
}

/// The live loop when everybody posts at once: small batches, each decided while the one before is on its way, with no
/// memory for people beyond those two.
async fn lived_at_once(messages: &[(i64, String)]) -> Told {
    let (store, _committer) = open();
    let stop = CancellationToken::new();
    let options = Options {
        batch: 5,
        cache: 1,
        ..options(ClockMode::Input)
    };
    let (handle, running) = serve(&store, options, &stop);
    handle
        .redefine(definitions(), Vec::new())
        .await
        .expect("in force");
    let mut posts = tokio::task::JoinSet::new();
    for (_, text) in messages {
        let (handle, text) = (handle.clone(), text.clone());
        posts.spawn_local(async move { submit(&handle, &text).await });
    }
    posts.join_all().await;
    all_stepped(&store).await;
    stop.cancel();
    running.await.expect("a clean end");
    history(&store)
}

#[tokio::test(start_paused = true)]
async fn the_live_loop_writes_what_a_replay_writes() {
    for seed in 0..8 {
        let messages = messages(seed);
        let told = LocalSet::new()
            .run_until(async {
                (
                    replayed(&messages).await,
                    lived(&messages).await,
                    lived_by_input(&messages).await,
                    lived_at_once(&messages).await,
                )
            })
            .await;
        assert!(told.0.len() > 100, "the input moves people about");
        assert_eq!(told.0, told.1, "seed {seed}, by the wall clock");
        assert_eq!(told.0, told.2, "seed {seed}, by the input's clock");
        assert_eq!(told.0, told.3, "seed {seed}, at once");
    }
}

#[tokio::test(start_paused = true)]
async fn a_request_gets_room_for_all_or_nothing() {
    let work = async {
        let (store, _committer) = open();
        let options = Options {
            queue_items: 3,
            ..Options::default()
        };
        let wall = Arc::new(TestClock::starting_at(Timestamp::from_millis(BASE)));
        let (ingest, handle) = Ingest::new(store, wall, options).expect("a loop");
        let two = handle.reserve(2, 100).expect("room for two");
        assert_eq!(handle.reserve(2, 100).err(), Some(Refusal::Full));
        assert!(handle.reserve(1, 100).is_ok(), "what was refused holds no room");
        drop(two);
        assert!(handle.reserve(3, 100).is_ok());
        drop(ingest);
        assert_eq!(handle.reserve(1, 100).err(), Some(Refusal::Stopping));
    };
    LocalSet::new().run_until(work).await;
}

/// A dataflow that maps `s1` and whose queue is full with the first export.
fn full_at_once() -> Definitions {
    let flow = Dataflow {
        id: DataflowId::new("flow").expect("an id"),
        no: DataflowNo(0),
        name: "Flow".to_owned(),
        destination: DestinationId::new("files").expect("an id"),
        segments: vec![Mapping {
            segment: SegmentId::new("s1").expect("an id"),
            hidden: None,
            baseline_in: RulesVersion(0),
            created: Timestamp::MIN,
            updated: Timestamp::MIN,
        }],
        attributes: Vec::new(),
        triggers: model::Triggers::default(),
        attribute_trigger: model::AttributeTrigger::default(),
        segment_membership: model::MembershipScope::default(),
        include_segment_names: false,
        include_segment_timestamps: false,
        identities: None,
        envelope: false,
        filter: None,
        state: model::DataflowState::Enabled,
        queue: QueueBounds {
            bytes: 1,
            full: WhenFull::Block,
            ..QueueBounds::default()
        },
    };
    Definitions {
        dataflows: vec![flow],
        ..definitions()
    }
}

/// Queues that grow until the disk is full (rudder-server 4588, `PostHog` 57573): here intake and timers wait, and
/// what waited goes on by itself.
#[tokio::test(start_paused = true)]
async fn a_full_queue_that_keeps_everything_takes_nothing_in_until_it_has_room() {
    let work = async {
        let (store, _committer) = open();
        let first = Decisions {
            clock: Timestamp::from_millis(BASE),
            batch: 1,
            next_seq: store.meta().next_seq,
            next_profile: store.meta().next_profile,
            definitions: Some(full_at_once()),
            ..Decisions::default()
        };
        store.commit(first).await.expect("committed");
        let wall = Arc::new(TestClock::starting_at(Timestamp::from_millis(BASE)));
        let (ingest, handle) = Ingest::new(store.clone(), wall, Options::default()).expect("a loop");
        tokio::task::spawn_local(ingest.run(CancellationToken::new()));
        let at = Timestamp::from_millis(BASE);
        let buy = |n: u8| {
            let text = format!(
                r#"{{"identityMap":{{"crm":[{{"id":"1"}}]}},"_id":"{n}","timestamp":"{at}","eventType":"buy"}}"#
            );
            Item::Posted(posted(&text))
        };
        let permit = handle.reserve(2, 100).expect("there is room");
        handle
            .submit(permit, vec![buy(1), buy(2)])
            .await
            .expect("durable");
        let flow = DataflowNo(0);
        assert_eq!(store.counters(flow).expect("read").decided, 1);
        let refused = handle.reserve(1, 100).err();
        assert!(
            matches!(&refused, Some(Refusal::Queue { dataflow, .. }) if dataflow == "flow"),
            "{refused:?}"
        );
        // The person leaves the segment after 40 s, and the timer waits too.
        tokio::time::sleep(std::time::Duration::from_mins(2)).await;
        assert_eq!(store.counters(flow).expect("read").decided, 1);
        let lane = Lane {
            dataflow: flow,
            class: Class::Live,
        };
        let claimed = store
            .claim(lane, Timestamp::MAX, 9, usize::MAX)
            .expect("read")
            .remove(0);
        let delivered = Settlement {
            seq: claimed.seq,
            outcome: Outcome::Delivered,
        };
        store.settle(vec![delivered]).await.expect("settles go on");
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
        assert_eq!(store.counters(flow).expect("read").decided, 2);
        let exit = store
            .claim(lane, Timestamp::MAX, 9, usize::MAX)
            .expect("read")
            .remove(0);
        let left = exit.export.emitted_at.millis() - BASE;
        assert_eq!(left, 40_000, "the exit bears its own instant");
    };
    LocalSet::new().run_until(work).await;
}
