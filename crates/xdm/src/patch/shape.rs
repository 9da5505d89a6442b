//! The shape of a record: who sends records sends mostly the same keys in the same order, with other values.
//!
//! A record like one before it has the same writes but for their values: their paths, their order and that they are
//! within all bounds is known. So nothing but the keys is compared and nothing but the values is read.

use super::push;
use crate::json::{Fault, Json, Members};
use compact_str::CompactString;
use model::{PatchLeaf, Path, PathBuf};

/// What a reader has learnt of the records it reads.
#[derive(Debug, Default)]
pub(crate) struct Shapes {
    known: Option<Shape>,
    /// Records since the last one of the known shape.
    unlike: u32,
}

/// Learning takes as long as reading, so one record of another shape is no reason to.
const PATIENCE: u32 = 8;

#[derive(Debug)]
struct Shape {
    /// In order of their keys, but those in an object behind it as they were sent.
    members: Vec<Member>,
    /// Where they write, in order.
    paths: Vec<Path>,
}

#[derive(Debug)]
struct Member {
    /// In the entity itself without quotes and escapes, in an object as sent.
    key: CompactString,
    /// How many members it has, if it is an object.
    object: Option<usize>,
    /// The place of its path.
    place: usize,
}

impl Shapes {
    /// The writes of a record of the known shape; `None` if it is none.
    pub(super) fn read(&mut self, members: &Members<'_>) -> Result<Option<Vec<PatchLeaf>>, Fault> {
        let Some((shape, values)) = self.known.as_ref().and_then(|shape| shape.meet(members)) else {
            self.unlike += 1;
            return Ok(None);
        };
        self.unlike = 0;
        for value in members.values() {
            value.check()?;
        }
        let mut leaves = Vec::with_capacity(shape.paths.len());
        for (path, value) in shape.paths.iter().zip(values) {
            push(&mut leaves, path.clone(), value)?;
        }
        Ok(Some(leaves))
    }

    /// Learns what the writes of such a record are, unless the one known is still the usual one.
    pub(super) fn learn(&mut self, members: &Members<'_>, leaves: &[PatchLeaf]) {
        if self.unlike >= PATIENCE {
            self.known = Shape::of(members, leaves);
            self.unlike = 0;
        }
    }
}

impl Shape {
    /// `None` where a key is repeated, so that not all that is sent is written.
    fn of(members: &Members<'_>, leaves: &[PatchLeaf]) -> Option<Self> {
        let mut known = Vec::with_capacity(leaves.len());
        let mut path = PathBuf::default();
        for (key, value) in members {
            note(&mut known, &mut path, (key, key), *value, leaves)?;
        }
        let paths = leaves.iter().map(|leaf| leaf.path.clone());
        (known.len() == leaves.len()).then(|| Self {
            members: known,
            paths: paths.collect(),
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
    leaves: &[PatchLeaf],
) -> Option<()> {
    let back = path.push(name);
    let at = path.path();
    let number = known.len();
    known.push(Member {
        key: key.into(),
        object: None,
        place: leaves.binary_search_by(|leaf| leaf.path.cmp(&at)).ok()?,
    });
    if value.first() == b'{' {
        let mut count = 0;
        for (key, value) in value.entries().ok()? {
            count += 1;
            note(known, path, (key.text(), &key.unquoted().ok()?), value, leaves)?;
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
