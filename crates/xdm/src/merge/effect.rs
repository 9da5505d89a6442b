//! What a record does to what shows.

use super::Changed;
use crate::written::WrittenPaths;
use model::{Known, Patch, Path, Stamp, Written};

/// What comes of a record.
#[derive(Debug, Default)]
pub(super) struct Effect<'p> {
    /// As in [`super::Applied::written`].
    pub(super) written: WrittenPaths,
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
pub(super) fn effect<'p>(rows: &[Known<'_>], patch: &'p Patch, stamp: Stamp) -> Effect<'p> {
    let (mut written, mut changed): (Vec<Path>, _) = (Vec::new(), Vec::new());
    let mut above: Vec<Above<'_>> = Vec::new();
    let (mut rows, mut writes) = (rows.iter().peekable(), patch.iter().peekable());
    loop {
        let (path, row, write) = match (rows.peek(), writes.peek().copied()) {
            (None, None) => {
                return Effect {
                    written: written.into_iter().collect(),
                    changed,
                };
            }
            (Some(row), Some((path, _))) if row.path == path => (path, rows.next(), writes.next()),
            (Some(row), Some((path, _))) if row.path > path => (path, None, writes.next()),
            (None, Some((path, _))) => (path, None, writes.next()),
            (Some(row), _) => (row.path, rows.next(), None),
        };
        let write = write.map(|(_, write)| write);
        while above.last().is_some_and(|above| !above.path.covers(path)) {
            above.pop();
        }
        let (before, after, late) = above.last().map_or((None, None, false), |above| {
            (above.before, above.after, above.late)
        });
        let old = row.copied().unwrap_or(Known::nothing(path));
        let mut new = old;
        if let Some(write) = write {
            new.join(&Known::written(path, write, stamp));
        }
        let (showed, shows) = (old.shows(before), new.shows(after));
        if showed != shows {
            let text = write.and_then(Written::json);
            changed.push(Changed {
                path: path.clone(),
                json: shows.and(text),
            });
        }
        let lost = before.max(old.stamp()) > Some(stamp);
        let is_written = match write {
            _ if lost => false,
            Some(Written::Object) => showed.is_some(),
            Some(Written::Value(_)) => old.object <= Some(stamp),
            Some(Written::Null) => true,
            None => late && showed.is_some() && shows.is_none(),
        };
        if is_written {
            written.push(path.clone());
        }
        let is_value = matches!(write, Some(Written::Value(_)));
        above.push(Above {
            path,
            before: before.max(old.stamp()),
            after: after.max(new.stamp()),
            late: late || is_value && !lost && !is_written,
        });
    }
}
