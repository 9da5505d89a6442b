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

    /// Puts a value of any size, or deletes it, together with the pieces that were there.
    pub(super) fn write(&mut self, to: &mut ::sled::Batch, key: &[u8], value: Option<&[u8]>) {
        if let Some(count) = self.pieces.remove(key) {
            to.remove(index(key));
            for number in 0..count {
                to.remove(piece(key, number));
            }
        }
        match value {
            None => to.remove(key),
            Some(value) if value.len() <= PIECE => to.insert(key, value),
            Some(value) => {
                to.insert(key, &[]);
                let mut count = 0;
                for bytes in value.chunks(PIECE) {
                    to.insert(piece(key, count), bytes);
                    count += 1;
                }
                to.insert(index(key), &count.to_be_bytes());
                self.pieces.insert(key.to_vec(), count);
            }
        }
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
