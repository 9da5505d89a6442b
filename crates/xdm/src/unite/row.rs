//! What is known of a path over all fragments, and what hides it.

use model::{Fragment, Leaf, Path, Stamp};

/// A [`Leaf`], borrowed, over one fragment or several. Every field is a maximum by stamp.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row<'a> {
    pub(crate) path: &'a Path,
    pub(crate) value: Option<(Stamp, Option<&'a str>)>,
    pub(crate) object: Option<Stamp>,
}

impl<'a> Row<'a> {
    pub(crate) fn new(leaf: &'a Leaf) -> Self {
        let value = leaf.value.as_ref().map(|(stamp, json)| (*stamp, json.as_deref()));
        Self {
            path: &leaf.path,
            value,
            object: leaf.object,
        }
    }

    /// When a value or null was last written here.
    pub(crate) fn stamp(&self) -> Option<Stamp> {
        self.value.map(|(stamp, _)| stamp)
    }

    /// The value, unless a later write at the path or `above` it ended it.
    pub(crate) fn shows(&self, above: Option<Stamp>) -> Option<&'a str> {
        let (stamp, json) = self.value?;
        json.filter(|_| Some(stamp) > self.object && Some(stamp) > above)
    }

    fn join(&mut self, other: &Self) {
        self.value = self.value.max(other.value);
        self.object = self.object.max(other.object);
    }
}

/// The rows of all fragments in order of path, one a path.
pub(crate) fn rows(fragments: &[Fragment]) -> Vec<Row<'_>> {
    let mut rows: Vec<Row<'_>> = fragments.iter().flat_map(|f| &f.leaves).map(Row::new).collect();
    if fragments.len() > 1 {
        rows.sort_by_key(|row| row.path);
        rows.dedup_by(|other, kept| {
            let same = other.path == kept.path;
            if same {
                kept.join(other);
            }
            same
        });
    }
    rows
}

/// For each row the latest value or null written anywhere above it: it hides whatever is older. The rows must be
/// in order of path.
pub(crate) fn above(rows: &[Row<'_>]) -> Vec<Option<Stamp>> {
    // The rows above the current one, outermost first, each with the latest value or null at or above it.
    let mut open: Vec<(&Path, Option<Stamp>)> = Vec::new();
    let mut all = Vec::with_capacity(rows.len());
    for row in rows {
        while open.last().is_some_and(|(path, _)| !path.covers(row.path)) {
            open.pop();
        }
        let above = open.last().and_then(|(_, stamp)| *stamp);
        all.push(above);
        open.push((row.path, above.max(row.stamp())));
    }
    all
}
