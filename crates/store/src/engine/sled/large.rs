//! Values too large for one row of sled, kept in pieces.
//!
//! sled puts a page over a quarter of a segment (128 KiB) into a file of its own, which it never syncs: after a power
//! cut the log can point to a file that is not there, and a batch comes back torn (2 to 8 % of simulated cuts, with
//! values of 300 KiB and 3 MiB; none of 270 with pieces). So no page may grow that large. A page is a leaf of some
//! 16 rows, so rows have up to 4 KiB.
//!
//! A large value's own row is empty. An index row tells how many pieces there are; the index is small, and known in
//! memory, so that writing a row need not read what was there before.

use std::collections::BTreeMap;

/// The longest value that is one row.
pub(super) const PIECE: usize = 4 << 10;
/// Where rows of the engine's own begin. The keys of the store lie before it.
pub(super) const OWN: u8 = 0xf0;
/// Index rows: the key, to the number of pieces (a big-endian u32).
const INDEX: u8 = OWN;
/// Pieces: the key and the number of the piece.
const PIECES: u8 = OWN + 1;

/// The keys whose values are in pieces, and in how many.
#[derive(Default)]
pub(super) struct Large {
    pieces: BTreeMap<Vec<u8>, u32>,
}

impl Large {
    /// Reads the index of a tree that was just opened.
    pub(super) fn load(tree: &::sled::Tree) -> ::sled::Result<Self> {
        let mut pieces = BTreeMap::new();
        for row in tree.scan_prefix([INDEX]) {
            let (key, count) = row?;
            if let Ok(count) = count[..].try_into() {
                pieces.insert(key[1..].to_vec(), u32::from_be_bytes(count));
            }
        }
        Ok(Self { pieces })
    }

    /// Whether the value of a row is in pieces.
    pub(super) fn has(&self, key: &[u8]) -> bool {
        self.pieces.contains_key(key)
    }

    /// Puts a value of any size, or deletes it, together with the pieces that were there: `write` gets a row after the other.
    /// The index row is there as long as any piece is, so that who does it again after a crash finds them all.
    pub(super) fn write<E>(
        &mut self,
        key: &[u8],
        value: Option<&[u8]>,
        write: &mut impl FnMut(&[u8], Option<&[u8]>) -> Result<(), E>,
    ) -> Result<(), E> {
        let before = self.pieces.get(key).copied().unwrap_or(0);
        let large = value.filter(|value| value.len() > PIECE);
        let pieces = large.map_or(0, |value| value.len().div_ceil(PIECE)) as u32;
        if pieces > before {
            write(&index(key), Some(&pieces.to_be_bytes()))?;
        }
        for (number, bytes) in (0..).zip(large.into_iter().flat_map(|value| value.chunks(PIECE))) {
            write(&piece(key, number), Some(bytes))?;
        }
        write(key, if large.is_some() { Some(&[]) } else { value })?;
        for number in pieces..before {
            write(&piece(key, number), None)?;
        }
        if pieces < before {
            let count = pieces.to_be_bytes();
            write(&index(key), (pieces > 0).then_some(&count[..]))?;
        }
        if pieces > 0 {
            self.pieces.insert(key.to_vec(), pieces);
        } else {
            self.pieces.remove(key);
        }
        Ok(())
    }

    /// The whole value of a row that was read.
    pub(super) fn whole(&self, tree: &::sled::Tree, key: &[u8], row: &[u8]) -> ::sled::Result<Vec<u8>> {
        let Some(&count) = self.pieces.get(key) else {
            return Ok(row.to_vec());
        };
        let mut value = Vec::with_capacity(count as usize * PIECE);
        for number in 0..count {
            let bytes = tree.get(piece(key, number))?;
            value.extend_from_slice(&bytes.unwrap_or_default());
        }
        Ok(value)
    }
}

fn index(key: &[u8]) -> Vec<u8> {
    [&[INDEX], key].concat()
}

fn piece(key: &[u8], number: u32) -> Vec<u8> {
    // With the length of the key, so that no key and number run together to another's.
    let length = (key.len() as u32).to_be_bytes();
    [&[PIECES], &length[..], key, &number.to_be_bytes()[..]].concat()
}

#[cfg(test)]
mod tests;
