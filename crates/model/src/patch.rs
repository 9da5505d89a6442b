//! A record, taken apart into the writes it makes.

use crate::Path;
use std::collections::VecDeque;
use std::sync::Arc;
use std::{mem, slice};

/// A JSON Merge Patch (RFC 7396), taken apart: where it writes, in order of path, and what.
///
/// Whoever sends records sends mostly the same keys with other values. So the paths are a list of their own, which
/// records of one shape share, and the values are one text: a record is a few blocks of memory however much it says, and two
/// of one shape differ in nothing but two texts.
#[derive(Clone, Debug, Default)]
pub struct Patch {
    paths: Arc<[Path]>,
    /// What is written at each path, one behind the other.
    text: String,
    /// By the same places, where in the text it ends.
    ends: Vec<u32>,
}

/// What a record writes at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written<'p> {
    /// A scalar or an array, as compact JSON, numbers and strings verbatim.
    Value(&'p str),
    /// Null: the subtree is removed.
    Null,
    /// An object, whose own keys are writes of their own: it ends a scalar or array here.
    Object,
}

impl<'p> Written<'p> {
    /// What stands for null and for an object in the text of a patch.
    pub const NULL: &'static str = "null";
    /// As [`Written::NULL`]. No value begins like it.
    pub const OBJECT: &'static str = "{";

    /// What a text says; values are themselves.
    #[inline]
    pub fn of(text: &'p str) -> Self {
        match text.as_bytes().first() {
            Some(b'{') => Self::Object,
            Some(b'n') => Self::Null,
            _ => Self::Value(text),
        }
    }

    /// The compact JSON of a value.
    #[inline]
    pub fn json(self) -> Option<&'p str> {
        match self {
            Self::Value(json) => Some(json),
            Self::Null | Self::Object => None,
        }
    }
}

impl Patch {
    /// The patch that writes at `paths`, which ascend, what stands in `text` up to each of `ends`: compact JSON of scalars and
    /// arrays, [`Written::NULL`], or [`Written::OBJECT`].
    ///
    /// Panics if there are not as many ends as paths, or one is none.
    pub fn new(paths: Arc<[Path]>, text: String, ends: Vec<u32>) -> Self {
        Self::checked(paths, text, ends).unwrap_or_else(|why| panic!("{why}"))
    }

    /// The same, unless it would be none: says why.
    pub(crate) fn checked(paths: Arc<[Path]>, text: String, ends: Vec<u32>) -> Result<Self, &'static str> {
        if paths.len() != ends.len() {
            return Err("there are not as many values as paths");
        }
        let starts = std::iter::once(0).chain(ends.iter().copied());
        let are_values = starts
            .zip(&ends)
            .all(|(start, end)| start < *end && text.is_char_boundary(*end as usize));
        if !are_values || ends.last().map_or(0, |end| *end as usize) != text.len() {
            return Err("the values are not all of the text");
        }
        Ok(Self { paths, text, ends })
    }

    /// How many writes there are.
    #[inline]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether nothing is written.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Where it writes, in order.
    #[inline]
    pub fn paths(&self) -> &Arc<[Path]> {
        &self.paths
    }

    /// Where and what it writes, in order of path.
    #[inline]
    pub fn iter(&self) -> Writes<'_> {
        self.tail(0)
    }

    /// The same, from a place among the paths on.
    #[inline]
    pub fn tail(&self, at: usize) -> Writes<'_> {
        let before = at.checked_sub(1).map(|last| self.ends[last] as usize);
        Writes {
            paths: self.paths[at..].iter(),
            ends: self.ends[at..].iter(),
            text: &self.text,
            start: before.unwrap_or(0),
        }
    }

    /// Becomes as the other one, in the memory that it has if that is enough.
    pub fn assign(&mut self, other: &Self) {
        if !Arc::ptr_eq(&self.paths, &other.paths) {
            self.paths = Arc::clone(&other.paths);
        }
        self.text.clone_from(&other.text);
        self.ends.clone_from(&other.ends);
    }

    /// Has it share its paths with others: with one of `lists`, which is then the first of them, or else it becomes that. There are at most
    /// `most` of them.
    pub fn share_paths(&mut self, lists: &mut VecDeque<Arc<[Path]>>, most: usize) {
        let same = lists.iter().position(|list| *list == self.paths);
        if let Some(same) = same.and_then(|same| lists.remove(same)) {
            self.paths = same;
        }
        lists.push_front(Arc::clone(&self.paths));
        lists.truncate(most);
    }

    /// What it writes at each path, one behind the other.
    #[inline]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Where in [`Patch::text`] that ends.
    #[inline]
    pub fn ends(&self) -> &[u32] {
        &self.ends
    }

    /// Whether both write at the same paths.
    #[inline]
    pub fn is_like(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.paths, &other.paths) || self.paths == other.paths
    }

    /// The bytes of memory that are its own: without those of its paths.
    #[inline]
    pub fn bytes(&self) -> usize {
        size_of::<Self>() + self.text.capacity() + self.ends.capacity() * size_of::<u32>()
    }
}

/// The writes of a [`Patch`].
#[derive(Clone, Debug)]
pub struct Writes<'p> {
    paths: slice::Iter<'p, Path>,
    ends: slice::Iter<'p, u32>,
    text: &'p str,
    start: usize,
}

impl<'p> Writes<'p> {
    /// The path of the next write and its text, as it stands there.
    #[inline]
    pub fn next_text(&mut self) -> Option<(&'p Path, &'p str)> {
        let (path, end) = (self.paths.next()?, *self.ends.next()? as usize);
        Some((path, &self.text[mem::replace(&mut self.start, end)..end]))
    }
}

impl<'p> Iterator for Writes<'p> {
    type Item = (&'p Path, Written<'p>);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let (path, text) = self.next_text()?;
        Some((path, Written::of(text)))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.ends.size_hint()
    }
}

impl ExactSizeIterator for Writes<'_> {}

impl<'p> IntoIterator for &'p Patch {
    type Item = (&'p Path, Written<'p>);
    type IntoIter = Writes<'p>;

    fn into_iter(self) -> Writes<'p> {
        self.iter()
    }
}

impl PartialEq for Patch {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Patch {}
