//! A record as JSON Merge Patch (RFC 7396), taken apart into the writes it makes.

mod shape;

use crate::json::{Fault, Json, Members};
use crate::{MAX_PATH_BYTES, MAX_PATHS_BYTES, MAX_WRITES};
use model::{PatchLeaf, Path, PathBuf, Written};
pub(crate) use shape::Shapes;

/// The writes of an entity's members, in order of path: an object is a write and each of its members another.
/// Scalars are as sent, arrays are without whitespace outside strings.
pub(crate) fn patch(members: &Members<'_>, shapes: &mut Shapes) -> Result<Vec<PatchLeaf>, Fault> {
    if let Some(known) = shapes.read(members)? {
        return Ok(known);
    }
    let most: usize = members.values().map(|value| value.size()).sum();
    let mut writes = Writes {
        leaves: Vec::with_capacity(most.div_ceil(2).min(MAX_WRITES)),
        bytes: 0,
        path: PathBuf::default(),
    };
    for (key, value) in members {
        if key.is_empty() {
            return Err(Fault::EmptyKey);
        }
        value.check()?;
        writes.add(0, key, *value)?;
    }
    shapes.learn(members, &writes.leaves);
    Ok(writes.leaves)
}

/// Adds what a member writes at its own path.
fn push(leaves: &mut Vec<PatchLeaf>, path: Path, value: Json<'_>) -> Result<(), Fault> {
    let written = match value.first() {
        b'{' => Written::Object,
        b'n' => Written::Null,
        b'[' if !value.is_plain() => {
            let mut array = String::new();
            value.compact(&mut array)?;
            Written::Value(array.into())
        }
        _ => Written::Value(value.text().into()),
    };
    leaves.push(PatchLeaf { path, written });
    Ok(())
}

struct Writes {
    leaves: Vec<PatchLeaf>,
    /// Bytes of their paths, a dot behind each key.
    bytes: usize,
    path: PathBuf,
}

impl Writes {
    /// Adds what is written at `key` below the path, whose own bytes are `above`.
    ///
    /// A path is kept whole with every leaf, so without bounds a small message could fill the memory.
    fn add(&mut self, above: usize, key: &str, value: Json<'_>) -> Result<(), Fault> {
        let length = above + key.len() + 1;
        let back = self.path.push(key);
        let path = self.path.path();
        if length > MAX_PATH_BYTES + 1 {
            return Err(Fault::PathTooLong(path.to_string()));
        }
        self.bytes += length;
        if self.leaves.len() == MAX_WRITES || self.bytes > MAX_PATHS_BYTES {
            return Err(Fault::TooManyWrites);
        }
        push(&mut self.leaves, path, value)?;
        if value.first() == b'{' {
            for (key, value) in in_order(value)? {
                self.add(length, &key.unquoted()?, value)?;
            }
        }
        self.path.back(back);
        Ok(())
    }
}

/// The keys and members of an object in byte order of the keys; of a repeated key the last, whole.
fn in_order<'a>(object: Json<'a>) -> Result<impl Iterator<Item = (Json<'a>, Json<'a>)>, Fault> {
    // The first eight bytes mostly decide which of two keys comes first, and take no look at the text.
    let mut members: Vec<(u64, Json<'a>)> = Vec::with_capacity(object.size() / 2);
    for (key, _) in object.entries()? {
        members.push((first_eight(&key.unquoted()?), key));
    }
    let by_key = |(one, key): &(u64, Json<'a>), (other, beside): &(u64, Json<'a>)| {
        one.cmp(other)
            .then_with(|| key.unquoted().ok().cmp(&beside.unquoted().ok()))
    };
    if !members.is_sorted_by(|one, other| by_key(one, other).is_lt()) {
        // Last first, so that of a repeated key the last one sent stays.
        members.reverse();
        members.sort_by(by_key);
        members.dedup_by(|earlier, kept| by_key(earlier, kept).is_eq());
    }
    Ok(members.into_iter().map(|(_, key)| (key, key.value_of_key())))
}

fn first_eight(key: &str) -> u64 {
    let bytes = key.as_bytes();
    let mut eight = [0; 8];
    let length = bytes.len().min(8);
    eight[..length].copy_from_slice(&bytes[..length]);
    u64::from_be_bytes(eight)
}

#[cfg(test)]
mod tests;
