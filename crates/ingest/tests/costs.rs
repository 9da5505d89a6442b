//! The live loop tells what segments have cost, also after a publish and while others post.

use ingest::{ClockMode, Handle, Ingest, Item, Options, Posted};
use model::{
    DatasetId, Definitions, InletId, RulesVersion, SegmentDefinition, SegmentId, SegmentNo, SegmentState,
    Timestamp,
};
use std::sync::Arc;
use store::Memory;
use testkit::clock::TestClock;
use tokio::task::LocalSet;
use tokio_util::sync::CancellationToken;

const BASE: i64 = 1_700_000_000_000;

fn definitions(version: u64, expressions: &[(&str, u64)]) -> Definitions {
    let segment = |(no, (expression, changed)): (u32, &(&str, u64))| SegmentDefinition {
        id: SegmentId::new(&format!("s{no}")).expect("an id"),
        no: SegmentNo(no),
        name: format!("s{no}"),
        expression: (*expression).to_owned(),
        time_zone: model::ZoneName::default(),
        exclude_opt_out: false,
        state: SegmentState::Published,
        changed_in: RulesVersion(*changed),
        created: Timestamp::MIN,
        updated: Timestamp::MIN,
    };
    Definitions {
        version: RulesVersion(version),
        segments: (0..).zip(expressions).map(segment).collect(),
        ..Definitions::default()
    }
}

async fn post(handle: &Handle, people: std::ops::Range<usize>, score: usize) {
    let item = |who: usize| {
        let text =
            format!(r#"{{"identityMap":{{"crm":[{{"id":"{who}"}}]}},"score":{score},"note":"{score}"}}"#);
        let dataset = DatasetId::new("d").expect("an id");
        Item::Posted(Posted {
            inlet: InletId::new("i").expect("an id"),
            message: xdm::parse_entity(text.as_bytes(), &dataset).expect("a good entity"),
            raw: text.into_bytes().into(),
        })
    };
    let items: Vec<Item> = people.map(item).collect();
    let permit = handle.reserve(items.len(), 100).expect("room");
    handle.submit(permit, items).await.expect("durable");
}

#[tokio::test(start_paused = true)]
async fn figures_go_on_over_a_publish_where_the_meaning_does() {
    let work = async {
        let (store, committer) =
            store::open_on(Box::new(Memory::new()), &store::Options::default()).expect("a store");
        tokio::task::spawn_local(committer.run(CancellationToken::new()));
        let wall = Arc::new(TestClock::starting_at(Timestamp::from_millis(BASE)));
        let options = Options {
            clock: ClockMode::Wall,
            ..Options::default()
        };
        let (ingest, handle) = Ingest::new(store, wall, options).expect("a loop");
        tokio::task::spawn_local(ingest.run(CancellationToken::new()));
        let (score, note) = ("score > 50", "note.contains(\"7\")");
        let first = definitions(1, &[(score, 1), (note, 1)]);
        handle.redefine(first, Vec::new()).await.expect("in force");
        for round in 0..10 {
            post(&handle, 0..1_000, if round % 2 == 0 { 70 } else { 20 }).await;
        }
        let before = handle.costs().await.expect("an answer");
        assert_eq!(before.since, Timestamp::from_millis(BASE));
        assert_eq!((before.profiles, before.measured), (1_000, 1_000));
        let [scored, noted] = before.segments[..] else {
            panic!("{before:?}")
        };
        assert_eq!((scored.flips, noted.flips), (10_000, 10_000), "flips are exact");
        for (segment, evaluations) in [(scored, 10_000), (noted, 10_000)] {
            let off = segment.evaluations.abs_diff(evaluations);
            assert!(off < evaluations / 3, "a sample of some 80: {segment:?}");
        }
        assert_eq!(scored.fallbacks, 0);
        assert!(noted.fallbacks.abs_diff(10_000) < 3_300, "{noted:?}");
        assert!(scored.bytes >= 1_000.0 * 16.0 && scored.bytes.to_bits() == noted.bytes.to_bits());

        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
        let second = definitions(2, &[("score > 60", 2), (note, 1)]);
        handle.redefine(second, Vec::new()).await.expect("in force");
        let after = handle.costs().await.expect("an answer").segments;
        assert_eq!(
            (after[0].flips, after[0].evaluations),
            (0, 0),
            "it means something else"
        );
        assert_eq!(after[0].since, Timestamp::from_millis(BASE + 1_000));
        assert_eq!(
            (after[1].flips, after[1].evaluations),
            (noted.flips, noted.evaluations)
        );
        assert_eq!(after[1].since, Timestamp::from_millis(BASE));
        post(&handle, 0..1_000, 70).await;
        let last = handle.costs().await.expect("an answer").segments;
        assert_eq!((last[0].flips, last[1].flips), (1_000, 11_000));
    };
    LocalSet::new().run_until(work).await;
}
