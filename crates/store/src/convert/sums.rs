//! Row counts and digests by key space.

use super::Progress;
use crate::keyspace::Space;
use std::fmt;
use xxhash_rust::xxh3::Xxh3;

/// What was copied of one key space.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SpaceSum {
    /// Its name.
    pub space: &'static str,
    /// How many rows; the format row is not among them.
    pub rows: u64,
    /// Bytes of keys and values.
    pub bytes: u64,
    /// XXH3 (128 bits) of the rows in order: length of the key and of the value (u32 each, big-endian), key, value.
    pub digest: u128,
}

impl fmt::Debug for SpaceSum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { space, rows, .. } = self;
        write!(f, "{space}: {rows} rows, {:032x}", self.digest)
    }
}

/// One key space being summed up.
struct Sum {
    prefix: u8,
    rows: u64,
    bytes: u64,
    hash: Xxh3,
}

/// All rows summed up; they come in order.
#[derive(Default)]
pub(super) struct Sums {
    spaces: Vec<Sum>,
    rows: u64,
    bytes: u64,
}

impl Sums {
    pub(super) fn add(&mut self, key: &[u8], value: &[u8]) {
        let prefix = key.first().copied().unwrap_or_default();
        let mut sum = match self.spaces.pop() {
            Some(last) if last.prefix == prefix => last,
            before => {
                self.spaces.extend(before);
                Sum {
                    prefix,
                    rows: 0,
                    bytes: 0,
                    hash: Xxh3::new(),
                }
            }
        };
        let bytes = (key.len() + value.len()) as u64;
        for part in [key, value] {
            sum.hash.update(&(part.len() as u32).to_be_bytes());
        }
        sum.hash.update(key);
        sum.hash.update(value);
        sum.rows += 1;
        sum.bytes += bytes;
        self.spaces.push(sum);
        self.rows += 1;
        self.bytes += bytes;
    }

    pub(super) fn rows(&self) -> u64 {
        self.rows
    }

    pub(super) fn progress(&self, comparing: bool) -> Progress {
        Progress {
            comparing,
            rows: self.rows,
            bytes: self.bytes,
            space: self.spaces.last().map_or("", |sum| name(sum.prefix)),
        }
    }

    pub(super) fn finish(&self) -> Vec<SpaceSum> {
        let sum = |sum: &Sum| SpaceSum {
            space: name(sum.prefix),
            rows: sum.rows,
            bytes: sum.bytes,
            digest: sum.hash.digest128(),
        };
        self.spaces.iter().map(sum).collect()
    }

    /// The first key space in which the two differ, with the rows of each.
    pub(super) fn first_difference(&self, other: &Self) -> Option<(&'static str, u64, u64)> {
        let (own, other) = (self.finish(), other.finish());
        let rows = |sums: &[SpaceSum], space| {
            let of = sums.iter().find(|sum| sum.space == space);
            of.map_or(0, |sum| sum.rows)
        };
        let alone = |sum: &&SpaceSum| !(own.contains(sum) && other.contains(sum));
        let first = own.iter().chain(&other).find(alone)?.space;
        Some((first, rows(&own, first), rows(&other, first)))
    }
}

fn name(prefix: u8) -> &'static str {
    let known = Space::ALL.into_iter().find(|space| space.prefix() == prefix);
    known.map_or("unknown", Space::name)
}

#[cfg(test)]
mod tests;
