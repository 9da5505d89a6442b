//! What a record does to what shows.

use super::Changed;
use crate::unite::Row;
use model::{PatchLeaf, Path, Stamp, Written};

/// What comes of a record.
#[derive(Debug, Default)]
pub(super) struct Effect<'p> {
    /// As in [`super::Applied::written`].
    pub(super) written: Vec<Path>,
    /// As in [`super::Applied::changed`]. What shows anew is of the record: all else is as old as it was, and what hides
    /// it is not older.
    pub(super) changed: Vec<Changed<'p>>,
}

/// The rows and the writes above the current path, as one.
struct Above<'a> {
    path: &'a Path,
    /// The latest value or null at `path` or above it, before the record and with it.
    before: Option<Stamp>,
    after: Option<Stamp>,
    /// Whether the record wrote a value at `path` or above it that lost to a later object there.
    late: bool,
}

/// What a record stamped `stamp` does to these rows, which are those of all fragments; both are in order of path.
pub(super) fn effect<'p>(rows: &[Row<'_>], patch: &'p [PatchLeaf], stamp: Stamp) -> Effect<'p> {
    let mut effect = Effect::default();
    let mut above: Vec<Above<'_>> = Vec::new();
    let (mut rows, mut writes) = (rows.iter().peekable(), patch.iter().peekable());
    loop {
        let (path, row, write) = match (rows.peek(), writes.peek()) {
            (None, None) => return effect,
            (Some(row), Some(write)) if row.path == &write.path => (row.path, rows.next(), writes.next()),
            (Some(row), Some(write)) if row.path > &write.path => (&write.path, None, writes.next()),
            (None, Some(write)) => (&write.path, None, writes.next()),
            (Some(row), _) => (row.path, rows.next(), None),
        };
        while above.last().is_some_and(|above| !above.path.covers(path)) {
            above.pop();
        }
        let (before, after, late) = above.last().map_or((None, None, false), |above| {
            (above.before, above.after, above.late)
        });
        let old = row.copied().unwrap_or(Row::none(path));
        let mut new = old;
        if let Some(PatchLeaf { written, .. }) = write {
            new.join(&Row::written(path, written, stamp));
        }
        let (showed, shows) = (old.shows(before), new.shows(after));
        if showed != shows {
            let text = write.and_then(|write| write.written.json());
            effect.changed.push(Changed {
                path: path.clone(),
                json: shows.and(text),
            });
        }
        let lost = before.max(old.stamp()) > Some(stamp);
        let is_written = match write.map(|write| &write.written) {
            _ if lost => false,
            Some(Written::Object) => showed.is_some(),
            Some(Written::Value(_)) => old.object <= Some(stamp),
            Some(Written::Null) => true,
            None => late && showed.is_some() && shows.is_none(),
        };
        if is_written {
            effect.written.push(path.clone());
        }
        let is_value = matches!(
            write,
            Some(PatchLeaf {
                written: Written::Value(_),
                ..
            })
        );
        above.push(Above {
            path,
            before: before.max(old.stamp()),
            after: after.max(new.stamp()),
            late: late || is_value && !lost && !is_written,
        });
    }
}
