//! How the leaves of a fragment are stored.
//!
//! Most rows of people are these, and most of what they say is where: the paths of one record begin alike, so each is stored by
//! what it adds to the one before.

use super::{Leaf, Leaves};
use crate::path::Stem;
use crate::{Patch, Path, Stamp};
use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::sync::Arc;

/// `P`: the paths, `T`: their values one behind the other, `L`: the lengths of these, `E`: leaves.
#[derive(Serialize, Deserialize)]
enum Row<P, T, L, E> {
    Whole(Stamp, P, T, L),
    Each(E),
}

impl Serialize for Leaves {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let row = match self {
            Self::Whole(patch, stamp) => Row::Whole(
                *stamp,
                PathsOf(patch.paths()),
                patch.text(),
                LengthsOf(patch.ends()),
            ),
            Self::Each(leaves) => Row::Each(leaves),
        };
        row.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Leaves {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Row::<Paths, String, Vec<u32>, Vec<Leaf>>::deserialize(deserializer)? {
            Row::Whole(stamp, Paths(paths), text, lengths) => {
                let ends = lengths.into_iter().scan(0_u32, |end, length| {
                    *end = end.checked_add(length)?;
                    Some(*end)
                });
                let patch = Patch::checked(paths, text, ends.collect()).map_err(D::Error::custom)?;
                Ok(Self::Whole(Arc::new(patch), stamp))
            }
            Row::Each(leaves) => Ok(Self::Each(leaves)),
        }
    }
}

struct PathsOf<'p>(&'p [Path]);

impl Serialize for PathsOf<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut before = Stem::default();
        let added = self
            .0
            .iter()
            .map(|path| std::mem::replace(&mut before, path.stem()).added(path));
        serializer.collect_seq(added)
    }
}

struct LengthsOf<'e>(&'e [u32]);

impl Serialize for LengthsOf<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut start = 0;
        serializer.collect_seq(self.0.iter().map(|end| end - std::mem::replace(&mut start, *end)))
    }
}

struct Paths(Arc<[Path]>);

impl<'de> Deserialize<'de> for Paths {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Added;
        impl<'de> Visitor<'de> for Added {
            type Value = Paths;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("paths, each by what it adds to the one before")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut all: A) -> Result<Paths, A::Error> {
                let mut paths: Vec<Path> = Vec::with_capacity(all.size_hint().unwrap_or(0).min(1024));
                while let Some((same, rest)) = all.next_element::<(usize, &str)>()? {
                    let before = paths.last().map(Path::stem).unwrap_or_default();
                    let path = before
                        .path(same, rest)
                        .ok_or_else(|| A::Error::custom("a path is malformed"))?;
                    paths.push(path);
                }
                Ok(Paths(paths.into()))
            }
        }
        deserializer.deserialize_seq(Added)
    }
}
