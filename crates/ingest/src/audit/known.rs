//! Which differences were told of: each is told once, however often it is seen.

use evaluator::Difference;
use model::{ProfileId, SegmentNo};
use std::collections::BTreeMap;

/// Profiles whose differences are remembered at most: with more it is not about single people any more.
const MOST: usize = 1_000;

/// Differences that stand, as far as anybody looked.
#[derive(Debug, Default)]
pub(super) struct Known(BTreeMap<ProfileId, Vec<SegmentNo>>);

impl Known {
    /// What is new in the differences that a profile has now.
    pub(super) fn news<'d>(&mut self, id: ProfileId, differences: &'d [Difference]) -> Vec<&'d Difference> {
        let before = self.0.remove(&id).unwrap_or_default();
        if differences.is_empty() {
            return Vec::new();
        }
        if self.0.len() == MOST {
            return Vec::new();
        }
        let segments = differences.iter().map(|difference| difference.segment).collect();
        self.0.insert(id, segments);
        let is_new = |difference: &&Difference| !before.contains(&difference.segment);
        differences.iter().filter(is_new).collect()
    }
}

#[cfg(test)]
mod tests;
