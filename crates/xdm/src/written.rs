//! Which of its paths a record wrote.

use model::{Patch, Path, Written};
use std::sync::Arc;

/// Leaf paths in their order: some of a list that is shared.
#[derive(Clone, Debug, Default)]
pub struct WrittenPaths {
    all: Arc<[Path]>,
    places: Vec<u32>,
}

impl WrittenPaths {
    /// Those of all values and nulls of a record.
    pub(crate) fn of(patch: &Patch) -> Self {
        let mut places = Vec::with_capacity(patch.len());
        let leaves = patch
            .iter()
            .zip(0..)
            .filter(|((_, written), _)| *written != Written::Object);
        places.extend(leaves.map(|(_, place)| place));
        Self {
            all: Arc::clone(patch.paths()),
            places,
        }
    }

    /// The paths.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Path> {
        self.places.iter().map(|place| &self.all[*place as usize])
    }
}

impl FromIterator<Path> for WrittenPaths {
    fn from_iter<I: IntoIterator<Item = Path>>(paths: I) -> Self {
        let all: Arc<[Path]> = paths.into_iter().collect();
        let places = (0..all.len() as u32).collect();
        Self { all, places }
    }
}

impl PartialEq for WrittenPaths {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for WrittenPaths {}
