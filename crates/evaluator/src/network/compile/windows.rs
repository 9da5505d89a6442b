//! Every distinct aggregate once, with its windows.

use super::super::LeafNo;
use super::super::aggregate::Aggregate;
use super::super::threshold::{Band, Threshold};
use super::super::window::{Reach, Window};
use super::dictionary::zone_name;
use jiff::tz::TimeZone;
use model::Duration;
use pql::Expression;
use std::collections::HashMap;

/// The aggregates that leaves compare.
#[derive(Default)]
pub(super) struct Windows {
    known: HashMap<String, usize>,
    all: Vec<Draft>,
}

/// An aggregate whose windows do not know their leaves' numbers yet.
struct Draft {
    tests: Vec<(Expression, bool)>,
    summed: Option<Expression>,
    zone: TimeZone,
    windows: Vec<DraftWindow>,
}

/// How far it reaches, and the leaves over it by their old numbers.
type DraftWindow = (Vec<Reach>, Vec<(usize, Band)>);

impl Windows {
    pub(super) fn add(&mut self, at: usize, threshold: &Threshold<'_>, zone: &TimeZone) {
        let spelled = spelled(threshold, zone);
        let known = *self.known.entry(spelled).or_insert_with(|| {
            let tests = threshold
                .tests
                .iter()
                .map(|test| (test.condition.clone(), test.holds));
            self.all.push(Draft {
                tests: tests.collect(),
                summed: threshold.summed.cloned(),
                zone: zone.clone(),
                windows: Vec::new(),
            });
            self.all.len() - 1
        });
        let windows = &mut self.all[known].windows;
        let same = windows
            .iter()
            .position(|(reaches, _)| *reaches == threshold.reaches);
        let window = same.unwrap_or_else(|| {
            windows.push((threshold.reaches.clone(), Vec::new()));
            windows.len() - 1
        });
        windows[window].1.push((at, threshold.band));
    }

    /// The leaves, by their old numbers, each with where it wants a count or sum to lie.
    pub(super) fn leaves(&self) -> impl Iterator<Item = (usize, Band)> {
        let windows = self.all.iter().flat_map(|draft| &draft.windows);
        windows.flat_map(|(_, leaves)| leaves.iter().copied())
    }

    pub(super) fn aggregates(self, numbers: &[LeafNo], retention: Duration) -> Vec<Aggregate> {
        let built = self.all.into_iter().map(|draft| {
            let windows = draft.windows.into_iter().map(|(reaches, leaves)| {
                let leaves = leaves.into_iter().map(|(at, band)| (numbers[at], band)).collect();
                Window::new(&reaches, &draft.zone, retention, leaves)
            });
            Aggregate {
                windows: windows.collect(),
                tests: draft.tests,
                summed: draft.summed,
                zone: draft.zone.clone(),
            }
        });
        built.collect()
    }
}

/// What tells aggregates apart.
fn spelled(threshold: &Threshold<'_>, zone: &TimeZone) -> String {
    let part = |part| pql::print::part(part, &[None]).to_string();
    let mut tests: Vec<String> = threshold
        .tests
        .iter()
        .map(|test| format!("{} {}", test.holds, part(test.condition)))
        .collect();
    tests.sort_unstable();
    tests.dedup();
    // `Each` opens a scope of its own around the item, in which a bare name is the item's.
    let summed = threshold.summed.map(|each| match each {
        Expression::Each { body, .. } => part(body),
        _ => part(each),
    });
    format!("{} {summed:?} {tests:?}", zone_name(zone))
}
