//! What rules name with `inSegment`: segments that exist, are evaluated, and do not come back to themselves.

use super::{Index, standing};
use crate::read::{Drafts, Rule, SegmentDraft};
use crate::report::{Report, Severity, Span};
use model::SegmentState;
use std::collections::HashSet;

pub(super) fn check(drafts: &Drafts, index: &Index<'_>, report: &mut Report) {
    for segment in &drafts.segments {
        // What is not evaluated may refer to what is gone.
        let severity = match segment.state {
            SegmentState::Published => Severity::Error,
            _ => Severity::Warning,
        };
        if let Some(rule) = &segment.rule {
            named(
                rule,
                &format!("segment `{}`", segment.word),
                severity,
                index,
                report,
            );
        }
    }
    for dataflow in &drafts.dataflows {
        if let Some(rule) = &dataflow.filter {
            named(
                rule,
                &format!("the filter of {}", dataflow.what),
                Severity::Error,
                index,
                report,
            );
        }
    }
    circles(drafts, index, report);
}

fn named(rule: &Rule, what: &str, severity: Severity, index: &Index<'_>, report: &mut Report) {
    for (id, span) in rule.references() {
        match index.segment(id.as_str()) {
            Some(segment) if segment.state == SegmentState::Published => {}
            Some(segment) => {
                let message = format!(
                    "{what} refers to segment `{id}`, which is {} and so not evaluated",
                    standing(segment.state)
                );
                report.say(
                    severity,
                    span,
                    message,
                    "set its `state: published`, or take it out here",
                );
            }
            None => {
                let message = format!("{what} refers to segment `{id}`, which this file does not define");
                report.say(severity, span, message, index.help(id.as_str()));
            }
        }
    }
}

/// Reports each circle once, at the reference that closes it.
fn circles(drafts: &Drafts, index: &Index<'_>, report: &mut Report) {
    let mut done: HashSet<&str> = HashSet::new();
    for start in &drafts.segments {
        // A walk by hand: ten thousand segments in a row must not exhaust the stack.
        let mut path = Vec::new();
        if done.insert(&start.word) {
            path.push(Visit::new(start, index));
        }
        while let Some(visit) = path.last_mut() {
            let Some((next, span)) = visit.waiting.pop() else {
                path.pop();
                continue;
            };
            if done.insert(&next.word) {
                path.push(Visit::new(next, index));
            } else if let Some(at) = path.iter().position(|visit| visit.segment.word == next.word) {
                let circle: Vec<&str> = path[at..]
                    .iter()
                    .map(|visit| visit.segment.word.as_str())
                    .collect();
                let message = format!(
                    "segments refer to each other in a circle: {} -> {}",
                    circle.join(" -> "),
                    next.word
                );
                report.error(span, message, "take one of these references out");
            }
        }
    }
}

/// A segment on the way, and the segments it refers to that are still to be visited, last first.
struct Visit<'a> {
    segment: &'a SegmentDraft,
    waiting: Vec<(&'a SegmentDraft, Span)>,
}

impl<'a> Visit<'a> {
    fn new(segment: &'a SegmentDraft, index: &Index<'a>) -> Self {
        let references = segment.rule.iter().flat_map(Rule::references);
        let known = references.filter_map(|(id, span)| Some((index.segment(id.as_str())?, span)));
        let mut waiting: Vec<_> = known.collect();
        waiting.reverse();
        Self { segment, waiting }
    }
}
