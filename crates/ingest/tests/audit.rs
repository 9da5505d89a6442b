//! The live loop audits itself: it finds what somebody planted in the store, and nothing else; what it decides is the same
//! with and without.

use ingest::{Audited, Crew, Handle, Ingest, Item, Options, Posted, Share, SubmitError};
use model::{
    Clock, DatasetId, Definitions, HotRow, Identity, InletId, Membership, RulesVersion, SegmentDefinition,
    SegmentId, SegmentNo, SegmentState, Status, Timestamp,
};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use store::{Decisions, Memory, ProfileDelta, Store};
use testkit::clock::TestClock;
use tokio::task::{JoinHandle, JoinSet, LocalSet};
use tokio_util::sync::CancellationToken;

const BASE: i64 = 1_700_000_000_000;
/// A round begins ten seconds after the one before, where few people take no time.
const ROUND: Duration = Duration::from_secs(10);
const ALL: f64 = 100.0;

fn definitions(version: u64, least: u8) -> Definitions {
    let expressions = [
        format!("score >= {least}"),
        r#"xEvent[eventType = "buy" and timestamp occurs < 40 seconds before now].count() >= 2"#.to_owned(),
        r#"chain(xEvent, timestamp, [A: WHAT(eventType = "buy"), B: WHAT(eventType = "login")])"#.to_owned(),
        r#"inSegment("s0") and not inSegment("s1")"#.to_owned(),
    ];
    let segment = |(no, expression): (u32, String)| SegmentDefinition {
        id: SegmentId::new(&format!("s{no}")).expect("an id"),
        no: SegmentNo(no),
        name: format!("s{no}"),
        expression,
        time_zone: model::ZoneName::default(),
        exclude_opt_out: true,
        state: SegmentState::Published,
        changed_in: RulesVersion(if no == 0 { version } else { 1 }),
        created: Timestamp::MIN,
        updated: Timestamp::MIN,
    };
    Definitions {
        version: RulesVersion(version),
        segments: (0..).zip(expressions).map(segment).collect(),
        ..Definitions::default()
    }
}

/// A server over a disk that outlives it.
struct Server {
    store: Store,
    handle: Handle,
    stop: CancellationToken,
    running: JoinHandle<()>,
    committing: (CancellationToken, JoinHandle<()>),
}

impl Server {
    fn start(disk: &Memory, clock: &Arc<dyn Clock>, percent: f64, options: Options) -> Self {
        let (store, committer) =
            store::open_on(Box::new(disk.clone()), &store::Options::default()).expect("a store");
        let end = CancellationToken::new();
        let committing = tokio::task::spawn_local(committer.run(end.clone()));
        let options = Options {
            audit: Share::percent(percent).expect("a share"),
            ..options
        };
        let (ingest, handle) = Ingest::new(store.clone(), Arc::clone(clock), options).expect("a loop");
        let stop = CancellationToken::new();
        let running = tokio::task::spawn_local(ingest.run(stop.clone()));
        Self {
            store,
            handle,
            stop,
            running,
            committing: (end, committing),
        }
    }

    async fn stop(self) -> Audited {
        let audited = self.handle.audited();
        self.stop.cancel();
        self.running.await.expect("a clean end");
        self.committing.0.cancel();
        self.committing.1.await.expect("a clean end");
        audited
    }

    async fn post(&self, texts: &[String]) -> Result<(), SubmitError> {
        post(&self.handle, texts).await
    }

    async fn publish(&self, version: u64, least: u8) {
        let definitions = definitions(version, least);
        self.handle
            .redefine(definitions, Vec::new())
            .await
            .expect("in force");
    }

    fn hot(&self, who: u8) -> (model::ProfileId, HotRow) {
        let name = Identity {
            namespace: "crm".into(),
            value: who.to_string().into(),
        };
        let id = self.store.profiles_of(&[name]).expect("read")[0].expect("somebody");
        let profile = self.store.load(&[id]).expect("read").remove(0);
        (id, profile.expect("a profile").hot)
    }
}

