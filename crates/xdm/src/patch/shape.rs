//! The shape of a record: who sends records sends mostly the same keys in the same order, with other values.
//!
//! A record like one before it has the same writes but for their values: their paths, their order and that they are
//! within all bounds is known. So nothing but the keys is compared and nothing but the values is read.

use super::Values;
use crate::json::{Fault, Json, Members};
use crate::met::{Met, PATIENCE};
use compact_str::CompactString;
use model::{Patch, Path, PathBuf, Written};
use std::sync::Arc;

/// What a reader has learnt of the records it reads.
#[derive(Debug)]
pub(crate) struct Shapes {
    known: Option<Arc<Shape>>,
    /// Records since the last one of the known shape.
    unlike: u32,
    met: Met<Shape>,
}

#[derive(Debug, PartialEq)]
pub(crate) struct Shape {
    /// In order of their keys, but those in an object behind it as they were sent.
    members: Vec<Member>,
    /// Where they write, in order.
    paths: Arc<[Path]>,
}

#[derive(Debug, PartialEq)]
struct Member {
    /// In the entity itself without quotes and escapes, in an object as sent.
    key: CompactString,
    /// How many members it has, if it is an object.
    object: Option<usize>,
    /// The place of its path.
    place: usize,
}

impl Shapes {
    /// Begins with what others have learnt.
    pub(crate) fn of(met: &Met<Shape>) -> Self {
        Self {
            known: met.last(1).pop(),
            unlike: 0,
            met: met.clone(),
        }
    }

    /// The writes of a record of the known shape; `None` if it is none.
    pub(super) fn read(&mut self, members: &Members<'_>) -> Result<Option<Patch>, Fault> {
        let Some((shape, values)) = self.known.as_ref().and_then(|shape| shape.meet(members)) else {
            self.unlike += 1;
            return Ok(None);
        };
        self.unlike = 0;
        for value in members.values() {
            value.check()?;
        }
        // Most are written as they were sent, and the others are no longer than that.
        let bytes = values.iter().map(|value| match value.first() {
            b'{' => Written::OBJECT.len(),
            _ => value.text().len(),
        });
        let bytes = bytes.sum();
        let mut written = Values::with_capacity(values.len(), bytes);
        for value in values {
            written.add(value)?;
        }
        Ok(Some(written.patch(Arc::clone(&shape.paths))))
    }

    /// Learns what the writes of such a record are, unless the one known is still the usual one.
    pub(super) fn learn(&mut self, members: &Members<'_>, paths: &Arc<[Path]>) {
        if self.unlike >= PATIENCE {
            self.known = Shape::of(members, paths).map(|shape| self.met.remember(shape));
            self.unlike = 0;
        }
    }
}

impl Shape {
    /// `None` where a key is repeated, so that not all that is sent is written.
    fn of(members: &Members<'_>, paths: &Arc<[Path]>) -> Option<Self> {
        let mut known = Vec::with_capacity(paths.len());
        let mut path = PathBuf::default();
        for (key, value) in members {
            note(&mut known, &mut path, (key, key), *value, paths)?;
        }
        (known.len() == paths.len()).then(|| Self {
            members: known,
            paths: Arc::clone(paths),
        })
    }

    /// The values of a record of this shape, in order of path.
    fn meet<'a>(&self, members: &Members<'a>) -> Option<(&Self, Vec<Json<'a>>)> {
        let (_, first) = members.first()?;
        let mut expected = self.members.iter();
        let mut values = vec![*first; self.paths.len()];
        for (key, value) in members {
            meet(&mut expected, key, *value, &mut values)?;
        }
        expected.next().is_none().then_some((self, values))
    }
}

fn note(
    known: &mut Vec<Member>,
    path: &mut PathBuf,
    (key, name): (&str, &str),
    value: Json<'_>,
    paths: &[Path],
) -> Option<()> {
    let back = path.push(name);
    let at = path.path();
    let number = known.len();
    known.push(Member {
        key: key.into(),
        object: None,
        place: paths.binary_search(&at).ok()?,
    });
    if value.first() == b'{' {
        let mut count = 0;
        for (key, value) in value.entries().ok()? {
            count += 1;
            note(known, path, (key.text(), &key.unquoted().ok()?), value, paths)?;
        }
        known[number].object = Some(count);
    }
    path.back(back);
    Some(())
}

fn meet<'s, 'a>(
    expected: &mut impl Iterator<Item = &'s Member>,
    key: &str,
    value: Json<'a>,
    values: &mut [Json<'a>],
) -> Option<()> {
    let member = expected.next().filter(|member| member.key == key)?;
    values[member.place] = value;
    let is_object = value.first() == b'{';
    let Some(members) = member.object else {
        return (!is_object).then_some(());
    };
    let mut count = 0;
    for (key, value) in is_object.then(|| value.entries().ok())?? {
        count += 1;
        meet(expected, key.text(), value, values)?;
    }
    (count == members).then_some(())
}

#[cfg(test)]
mod tests;
