//! The rules change while people are on their way.

use crate::person::{Person, at, causes, definitions, flow, mapping, rules, segment};
use model::{Class, Definitions, RulesVersion, SegmentNo};

const BUY: &str = r#"{"identityMap":{"email":[{"id":"a@b.test"}]},"_id":"e1","timestamp":"1970-01-01T00:00:01Z","eventType":"buy"}"#;

/// `recent` leaves 10 s after an event, `slow` 20 s after.
fn before() -> Definitions {
    let window = |seconds: u32| {
        format!(
            "exists E from xEvent where E.eventType = \"buy\" and E.timestamp occurs < {seconds} seconds before now"
        )
    };
    definitions(
        vec![segment(0, "recent", &window(10)), segment(1, "slow", &window(20))],
        vec![flow(&["recent", "slow"], &[])],
    )
}

/// At 15 s `recent` is given a window of 12 s, which is over.
fn after(published_at: i64) -> Definitions {
    let mut later = before();
    later.version = RulesVersion(2);
    later.published_at = at(published_at);
    later.segments[0].expression = later.segments[0].expression.replace("10 seconds", "12 seconds");
    later.segments[0].changed_in = RulesVersion(2);
    later
}

#[test]
fn a_due_before_the_publish_steps_over_the_unchanged_segments_only() {
    let mut person = Person::new(&before());
    person.post(1000, BUY);
    person.rules = rules(&after(15_000));
    // Due at 11 s under the old rules: `recent` was changed, so nothing is said of it there.
    assert_eq!(causes(&person.wait(15_000)), [""; 0]);
    assert!(person.state.realized(SegmentNo(0)));
    let upgraded = person.visit(16_000);
    assert_eq!(causes(&upgraded), ["published"]);
    assert_eq!(
        upgraded[0].transitions[0].at,
        at(16_000),
        "at the instant of the step that brings it up"
    );
    assert_eq!(upgraded[0].lane.class, Class::Bulk);
    assert_eq!(person.state.profile.hot.rules, RulesVersion(2));
    // The unchanged segment leaves in its own time.
    let left = person.wait(30_000);
    assert_eq!(
        (causes(&left), left[0].emitted_at),
        (vec!["membership"], at(21_000))
    );
}

#[test]
fn the_first_due_after_the_publish_brings_the_profile_up() {
    let mut person = Person::new(&before());
    person.post(1000, BUY);
    let mut later = after(5000);
    later.segments[0].expression = later.segments[0].expression.replace("12 seconds", "2 seconds");
    person.rules = rules(&later);
    let exports = person.wait(60_000);
    let at_ms: Vec<_> = exports
        .iter()
        .flat_map(|e| &e.transitions)
        .map(|t| (t.segment.as_str(), t.at.millis()))
        .collect();
    assert_eq!(at_ms, [("recent", 11_000), ("slow", 21_000)]);
    assert_eq!(exports[0].lane.class, Class::Live);
}

#[test]
fn a_deactivated_segment_ends_without_a_transition() {
    let mut person = Person::new(&before());
    person.post(1000, BUY);
    let mut later = after(5000);
    later.segments.remove(0);
    later.dataflows[0].segments.remove(0);
    person.rules = rules(&later);
    assert_eq!(causes(&person.visit(6000)), [""; 0]);
    assert!(person.state.membership(SegmentNo(0)).is_none());
}

#[test]
fn dependents_of_a_changed_segment_are_recomputed_with_it() {
    let mut definitions = before();
    definitions
        .segments
        .push(segment(2, "fan", r#"inSegment("recent") and inSegment("slow")"#));
    definitions.dataflows[0].segments.push(mapping("fan"));
    let mut person = Person::new(&definitions);
    person.post(1000, BUY);
    assert!(person.state.realized(SegmentNo(2)));
    let mut later = definitions.clone();
    later.version = RulesVersion(2);
    later.published_at = at(5000);
    later.segments[0].expression = "country = \"KR\"".to_owned();
    later.segments[0].changed_in = RulesVersion(2);
    person.rules = rules(&later);
    let exports = person.visit(6000);
    assert_eq!(
        causes(&exports),
        ["published"],
        "the rule changed, not the person"
    );
    let left: Vec<_> = exports[0]
        .transitions
        .iter()
        .map(|t| t.segment.as_str())
        .collect();
    assert_eq!(left, ["fan", "recent"]);
    assert!(!person.state.realized(SegmentNo(2)));
}
