//! Random histories of files: whatever order people do things in, what is put in force compiles, numbers name
//! one thing for ever, and nothing moves without a reason.

use super::{desired, hour};
use crate::change::tests::change;
use evaluator::Rules;
use model::{Definitions, SegmentState};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::fmt::Write;

const SEGMENTS: [&str; 4] = ["a", "b", "c", "d"];
const RULES: [&str; 4] = [
    "x > 1",
    "x > 2",
    "inSegment(\"a\") and x > 3",
    "not inSegment(\"b\")",
];
const STATES: [&str; 4] = ["published", "published", "draft", "inactive"];
const FILTERS: [&str; 3] = ["", ", filter: y = 1", ", filter: inSegment(\"a\")"];
const FLOW_STATES: [&str; 3] = ["enabled", "paused", "disabled"];

/// Each segment's rule, state and opt-out; each dataflow's segments, filter and state; the retention.
type Plan = (
    Vec<Option<(usize, usize, bool)>>,
    Vec<Option<(u8, usize, usize)>>,
    bool,
);

fn plan() -> impl Strategy<Value = Plan> {
    let segment = proptest::option::weighted(0.8, (0..RULES.len(), 0..STATES.len(), any::<bool>()));
    let flow = proptest::option::weighted(0.7, (0_u8..16, 0..FILTERS.len(), 0..FLOW_STATES.len()));
    let segments = proptest::collection::vec(segment, SEGMENTS.len());
    (
        segments,
        proptest::collection::vec(flow, 2),
        proptest::bool::weighted(0.9),
    )
}

/// The plan as a file. What may not be referred to is left out, so that nearly all files pass the check.
fn file((segments, flows, retention): &Plan) -> String {
    let published = |i: usize| segments[i].is_some_and(|(_, state, _)| STATES[state] == "published");
    let mut text = format!(
        "retention: {} days\nsegments:\n",
        if *retention { 90 } else { 30 }
    );
    for (i, segment) in segments.iter().enumerate() {
        let Some((rule, state, opt_out)) = segment else {
            continue;
        };
        let refers_to = rule.saturating_sub(2);
        let sound = *rule < 2 || (published(refers_to) && refers_to < i);
        let (id, rule) = (SEGMENTS[i], if sound { RULES[*rule] } else { "x > 9" });
        let state = STATES[*state];
        writeln!(
            text,
            "  - {{id: {id}, state: {state}, excludeOptOut: {opt_out}, pql: '{rule}'}}"
        )
        .unwrap();
    }
    text.push_str("destinations:\n  - {id: f, kind: file, settings: {folder: f}}\ndataflows:\n");
    for (id, flow) in ["p", "q"].iter().zip(flows) {
        let Some((mask, filter, state)) = flow else {
            continue;
        };
        let mapped = (0..SEGMENTS.len()).filter(|i| mask & (1 << i) != 0 && published(*i));
        let mapped: Vec<&str> = mapped.map(|i| SEGMENTS[i]).collect();
        let filter = if *filter == 2 && !published(0) {
            FILTERS[1]
        } else {
            FILTERS[*filter]
        };
        let (mapped, state) = (mapped.join(", "), FLOW_STATES[*state]);
        writeln!(
            text,
            "  - {{id: {id}, destination: f, state: {state}, segments: [{mapped}]{filter}}}"
        )
        .unwrap();
    }
    text
}

/// What each number has ever named.
#[derive(Default)]
struct Named {
    segments: BTreeMap<u32, String>,
    flows: BTreeMap<u32, String>,
}

impl Named {
    fn see(&mut self, definitions: &Definitions) {
        let visible = definitions.segments.iter().map(|s| (s.no, s.id.to_string()));
        let hidden = definitions.dataflows.iter().flat_map(|flow| {
            let hidden = flow.segments.iter().filter_map(|m| Some((m.hidden?, &m.segment)));
            hidden.map(|(no, segment)| (no, format!("{segment} behind the filter of {}", flow.id)))
        });
        for (no, name) in visible.chain(hidden) {
            assert_eq!(
                self.segments.entry(no.0).or_insert_with(|| name.clone()),
                &name,
                "segment number {no}"
            );
            assert!(no < definitions.next_segment);
        }
        let retired = definitions.retired.iter().map(|(id, no)| (*no, id));
        for (no, id) in definitions
            .dataflows
            .iter()
            .map(|flow| (flow.no, &flow.id))
            .chain(retired)
        {
            assert_eq!(
                self.flows.entry(no.0).or_insert_with(|| id.to_string()),
                id.as_str(),
                "dataflow number {no}"
            );
            assert!(no < definitions.next_dataflow);
        }
        let flows: std::collections::BTreeSet<&String> = self.flows.values().collect();
        assert_eq!(flows.len(), self.flows.len(), "a dataflow has had two numbers");
    }
}

/// What a step did to segments and mappings, against what it should have done.
fn moved_with_reason(before: &Definitions, after: &Definitions) {
    for segment in &after.segments {
        let old = before.segments.iter().find(|old| old.id == segment.id);
        let published = segment.state == SegmentState::Published;
        let changed = old.is_none_or(|old| {
            old.expression != segment.expression
                || old.exclude_opt_out != segment.exclude_opt_out
                || (old.state == SegmentState::Published) != published
                || (before.retention != after.retention && published)
        });
        assert_eq!(segment.changed_in == after.version, changed, "{}", segment.id);
        let again = old.is_some_and(|old| old.state == SegmentState::Inactive && published);
        if let Some(old) = old {
            assert_eq!(segment.no != old.no, again, "{}", segment.id);
            assert_eq!(segment.created, old.created);
        }
        assert!(segment.created <= segment.updated && segment.updated <= after.published_at);
    }
    for flow in &after.dataflows {
        let old = before.dataflows.iter().find(|old| old.id == flow.id);
        for mapping in &flow.segments {
            let old_mapping = old.and_then(|old| old.segments.iter().find(|m| m.segment == mapping.segment));
            let kept = old_mapping.filter(|_| old.is_some_and(|old| old.filter == flow.filter));
            assert_eq!(mapping.hidden.is_some(), flow.filter.is_some());
            assert_eq!(mapping.baseline_in == after.version, kept.is_none());
            if let Some(kept) = kept {
                assert_eq!(mapping, kept);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_history(plans in proptest::collection::vec(plan(), 1..12)) {
        let mut current = Definitions::default();
        let mut named = Named::default();
        for (n, plan) in plans.iter().enumerate() {
            let text = file(plan);
            let wanted = desired(&text);
            let Ok(step) = change(&current, &wanted, hour(n as i64)) else { continue };
            prop_assert_eq!(step.is_empty(), step.definitions == current);
            if step.is_empty() {
                continue;
            }
            let after = step.definitions;
            prop_assert_eq!(after.version, current.version.next());
            prop_assert!(after.published_at >= current.published_at);
            if let Err(errors) = Rules::compile(&after) {
                panic!("a file that passes the check does not compile: {errors:?}\n{text}");
            }
            named.see(&after);
            moved_with_reason(&current, &after);
            prop_assert!(change(&after, &wanted, hour(99)).unwrap().is_empty());
            current = after;
        }
        prop_assert!(change(&current, &desired("segments: []"), hour(100)).unwrap().definitions.dataflows.is_empty());
    }
}