async fn post(handle: &Handle, texts: &[String]) -> Result<(), SubmitError> {
    let permit = handle.reserve(texts.len(), 100).expect("room");
    let items = texts.iter().map(|text| Item::Posted(posted(text)));
    handle.submit(permit, items.collect()).await.map(drop)
}

fn posted(text: &str) -> Posted {
    let dataset = DatasetId::new("d").expect("an id");
    Posted {
        inlet: InletId::new("i").expect("an id"),
        message: xdm::parse_entity(text.as_bytes(), &dataset).expect("a good entity"),
        raw: text.as_bytes().to_vec().into(),
    }
}

fn wall() -> Arc<dyn Clock> {
    Arc::new(TestClock::starting_at(Timestamp::from_millis(BASE)))
}

fn score(who: u8, score: u8) -> String {
    format!(r#"{{"identityMap":{{"crm":[{{"id":"{who}"}}]}},"score":{score}}}"#)
}

/// Records, events, joins, publishes and restarts over some minutes; gives what is durable and how often was audited.
async fn lived(seed: u64, percent: f64) -> (BTreeMap<Vec<u8>, Vec<u8>>, u64) {
    let mut dice = fastrand::Rng::with_seed(seed);
    let (disk, clock) = (Memory::new(), wall());
    let options = Options {
        batch: [1, 7, 250][dice.usize(..3)],
        cache: [2_500, 50_000_000][dice.usize(..2)],
        crew: Crew::sharing(dice.usize(1..4), 1).expect("threads start"),
        ..Options::default()
    };
    let mut server = Server::start(&disk, &clock, percent, options.clone());
    server.publish(1, 50).await;
    let (mut version, mut audits) = (1, 0);
    let start = tokio::time::Instant::now();
    for n in 0..120 {
        let until = start + Duration::from_millis(n * 2_500 + dice.u64(..2_000));
        tokio::time::sleep_until(until).await;
        let (who, other) = (dice.u8(..9), dice.u8(..9));
        let at = clock.now();
        let texts: Vec<String> = match dice.u8(..20) {
            0 => {
                version += 1;
                server.publish(version, dice.u8(..100)).await;
                continue;
            }
            1 => {
                let audited = server.stop().await;
                assert_eq!((audited.differences, audited.failures), (0, 0), "seed {seed}");
                audits += audited.profiles;
                server = Server::start(&disk, &clock, percent, options.clone());
                continue;
            }
            2 => vec![format!(
                r#"{{"identityMap":{{"crm":[{{"id":"{who}"}},{{"id":"{other}"}}]}},"score":{n}}}"#
            )],
            3..10 => (0..9).map(|who| score(who, dice.u8(..100))).collect(),
            _ => vec![format!(
                r#"{{"identityMap":{{"crm":[{{"id":"{who}"}}]}},"_id":"{n}","timestamp":"{at}","eventType":"{}"}}"#,
                ["buy", "login"][dice.usize(..2)]
            )],
        };
        server.post(&texts).await.expect("durable");
    }
    tokio::time::sleep(ROUND).await;
    let audited = server.stop().await;
    assert_eq!((audited.differences, audited.failures), (0, 0), "seed {seed}");
    (disk.durable(), audits + audited.profiles)
}

#[tokio::test(start_paused = true)]
async fn audits_find_nothing_in_random_lives_and_change_not_a_byte() {
    let work = async {
        for seed in 0..12 {
            let (without, none) = lived(seed, 0.0).await;
            let (with, many) = lived(seed, ALL).await;
            assert!(with == without, "seed {seed}: something else is stored");
            assert_eq!(none, 0, "it is turned off");
            assert!(many > 50, "seed {seed}: {many} audits");
        }
    };
    LocalSet::new().run_until(work).await;
}

/// Writes another hot row, as no program of ours does.
async fn plant(server: &Server, who: u8, change: impl FnOnce(&mut Vec<Membership>)) {
    let (id, mut hot) = server.hot(who);
    let old_due = hot.next_due;
    change(&mut hot.memberships);
    let meta = server.store.meta();
    let delta = ProfileDelta {
        id,
        hot: Some(hot),
        old_due,
        ..ProfileDelta::default()
    };
    let planted = Decisions {
        clock: meta.clock,
        batch: meta.batch + 1,
        next_seq: meta.next_seq,
        next_profile: meta.next_profile,
        profiles: vec![delta],
        ..Decisions::default()
    };
    server.store.commit(planted).await.expect("committed");
}

#[tokio::test(start_paused = true)]
async fn a_membership_that_somebody_broke_is_found_until_it_is_mended() {
    let work = async {
        let (disk, clock) = (Memory::new(), wall());
        let mut server = Server::start(&disk, &clock, 0.0, Options::default());
        server.publish(1, 50).await;
        let everybody: Vec<String> = (0..100).map(|who| score(who, who)).collect();
        server.post(&everybody).await.expect("durable");
        plant(&server, 70, Vec::clear).await;
        plant(&server, 20, |memberships| {
            memberships.push(Membership {
                segment: SegmentNo(0),
                status: Status::Realized,
                since: Timestamp::from_millis(BASE),
            });
        })
        .await;
        server.stop().await;
        server = Server::start(&disk, &clock, 1.0, Options::default());
        tokio::time::sleep(ROUND / 2).await;
        let first = server.handle.audited();
        // Of 70 it is `s0` and `s3`, of 20 `s0` alone.
        assert_eq!((first.rounds, first.profiles, first.differences), (1, 100, 3));
        tokio::time::sleep(ROUND).await;
        let second = server.handle.audited();
        assert_eq!(
            (second.rounds, second.differences),
            (2, 6),
            "it is seen as long as it stands"
        );

        // Both are evaluated from nothing with their next change, which tells what they really are.
        server
            .post(&[score(70, 71), score(20, 21)])
            .await
            .expect("durable");
        assert!(
            server
                .hot(70)
                .1
                .memberships
                .iter()
                .any(|m| m.status == Status::Realized)
        );
        tokio::time::sleep(ROUND).await;
        let third = server.handle.audited();
        assert_eq!((third.rounds, third.profiles, third.differences), (3, 300, 6));
        server.stop().await;
    };
    LocalSet::new().run_until(work).await;
}

#[tokio::test(start_paused = true)]
async fn no_audit_is_made_while_somebody_waits() {
    let work = async {
        let (disk, clock) = (Memory::new(), wall());
        let texts: Vec<String> = (0..50).map(|who| score(who, who)).collect();
        let server = Server::start(&disk, &clock, 0.0, Options::default());
        server.publish(1, 50).await;
        server.post(&texts).await.expect("durable");
        server.stop().await;
        let one_by_one = Options {
            batch: 1,
            ..Options::default()
        };
        let server = Server::start(&disk, &clock, ALL, one_by_one);
        // One request of many batches, and many requests, all of which wait before the first is answered.
        let (large, rest) = texts.split_at(25);
        let requests = std::iter::once(large).chain(rest.chunks(1));
        let mut posted = JoinSet::new();
        for request in requests {
            let (handle, request) = (server.handle.clone(), request.to_vec());
            posted.spawn_local(async move {
                post(&handle, &request).await.expect("durable");
                handle.audited().profiles
            });
        }
        // Time passes meanwhile, so that the next audit is due long since.
        let passing = tokio::task::spawn_local(async {
            loop {
                tokio::time::advance(Duration::from_millis(2)).await;
            }
        });
        let audited = posted.join_all().await;
        passing.abort();
        // The loop may have had a turn before anybody came, and again once the last was answered.
        assert!(audited[0] <= 1, "{audited:?}");
        assert_eq!(audited[..25], [audited[0]; 25]);
        tokio::time::sleep(ROUND).await;
        assert!(server.handle.audited().profiles >= 50);
        server.stop().await;
    };
    LocalSet::new().run_until(work).await;
}
