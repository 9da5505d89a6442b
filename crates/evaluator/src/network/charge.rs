//! Whom to charge for what is done for a profile, while a meter watches.

use super::facts::Facts;
use super::watch::{Bounds, Watch};
use super::{Leaf, LeafNo, Network};
use crate::cost::{Charge, Meter};
use std::cell::RefCell;

impl Facts<'_> {
    /// What was done since the last charge was for nobody in particular.
    pub(crate) fn spent(&self) {
        if let Some(meter) = &self.meter {
            meter.borrow_mut().lap();
        }
    }

    /// What was done since the last charge was for these segments.
    pub(super) fn spent_on<S: Iterator<Item = usize>>(&self, segments: impl FnOnce() -> S) {
        self.charge(segments, Charge::default());
    }

    /// What was done since the last charge was to ask about a leaf, for these segments.
    pub(super) fn spent_asking<S>(&self, leaf: &Leaf, segments: impl FnOnce() -> S)
    where
        S: Iterator<Item = usize>,
    {
        // Whether somebody opted out is asked of nobody.
        let fallbacks = u32::from(leaf.program.is_some());
        let one = Charge {
            fallbacks,
            ..Charge::default()
        };
        self.charge(segments, one);
    }

    /// What was done since the last charge was to look at a segment.
    pub(super) fn spent_looking(&self, at: usize) {
        let evaluations = 1;
        let one = Charge {
            evaluations,
            ..Charge::default()
        };
        self.charge(|| std::iter::once(at), one);
    }

    fn charge<S: Iterator<Item = usize>>(&self, segments: impl FnOnce() -> S, one: Charge) {
        if let Some(meter) = &self.meter {
            meter.borrow_mut().charge(segments(), one);
        }
    }

    /// Gives the meter back.
    pub(crate) fn into_meter(self) -> Option<Box<Meter>> {
        self.meter.map(RefCell::into_inner)
    }
}

impl Network {
    /// The segments of the leaves that an index has on a path, each as often as it has leaves there.
    pub(super) fn of_watch<'n>(&'n self, watch: &'n Watch) -> impl Iterator<Item = usize> + 'n {
        let bounds = watch.bounds.iter().flat_map(Bounds::leaves);
        let flags = watch.flags.iter().flatten().map(|leaf| *leaf as usize);
        let leaves = watch.texts.leaves.clone().chain(flags).chain(bounds);
        leaves.flat_map(|leaf| self.of_leaf(leaf))
    }

    /// The segments of the leaves that compare an aggregate, each as often as it has such leaves.
    pub(super) fn of_aggregate(&self, aggregate: usize) -> impl Iterator<Item = usize> + Clone + '_ {
        let windows = self.aggregates[aggregate].windows.iter();
        let leaves = windows.flat_map(|window| window.leaves.iter().map(|(LeafNo(no), _)| *no as usize));
        leaves.flat_map(|leaf| self.of_leaf(leaf))
    }

    /// The segments of the leaves to which the same events matter, each as often as it has such leaves.
    pub(super) fn of_interest(&self, interest: usize) -> impl Iterator<Item = usize> + Clone + '_ {
        let leaves = self.interests[interest].leaves.iter();
        leaves.flat_map(|LeafNo(leaf)| self.of_leaf(*leaf as usize))
    }

    /// The segments that have a leaf.
    pub(super) fn of_leaf(&self, leaf: usize) -> impl Iterator<Item = usize> + Clone + '_ {
        self.segments_of.of(leaf).iter().map(|at| *at as usize)
    }
}

/// Splits bytes evenly.
pub(super) fn split(
    bytes: usize,
    segments: impl Iterator<Item = usize> + Clone,
    each: &mut dyn FnMut(usize, f64),
) {
    let part = bytes as f64 / segments.clone().count() as f64;
    segments.for_each(|at| each(at, part));
}
