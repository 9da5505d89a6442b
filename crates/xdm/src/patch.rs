//! A record as JSON Merge Patch (RFC 7396), taken apart into the writes it makes.

mod shape;

use crate::json::{Fault, Json, Members};
use crate::{MAX_PATH_BYTES, MAX_PATHS_BYTES, MAX_WRITES};
use model::{Patch, Path, PathBuf, Written};
pub(crate) use shape::{Shape, Shapes};
use std::sync::Arc;

/// The writes of an entity's members, in order of path: an object is a write and each of its members another.
/// Scalars are as sent, arrays are without whitespace outside strings.
pub(crate) fn patch(members: &Members<'_>, shapes: &mut Shapes) -> Result<Patch, Fault> {
    if let Some(known) = shapes.read(members)? {
        return Ok(known);
    }
    let most: usize = members.values().map(|value| value.size()).sum();
    let mut writes = Writes {
        paths: Vec::with_capacity(most.div_ceil(2).min(MAX_WRITES)),
        values: Values::default(),
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
    let paths = Arc::from(writes.paths);
    shapes.learn(members, &paths);
    Ok(writes.values.patch(paths))
}

/// What is written at one path after another.
#[derive(Default)]
pub(crate) struct Values {
    text: String,
    ends: Vec<u32>,
}

impl Values {
    /// Room for so many of so many bytes together, and no more.
    pub(crate) fn with_capacity(count: usize, bytes: usize) -> Self {
        Self {
            text: String::with_capacity(bytes),
            ends: Vec::with_capacity(count),
        }
    }

    /// Adds what a member writes at its own path.
    fn add(&mut self, value: Json<'_>) -> Result<(), Fault> {
        match value.first() {
            b'{' => self.text.push_str(Written::OBJECT),
            b'n' => self.text.push_str(Written::NULL),
            b'[' if !value.is_plain() => value.compact(&mut self.text)?,
            _ => self.text.push_str(value.text()),
        }
        self.end();
        Ok(())
    }

    /// Adds what is written, as [`Patch::new`] takes it.
    pub(crate) fn add_text(&mut self, written: &str) {
        self.text.push_str(written);
        self.end();
    }

    fn end(&mut self) {
        // A message has fewer bytes.
        self.ends.push(self.text.len() as u32);
    }

    /// It is kept as long as nothing else is said, so it takes no more room than it needs.
    pub(crate) fn patch(mut self, paths: Arc<[Path]>) -> Patch {
        self.text.shrink_to_fit();
        self.ends.shrink_to_fit();
        Patch::new(paths, self.text, self.ends)
    }
}

struct Writes {
    paths: Vec<Path>,
    values: Values,
    /// Bytes of the paths, a dot behind each key.
    bytes: usize,
    path: PathBuf,
}

impl Writes {
    /// Adds what is written at `key` below the path, whose own bytes are `above`.
    ///
    /// A path is kept whole with every write, so without bounds a small message could fill the memory.
    fn add(&mut self, above: usize, key: &str, value: Json<'_>) -> Result<(), Fault> {
        let length = above + key.len() + 1;
        let back = self.path.push(key);
        let path = self.path.path();
        if length > MAX_PATH_BYTES + 1 {
            return Err(Fault::PathTooLong(path.to_string()));
        }
        self.bytes += length;
        if self.paths.len() == MAX_WRITES || self.bytes > MAX_PATHS_BYTES {
            return Err(Fault::TooManyWrites);
        }
        self.paths.push(path);
        self.values.add(value)?;
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
