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

    /// Notes that `value` comes to `key`, and tells which pieces there were and will be.
    pub(super) fn note(&mut self, key: &[u8], value: Option<&[u8]>) -> Pieces {
        let before = self.pieces.remove(key).unwrap_or(0);
        let large = value.filter(|value| value.len() > PIECE);
        let after = large.map_or(0, |value| value.len().div_ceil(PIECE) as u32);
        if after > 0 {
            self.pieces.insert(key.to_vec(), after);
        }
        Pieces { before, after }
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

/// In how many pieces the value of a key was, and will be.
pub(super) struct Pieces {
    before: u32,
    after: u32,
}

impl Pieces {
    /// Writes the row, the pieces and the index, so that after a crash anywhere the index knows every piece there is.
    pub(super) fn write(&self, tree: &::sled::Tree, key: &[u8], value: Option<&[u8]>) -> ::sled::Result<()> {
        for number in self.after..self.before {
            tree.remove(piece(key, number))?;
        }
        if self.after > 0 {
            tree.insert(index(key), &self.after.to_be_bytes())?;
        } else if self.before > 0 {
            tree.remove(index(key))?;
        }
        match value {
            None => drop(tree.remove(key)?),
            Some(value) if self.after == 0 => drop(tree.insert(key, value)?),
            Some(value) => {
                for (bytes, number) in value.chunks(PIECE).zip(0..) {
                    tree.insert(piece(key, number), bytes)?;
                }
                tree.insert(key, &[])?;
            }
        }
        Ok(())
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
