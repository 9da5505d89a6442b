//! A record as JSON Merge Patch (RFC 7396), taken apart into the writes it makes.

use crate::json::{Fault, Members, Reader};
use crate::{MAX_PATH_BYTES, MAX_PATHS_BYTES, MAX_WRITES};
use model::{PatchLeaf, Path, Written};
use std::borrow::Cow;

/// The writes of an entity's members, in order of path: an object is a write and each of its members another.
/// Scalars are as sent, arrays are without whitespace outside strings.
pub(crate) fn patch(members: &Members<'_>) -> Result<Vec<PatchLeaf>, Fault> {
    let mut writes = Writes::default();
    for (key, value) in members {
        if key.is_empty() {
            return Err(Fault::EmptyKey);
        }
        let node = Node::read(&mut value.reader())?;
        node.write(&mut vec![key.as_ref()], &mut writes)?;
    }
    Ok(writes.leaves)
}

#[derive(Default)]
struct Writes {
    leaves: Vec<PatchLeaf>,
    /// Bytes of their paths.
    paths: usize,
}

/// A value of the patch, as sent. Members are in byte order, without repeats.
enum Node<'a> {
    Null,
    Scalar(&'a str),
    Array(String),
    Object(Vec<(Cow<'a, str>, Node<'a>)>),
}

impl<'a> Node<'a> {
    fn read(reader: &mut Reader<'a>) -> Result<Self, Fault> {
        match reader.peek() {
            b'{' => Self::read_members(reader).map(Self::Object),
            b'[' => {
                let mut array = String::new();
                reader.compact(&mut array)?;
                Ok(Self::Array(array))
            }
            b'n' => reader.scalar().map(|_| Self::Null),
            _ => reader.scalar().map(Self::Scalar),
        }
    }

    fn read_members(reader: &mut Reader<'a>) -> Result<Vec<(Cow<'a, str>, Self)>, Fault> {
        reader.enter()?;
        let mut members = Vec::new();
        while reader.more() {
            let key = reader.key()?;
            if key.is_empty() {
                return Err(Fault::EmptyKey);
            }
            members.push((key, Self::read(reader)?));
        }
        // Last first, so that of a repeated key the last one sent stays, whole.
        members.reverse();
        members.sort_by(|(a, _), (b, _)| a.cmp(b));
        members.dedup_by(|(earlier, _), (kept, _)| earlier == kept);
        Ok(members)
    }

    // A path is kept whole with every leaf, so without bounds a small message could fill the memory.
    fn write<'n>(&'n self, keys: &mut Vec<&'n str>, writes: &mut Writes) -> Result<(), Fault> {
        let length: usize = keys.iter().map(|key| key.len() + 1).sum();
        if length > MAX_PATH_BYTES + 1 {
            return Err(Fault::PathTooLong(keys.join(".")));
        }
        writes.paths += length;
        if writes.leaves.len() == MAX_WRITES || writes.paths > MAX_PATHS_BYTES {
            return Err(Fault::TooManyWrites);
        }
        let path = Path::new(keys.iter().copied().map(str::to_owned).collect());
        let written = match self {
            Self::Null => Written::Null,
            Self::Scalar(json) => Written::Value((*json).to_owned()),
            Self::Array(json) => Written::Value(json.clone()),
            Self::Object(_) => Written::Object,
        };
        writes.leaves.push(PatchLeaf { path, written });
        if let Self::Object(members) = self {
            for (key, node) in members {
                keys.push(key);
                node.write(keys, writes)?;
                keys.pop();
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
