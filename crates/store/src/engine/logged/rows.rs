//! Rows in the order of their keys, found by numbers.
//!
//! Whoever looks for a key in a large tree waits for memory at each level, for as many pieces of it as the keys take there
//! that are compared. So there is a tree for each kind of row, and its keys are numbers: the sixteen bytes after the first.
//! Most kinds have no two rows of one number.

use crate::engine::{Change, Key};
use std::collections::BTreeMap;
use std::collections::btree_map::{self, Entry};
use std::ops::{Bound, Range};

/// Changes by key, at most one of each.
#[derive(Default)]
pub(super) struct Rows {
    /// By first byte, as far as there are any.
    kinds: Vec<BTreeMap<u128, Slot>>,
    len: usize,
}

/// The rows of one number.
enum Slot {
    One(Key, Change),
    /// Two or more, once there were.
    Many(BTreeMap<Key, Change>),
}

/// What became of a key that was written.
pub(super) struct Written {
    /// What was to be done there before.
    pub(super) earlier: Option<Change>,
    /// Whether anything is to be done there now.
    pub(super) stays: bool,
}

impl Rows {
    /// Has `change` done after what was to be done at `key` before.
    pub(super) fn write(&mut self, key: Key, change: Change) -> Written {
        let (first, number) = place(&key);
        if self.kinds.len() <= first {
            self.kinds.resize_with(first + 1, BTreeMap::new);
        }
        let written = match self.kinds[first].entry(number) {
            Entry::Vacant(none) => {
                none.insert(Slot::One(key, change));
                Written::new()
            }
            Entry::Occupied(mut slot) => {
                let written = slot.get_mut().write(key, change);
                if slot.get().is_empty() {
                    slot.remove();
                }
                written
            }
        };
        match (&written.earlier, written.stays) {
            (None, _) => self.len += 1,
            (Some(_), true) => {}
            (Some(_), false) => self.len -= 1,
        }
        written
    }

    /// What is to be done at `key`.
    pub(super) fn get(&self, key: &[u8]) -> Option<&Change> {
        let (first, number) = place(key);
        match self.kinds.get(first)?.get(&number)? {
            Slot::One(of, change) => (**of == *key).then_some(change),
            Slot::Many(rows) => rows.get(key),
        }
    }

    /// The rows in a range that is not empty, ascending.
    pub(super) fn range<'a>(
        &'a self,
        range: &'a Range<Vec<u8>>,
    ) -> impl DoubleEndedIterator<Item = (&'a Key, &'a Change)> + use<'a> {
        let (first, from) = place(&range.start);
        let (last, upto) = place(&range.end);
        let kinds = self.kinds.iter().enumerate().take(last + 1).skip(first);
        let slots = kinds.flat_map(move |(kind, slots)| {
            let from = if kind == first { from } else { u128::MIN };
            let upto = if kind == last { upto } else { u128::MAX };
            slots.range(from..=upto)
        });
        slots.flat_map(move |(_, slot)| slot.within(range))
    }

    /// All rows, ascending.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&Key, &Change)> {
        let slots = self.kinds.iter().flat_map(BTreeMap::values);
        slots.flat_map(|slot| match slot {
            Slot::One(key, change) => Each::One(Some((key, change))),
            Slot::Many(rows) => Each::Many(rows.range::<Key, _>(..)),
        })
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.len
    }
}

impl Slot {
    fn write(&mut self, key: Key, change: Change) -> Written {
        if let Self::One(of, earlier) = self
            && *of == key
        {
            let written = Written::over(earlier, change);
            if !written.stays {
                *self = Self::Many(BTreeMap::new());
            }
            return written;
        }
        match self.many().entry(key) {
            Entry::Vacant(none) => {
                none.insert(change);
                Written::new()
            }
            Entry::Occupied(mut earlier) => {
                let written = Written::over(earlier.get_mut(), change);
                if !written.stays {
                    earlier.remove();
                }
                written
            }
        }
    }

    /// Room for more than one.
    fn many(&mut self) -> &mut BTreeMap<Key, Change> {
        if let Self::One(key, change) = self {
            let one = (std::mem::take(key), std::mem::replace(change, Change::Delete));
            *self = Self::Many(BTreeMap::from([one]));
        }
        match self {
            Self::Many(rows) => rows,
            Self::One(..) => unreachable!("it was just made many"),
        }
    }

    fn is_empty(&self) -> bool {
        matches!(self, Self::Many(rows) if rows.is_empty())
    }

    fn within(&self, range: &Range<Vec<u8>>) -> Each<'_> {
        match self {
            Self::One(key, change) => {
                let is_within = **key >= range.start[..] && **key < range.end[..];
                Each::One(is_within.then_some((key, change)))
            }
            Self::Many(rows) => {
                let bounds = (Bound::Included(&range.start[..]), Bound::Excluded(&range.end[..]));
                Each::Many(rows.range::<[u8], _>(bounds))
            }
        }
    }
}

impl Written {
    /// Where nothing was.
    fn new() -> Self {
        Self {
            earlier: None,
            stays: true,
        }
    }

    /// Where `earlier` was, which is to go if nothing stays.
    fn over(earlier: &mut Change, change: Change) -> Self {
        let both = change.after(earlier);
        let stays = both.is_some();
        let earlier = std::mem::replace(earlier, both.unwrap_or(Change::Delete));
        Self {
            earlier: Some(earlier),
            stays,
        }
    }
}

/// The rows of a slot.
enum Each<'a> {
    One(Option<(&'a Key, &'a Change)>),
    Many(btree_map::Range<'a, Key, Change>),
}

impl<'a> Iterator for Each<'a> {
    type Item = (&'a Key, &'a Change);

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Self::One(row) => row.take(),
            Self::Many(rows) => rows.next(),
        }
    }
}

impl DoubleEndedIterator for Each<'_> {
    fn next_back(&mut self) -> Option<Self::Item> {
        match self {
            Self::One(row) => row.take(),
            Self::Many(rows) => rows.next_back(),
        }
    }
}

/// The first byte and the number of a key. What a shorter key does not have is 0, and so not more than what a longer one has.
fn place(key: &[u8]) -> (usize, u128) {
    let (first, rest) = key
        .split_first()
        .map_or((0, key), |(first, rest)| (usize::from(*first), rest));
    let number = rest.first_chunk().map_or_else(
        || {
            let mut bytes = [0; 16];
            bytes[..rest.len()].copy_from_slice(rest);
            u128::from_be_bytes(bytes)
        },
        |bytes| u128::from_be_bytes(*bytes),
    );
    (first, number)
}

#[cfg(test)]
mod tests;
