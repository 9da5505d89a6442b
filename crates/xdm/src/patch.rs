//! A record as JSON Merge Patch (RFC 7396), taken apart into the writes it makes.

use crate::json::{Fault, Json, Members};
use crate::{MAX_PATH_BYTES, MAX_PATHS_BYTES, MAX_WRITES};
use model::{PatchLeaf, Path, Written};
use std::borrow::Cow;
use std::cmp::Ordering;

/// The writes of an entity's members, in order of path: an object is a write and each of its members another.
/// Scalars are as sent, arrays are without whitespace outside strings.
pub(crate) fn patch(members: &Members<'_>) -> Result<Vec<PatchLeaf>, Fault> {
    let mut writes = Writes::default();
    for (key, value) in members {
        if key.is_empty() {
            return Err(Fault::EmptyKey);
        }
        value.check()?;
        writes.add(&Path::default(), 0, key, *value)?;
    }
    Ok(writes.leaves)
}

#[derive(Default)]
struct Writes {
    leaves: Vec<PatchLeaf>,
    /// Bytes of their paths, a dot behind each key.
    paths: usize,
}

impl Writes {
    /// Adds what is written at `key` below `above`, whose own bytes are `length`.
    ///
    /// A path is kept whole with every leaf, so without bounds a small message could fill the memory.
    fn add(&mut self, above: &Path, length: usize, key: &str, value: Json<'_>) -> Result<(), Fault> {
        let path = above.child(key);
        let length = length + key.len() + 1;
        if length > MAX_PATH_BYTES + 1 {
            return Err(Fault::PathTooLong(path.to_string()));
        }
        self.paths += length;
        if self.leaves.len() == MAX_WRITES || self.paths > MAX_PATHS_BYTES {
            return Err(Fault::TooManyWrites);
        }
        let written = match value.first() {
            b'{' => return self.add_object(path, length, value),
            b'n' => Written::Null,
            b'[' if !value.is_plain() => {
                let mut array = String::new();
                value.compact(&mut array)?;
                Written::Value(array.into())
            }
            _ => Written::Value(value.text().into()),
        };
        self.leaves.push(PatchLeaf { path, written });
        Ok(())
    }

    fn add_object(&mut self, path: Path, length: usize, object: Json<'_>) -> Result<(), Fault> {
        let members = in_order(object)?;
        let place = self.leaves.len();
        self.leaves.reserve(members.len() + 1);
        self.leaves.push(PatchLeaf {
            path,
            written: Written::Object,
        });
        for member in members {
            let above = self.leaves[place].path.clone();
            self.add(&above, length, &member.key, member.value)?;
        }
        Ok(())
    }
}

struct Member<'a> {
    /// The first eight bytes of the key as a number: it mostly decides which of two comes first.
    start: u64,
    key: Cow<'a, str>,
    value: Json<'a>,
}

impl Member<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        let by_start = self.start.cmp(&other.start);
        by_start.then_with(|| self.key.cmp(&other.key))
    }
}

/// The members of an object in byte order of their keys; of a repeated key the last, whole.
fn in_order(object: Json<'_>) -> Result<Vec<Member<'_>>, Fault> {
    let mut members = Vec::with_capacity(object.count() / 2);
    for (key, value) in object.entries()? {
        let key = key.unquoted()?;
        let start = start(&key);
        members.push(Member { start, key, value });
    }
    // Last first, so that of a repeated key the last one sent stays.
    members.reverse();
    members.sort_by(Member::cmp);
    members.dedup_by(|earlier, kept| earlier.key == kept.key);
    Ok(members)
}

fn start(key: &str) -> u64 {
    let bytes = key.as_bytes();
    let mut start = [0; 8];
    let length = bytes.len().min(8);
    start[..length].copy_from_slice(&bytes[..length]);
    u64::from_be_bytes(start)
}

#[cfg(test)]
mod tests;
