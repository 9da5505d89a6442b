//! What is known of a path over all fragments, and what hides it.

use model::{Fragment, Leaf, Path, Stamp, Written};

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
            object: leaf.object.as_deref().copied(),
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

    /// A path of which nothing is known.
    pub(crate) fn none(path: &'a Path) -> Self {
        Self {
            path,
            value: None,
            object: None,
        }
    }

    /// What a record stamped `stamp` writes at a path.
    pub(crate) fn written(path: &'a Path, written: &'a Written, stamp: Stamp) -> Self {
        let is_object = *written == Written::Object;
        Self {
            path,
            value: (!is_object).then(|| (stamp, written.json())),
            object: is_object.then_some(stamp),
        }
    }

    pub(crate) fn join(&mut self, other: &Self) {
        self.value = self.value.max(other.value);
        self.object = self.object.max(other.object);
    }
}

/// The rows of all fragments at or below a path, in order of path, one a path.
pub(crate) fn rows<'f>(fragments: &'f [Fragment], path: &Path) -> Vec<Row<'f>> {
    let mut rows: Vec<Row<'f>> = Vec::new();
    for Fragment { leaves, .. } in fragments {
        let start = leaves.partition_point(|leaf| leaf.path < *path);
        let below = leaves[start..].iter().take_while(|leaf| path.covers(&leaf.path));
        rows.extend(below.map(Row::new));
    }
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

/// The latest value or null written anywhere above a path.
pub(crate) fn stamp_above(fragments: &[Fragment], path: &Path) -> Option<Stamp> {
    let stamp = |path: Path| -> Option<Stamp> {
        let stamps = fragments.iter().filter_map(|Fragment { leaves, .. }| {
            let at = leaves.binary_search_by(|leaf| leaf.path.cmp(&path)).ok()?;
            leaves[at].value.as_ref().map(|(stamp, _)| *stamp)
        });
        stamps.max()
    };
    let paths = std::iter::successors(path.parent(), Path::parent);
    paths.filter_map(stamp).max()
}

/// For each row the latest value or null written anywhere above it: it hides whatever is older. The rows must be
/// in order of path; `hidden` is what holds for all of them.
pub(crate) fn above(rows: &[Row<'_>], hidden: Option<Stamp>) -> Vec<Option<Stamp>> {
    // The rows above the current one, outermost first, each with the latest value or null at or above it.
    let mut open: Vec<(&Path, Option<Stamp>)> = Vec::new();
    let mut all = Vec::with_capacity(rows.len());
    for row in rows {
        while open.last().is_some_and(|(path, _)| !path.covers(row.path)) {
            open.pop();
        }
        let above = open.last().map_or(hidden, |(_, stamp)| *stamp);
        all.push(above);
        open.push((row.path, above.max(row.stamp())));
    }
    all
}
