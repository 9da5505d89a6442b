//! What a fragment knows of each path.

mod stored;

use crate::{Patch, Path, Stamp, Writes, Written};
use compact_str::CompactString;
use serde::{Deserialize, Serialize};
use std::slice;
use std::sync::Arc;

/// What a fragment knows of one path. Every field is a maximum by stamp, so that applying writes in any
/// order, and uniting two leaves, gives the same result (`xdm::merge`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leaf {
    /// Where.
    pub path: Path,
    /// The latest write of a value (compact JSON: a scalar or an array) or of null (`None`, a tombstone).
    pub value: Option<(Stamp, Option<CompactString>)>,
    /// The latest time the path was written as an object: it ends an older scalar or array here. Few paths are, and there
    /// are many leaves, so it stands apart.
    pub object: Option<Box<Stamp>>,
}

/// A [`Leaf`], borrowed, of one fragment or of several.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known<'l> {
    /// Where.
    pub path: &'l Path,
    /// As in [`Leaf`].
    pub value: Option<(Stamp, Option<&'l str>)>,
    /// As in [`Leaf`].
    pub object: Option<Stamp>,
}

/// The leaves of a fragment, in order of path.
///
/// Who sends whole records sends the same paths again and again, and then all that is known is what the last one said. So a
/// fragment is mostly that record; only where several have left something it is leaf by leaf. Which of the two it is makes no
/// difference to what is known, and is not compared.
#[derive(Clone, Debug)]
pub enum Leaves {
    /// All that one record wrote, and nothing else.
    Whole(Arc<Patch>, Stamp),
    /// Each by itself.
    Each(Vec<Leaf>),
}

impl Leaf {
    /// It, borrowed.
    #[inline]
    pub fn known(&self) -> Known<'_> {
        Known {
            path: &self.path,
            value: self.value.as_ref().map(|(stamp, json)| (*stamp, json.as_deref())),
            object: self.object.as_deref().copied(),
        }
    }
}

impl<'l> Known<'l> {
    /// What a record stamped `stamp` alone makes known of a path.
    #[inline]
    pub fn written(path: &'l Path, written: Written<'l>, stamp: Stamp) -> Self {
        let is_object = written == Written::Object;
        Self {
            path,
            value: (!is_object).then(|| (stamp, written.json())),
            object: is_object.then_some(stamp),
        }
    }

    /// Of a path of which nothing is known.
    pub fn nothing(path: &'l Path) -> Self {
        Self {
            path,
            value: None,
            object: None,
        }
    }

    /// When a value or null was last written here.
    #[inline]
    pub fn stamp(&self) -> Option<Stamp> {
        self.value.map(|(stamp, _)| stamp)
    }

    /// The value, unless a later write at the path or `above` it ended it.
    #[inline]
    pub fn shows(&self, above: Option<Stamp>) -> Option<&'l str> {
        let (stamp, json) = self.value?;
        json.filter(|_| Some(stamp) > self.object && Some(stamp) > above)
    }

    /// Takes in what else is known of the path.
    pub fn join(&mut self, other: &Self) {
        self.value = self.value.max(other.value);
        self.object = self.object.max(other.object);
    }

    /// It, by itself.
    pub fn leaf(self) -> Leaf {
        Leaf {
            path: self.path.clone(),
            value: self
                .value
                .map(|(stamp, json)| (stamp, json.map(CompactString::from))),
            object: self.object.map(Box::new),
        }
    }
}

impl Leaves {
    /// How many paths are known.
    #[inline]
    pub fn len(&self) -> usize {
        match self {
            Self::Whole(patch, _) => patch.len(),
            Self::Each(leaves) => leaves.len(),
        }
    }

