//! Segments in zones of their own, in the live loop: each flips at the midnight of its zone, with nothing arriving.

use ingest::{Handle, Ingest, Item, Options, Posted};
use model::{
    DatasetId, Definitions, Duration, Identity, InletId, RulesVersion, SegmentDefinition, SegmentId,
    SegmentNo, SegmentState, Status, Timestamp, ZoneName,
};
use std::sync::Arc;
use store::{Memory, Store};
use testkit::clock::TestClock;
use tokio::task::LocalSet;
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

/// A minute before midnight in Seoul, in the afternoon of UTC.
const START: &str = "2023-11-14T14:59:00Z";

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).expect("a date")
}

fn segment(no: u32, zone: &str, changed_in: u64) -> SegmentDefinition {
    SegmentDefinition {
        id: SegmentId::new(&format!("s{no}")).expect("an id"),
        no: SegmentNo(no),
        name: format!("s{no}"),
        expression: "appointment occurs today".to_owned(),
        time_zone: ZoneName::new(zone).expect("a zone"),
        exclude_opt_out: true,
        state: SegmentState::Published,
        changed_in: RulesVersion(changed_in),
        created: Timestamp::MIN,
        updated: Timestamp::MIN,
    }
}

fn definitions(version: u64, published_at: &str, segments: Vec<SegmentDefinition>) -> Definitions {
    Definitions {
        version: RulesVersion(version),
        published_at: at(published_at),
        segments,
        ..Definitions::default()
    }
}

/// A running loop, and the time that passes for it.
struct Live {
    store: Store,
    handle: Handle,
    start: Instant,
    person: Identity,
}

impl Live {
    fn start() -> Self {
        let options = store::Options::default();
        let (store, committer) = store::open_on(Box::new(Memory::new()), &options).expect("a new store");
        tokio::task::spawn_local(committer.run(CancellationToken::new()));
        let wall = Arc::new(TestClock::starting_at(at(START)));
        let (ingest, handle) = Ingest::new(store.clone(), wall, Options::default()).expect("a loop");
        tokio::task::spawn_local(ingest.run(CancellationToken::new()));
        let person = Identity {
            namespace: "crm".into(),
            value: "1".into(),
        };
        Self {
            store,
            handle,
            start: Instant::now(),
            person,
        }
    }

    async fn publish(&self, definitions: Definitions) {
        self.handle
            .redefine(definitions, Vec::new())
            .await
            .expect("in force");
    }

    async fn post(&self, entity: &str) {
        let dataset = DatasetId::new("d").expect("an id");
        let posted = Posted {
            inlet: InletId::new("i").expect("an id"),
            message: xdm::parse_entity(entity.as_bytes(), &dataset).expect("a good entity"),
            raw: entity.as_bytes().to_vec().into(),
        };
        let permit = self.handle.reserve(1, entity.len()).expect("room");
        self.handle
            .submit(permit, vec![Item::Posted(posted)])
            .await
            .expect("durable");
    }

    /// Lets (paused) time pass until the loop has acted on all that is due up to this instant.
    async fn wait(&self, until: &str) {
        let passed = (at(until) + Duration::from_millis(1_000)).since(at(START));
        sleep_until(self.start + passed.std()).await;
    }

    /// All transitions so far: when, which segment, whether in or out, and why.
    fn history(&self) -> Vec<String> {
        let id = self
            .store
            .profiles_of(std::slice::from_ref(&self.person))
            .expect("read")[0];
        let history = self.store.history(id.expect("known"), usize::MAX).expect("read");
        let mut told: Vec<_> = history.iter().map(|t| (t.at, t.segment.0, t.status)).collect();
        told.sort_unstable_by_key(|(at, segment, _)| (*at, *segment));
        let line = |(at, segment, status): (Timestamp, u32, Status)| {
            let way = if status == Status::Realized {
                "enters"
            } else {
                "exits"
            };
            format!("{at} {way} s{segment}")
        };
        told.into_iter().map(line).collect()
    }
}

#[tokio::test(start_paused = true)]
async fn a_segment_flips_at_the_midnight_of_its_zone() {
    let work = async {
        let live = Live::start();
        let zones = ["UTC", "Asia/Seoul", "America/New_York"];
        let segments = (0..).zip(zones).map(|(no, zone)| segment(no, zone, 1)).collect();
        live.publish(definitions(1, START, segments)).await;
        live.post(r#"{"identityMap":{"crm":[{"id":"1"}]},"appointment":"2023-11-15"}"#)
            .await;
        live.wait("2023-11-16T05:00:00Z").await;
        assert_eq!(
            live.history(),
            [
                "2023-11-14T15:00:00.000Z enters s1",
                "2023-11-15T00:00:00.000Z enters s0",
                "2023-11-15T05:00:00.000Z enters s2",
                "2023-11-15T15:00:00.000Z exits s1",
                "2023-11-16T00:00:00.000Z exits s0",
                "2023-11-16T05:00:00.000Z exits s2",
            ]
        );
    };
    LocalSet::new().run_until(work).await;
}

/// Another zone is another version of the segment: whoever is touched first is brought to it, and the timers are those
/// of the new zone.
#[tokio::test(start_paused = true)]
async fn an_edit_of_the_zone_moves_people() {
    let work = async {
        let live = Live::start();
        live.publish(definitions(1, START, vec![segment(0, "UTC", 1)]))
            .await;
        live.post(r#"{"identityMap":{"crm":[{"id":"1"}]},"appointment":"2023-11-15"}"#)
            .await;
        live.wait("2023-11-14T16:00:00Z").await;
        assert_eq!(live.history(), Vec::<String>::new());
        let edited = "2023-11-14T16:00:01Z";
        live.publish(definitions(2, edited, vec![segment(0, "Asia/Seoul", 2)]))
            .await;
        live.post(r#"{"identityMap":{"crm":[{"id":"1"}]},"touched":true}"#)
            .await;
        live.wait("2023-11-16T05:00:00Z").await;
        assert_eq!(
            live.history(),
            [
                "2023-11-14T16:00:01.000Z enters s0",
                "2023-11-15T15:00:00.000Z exits s0",
            ]
        );
    };
    LocalSet::new().run_until(work).await;
}
