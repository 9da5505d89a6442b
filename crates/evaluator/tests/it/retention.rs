//! Datasets that keep their events for different times.

use crate::person::{Person, at, definitions, flow, rules, segment};
use model::{Dataset, DatasetId, Definitions, Duration, RulesVersion, SegmentNo, Timestamp};

const BOTH: SegmentNo = SegmentNo(0);
const ANY: SegmentNo = SegmentNo(1);

fn event(id: u32) -> String {
    format!(
        r#"{{"identityMap":{{"email":[{{"id":"a"}}]}},"_id":"{id}","timestamp":"1970-01-01T00:00:00Z","eventType":"buy"}}"#
    )
}

/// Two events at 0 ms: one is kept for 1 s by its dataset, the other for 5 s as everything is.
fn world() -> Definitions {
    let segments = vec![
        segment(0, "both", "xEvent[eventType = \"buy\"].count() >= 2"),
        segment(1, "any", "xEvent[eventType = \"buy\"].count() >= 1"),
    ];
    Definitions {
        retention: Duration::from_millis(5_000),
        datasets: vec![
            Dataset {
                retention: Some(Duration::from_millis(1_000)),
                ..Dataset::untyped(DatasetId::new("short").expect("written well"))
            },
            Dataset::untyped(DatasetId::new("long").expect("written well")),
        ],
        ..definitions(segments, vec![flow(&["both", "any"], &[])])
    }
}

#[test]
fn an_event_leaves_when_its_own_dataset_says() {
    let mut person = Person::new(&world());
    person.post_to("short", 0, &event(1));
    person.post_to("long", 0, &event(2));
    assert!(person.state.realized(BOTH));
    // Nothing arrives: a timer makes each leave, at its instant.
    for (now, both, any) in [
        (999, true, true),
        (1_000, false, true),
        (4_999, false, true),
        (5_000, false, false),
    ] {
        person.wait(now);
        assert_eq!(
            (person.state.realized(BOTH), person.state.realized(ANY)),
            (both, any),
            "{now}"
        );
    }
}

#[test]
fn an_event_is_forgotten_with_its_own_dataset() {
    let mut person = Person::new(&world());
    person.post_to("short", 0, &event(1));
    person.post_to("long", 0, &event(2));
    person.visit(1_000);
    let datasets: Vec<&str> = person
        .state
        .profile
        .events
        .iter()
        .map(|event| event.dataset.as_str())
        .collect();
    assert_eq!(datasets, ["long"]);
    // One that comes too late for its dataset is not kept at all.
    person.post_to("short", 1_500, &event(3));
    assert_eq!(person.state.profile.events.len(), 1);
    person.post_to("long", 1_500, &event(4));
    assert_eq!(person.state.profile.events.len(), 2);
}

#[test]
fn a_dataset_may_keep_events_longer_than_the_others() {
    let mut world = world();
    world.datasets[0].retention = Some(Duration::from_millis(9_000));
    let mut person = Person::new(&world);
    person.post_to("short", 0, &event(1));
    person.post_to("long", 0, &event(2));
    for (now, both, any) in [
        (4_999, true, true),
        (5_000, false, true),
        (8_999, false, true),
        (9_000, false, false),
    ] {
        person.wait(now);
        assert_eq!(
            (person.state.realized(BOTH), person.state.realized(ANY)),
            (both, any),
            "{now}"
        );
    }
    assert_eq!(
        person.rules.retention_of(&DatasetId::new("gone").unwrap()),
        Duration::from_millis(5_000)
    );
    assert!(
        person
            .state
            .profile
            .hot
            .next_due
            .is_none_or(|due| due > Timestamp::from_millis(9_000))
    );
}

/// What is known of a profile was found under the times that were in force then.
#[test]
fn a_dataset_may_keep_events_for_less_from_now_on() {
    let mut world = world();
    world.datasets[0].retention = None;
    let mut person = Person::new(&world);
    person.post_to("short", 0, &event(1));
    person.post_to("long", 0, &event(2));
    world.datasets[0].retention = Some(Duration::from_millis(1_000));
    (world.version, world.published_at) = (RulesVersion(2), at(500));
    person.rules = rules(&world);
    person.visit(500);
    assert!(person.state.realized(BOTH));
    person.wait(1_000);
    assert!(!person.state.realized(BOTH));
}