    /// Whether no path is known.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What is known of each path, in order.
    #[inline]
    pub fn iter(&self) -> LeavesIter<'_> {
        self.tail(0)
    }

    /// The same, from a path on.
    pub fn starting_at(&self, path: &Path) -> LeavesIter<'_> {
        self.tail(match self {
            Self::Whole(patch, _) => patch.paths().partition_point(|at| at < path),
            Self::Each(leaves) => leaves.partition_point(|leaf| leaf.path < *path),
        })
    }

    /// What is known of a path.
    pub fn get(&self, path: &Path) -> Option<Known<'_>> {
        self.starting_at(path).next().filter(|known| known.path == path)
    }

    /// Leaf by leaf, to be changed.
    pub fn each_mut(&mut self) -> &mut Vec<Leaf> {
        if let Self::Whole(..) = self {
            *self = Self::Each(self.iter().map(Known::leaf).collect());
        }
        match self {
            Self::Each(leaves) => leaves,
            Self::Whole(..) => unreachable!("it is leaf by leaf now"),
        }
    }

    fn tail(&self, at: usize) -> LeavesIter<'_> {
        match self {
            Self::Whole(patch, stamp) => LeavesIter::Whole(patch.tail(at), *stamp),
            Self::Each(leaves) => LeavesIter::Each(leaves[at..].iter()),
        }
    }
}

impl<'l> IntoIterator for &'l Leaves {
    type Item = Known<'l>;
    type IntoIter = LeavesIter<'l>;

    fn into_iter(self) -> LeavesIter<'l> {
        self.iter()
    }
}

impl Default for Leaves {
    fn default() -> Self {
        Self::Each(Vec::new())
    }
}

impl From<Vec<Leaf>> for Leaves {
    /// Of leaves in order of path, whole if they can be of one record.
    fn from(leaves: Vec<Leaf>) -> Self {
        // A text that is no value, as damage may leave it, would be taken for something else.
        let is_value = |json: &CompactString| Written::of(json).json().is_some() && !json.is_empty();
        let stamp = |leaf: &Leaf| match (&leaf.value, leaf.object.as_deref()) {
            (Some((stamp, json)), None) if json.as_ref().is_none_or(is_value) => Some(*stamp),
            (None, Some(stamp)) => Some(*stamp),
            _ => None,
        };
        let Some(first) = leaves.first().and_then(stamp) else {
            return Self::Each(leaves);
        };
        if leaves.iter().any(|leaf| stamp(leaf) != Some(first)) {
            return Self::Each(leaves);
        }
        let texts = leaves.iter().map(|leaf| match &leaf.value {
            Some((_, Some(json))) => json.as_str(),
            Some((_, None)) => Written::NULL,
            None => Written::OBJECT,
        });
        let (mut text, mut ends) = (
            String::with_capacity(texts.clone().map(str::len).sum()),
            Vec::new(),
        );
        ends.reserve_exact(leaves.len());
        for value in texts {
            text.push_str(value);
            ends.push(text.len() as u32);
        }
        let paths = leaves.into_iter().map(|leaf| leaf.path).collect();
        Self::Whole(Arc::new(Patch::new(paths, text, ends)), first)
    }
}

impl PartialEq for Leaves {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Leaves {}

/// What [`Leaves::iter`] goes through.
#[derive(Clone, Debug)]
pub enum LeavesIter<'l> {
    /// The writes of one record, and its stamp.
    Whole(Writes<'l>, Stamp),
    /// Leaf by leaf.
    Each(slice::Iter<'l, Leaf>),
}

impl<'l> Iterator for LeavesIter<'l> {
    type Item = Known<'l>;

    #[inline]
    fn next(&mut self) -> Option<Known<'l>> {
        match self {
            Self::Whole(writes, stamp) => {
                let (path, written) = writes.next()?;
                Some(Known::written(path, written, *stamp))
            }
            Self::Each(leaves) => leaves.next().map(Leaf::known),
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        match self {
            Self::Whole(writes, _) => writes.size_hint(),
            Self::Each(leaves) => leaves.size_hint(),
        }
    }
}

impl ExactSizeIterator for LeavesIter<'_> {}

#[cfg(test)]
mod tests;
