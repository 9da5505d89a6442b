use super::{Large, PIECE, index, piece};
use std::collections::BTreeMap;

const KEY: &[u8] = b"key";

/// Where the power goes.
#[derive(Debug)]
struct Cut;

type Rows = BTreeMap<Vec<u8>, Vec<u8>>;

/// Writes the value to `tree`, as far as the first `rows` rows of it. Returns whether that was all.
fn write(tree: &::sled::Tree, value: Option<&[u8]>, rows: usize) -> bool {
    let mut left = rows;
    let mut large = Large::load(tree).unwrap();
    let written = large.write(KEY, value, &mut |key, value| {
        left = left.checked_sub(1).ok_or(Cut)?;
        match value {
            Some(value) => tree.insert(key, value).unwrap(),
            None => tree.remove(key).unwrap(),
        };
        Ok::<(), Cut>(())
    });
    written.is_ok()
}

fn rows(tree: &::sled::Tree) -> Rows {
    let row = |row: ::sled::Result<(::sled::IVec, ::sled::IVec)>| {
        let (key, value) = row.unwrap();
        (key.to_vec(), value.to_vec())
    };
    tree.iter().map(row).collect()
}

/// The rows of a value, and no others.
fn expected(value: Option<&[u8]>) -> Rows {
    let Some(value) = value else {
        return Rows::new();
    };
    if value.len() <= PIECE {
        return Rows::from([(KEY.to_vec(), value.to_vec())]);
    }
    let pieces: Vec<&[u8]> = value.chunks(PIECE).collect();
    let count = (pieces.len() as u32).to_be_bytes().to_vec();
    let mut rows = Rows::from([(KEY.to_vec(), Vec::new()), (index(KEY), count)]);
    for (number, bytes) in (0..).zip(pieces) {
        rows.insert(piece(KEY, number), bytes.to_vec());
    }
    rows
}

#[test]
fn whatever_follows_a_write_that_was_cut_leaves_no_piece_of_it() {
    let value = |pieces: usize, byte: u8| Some(vec![byte; pieces * PIECE]);
    // None, one row, and three sizes in pieces, the last one not a whole one.
    let values = |byte| {
        let odd = vec![byte; 5 * PIECE + 1];
        [None, value(1, byte), value(2, byte), value(3, byte), Some(odd)]
    };
    // What is done again after a crash is the last of what the log has of a key: this value, or one after it.
    let lives = values(b'a').into_iter().flat_map(|was| {
        values(b'b').into_iter().flat_map(move |cut| {
            let was = was.clone();
            values(b'c').map(move |then| (was.clone(), cut.clone(), then))
        })
    });
    for (was, cut, then) in lives {
        for rows_written in 0.. {
            let db = ::sled::Config::new().temporary(true).open().unwrap();
            let tree = db.open_tree("rows").unwrap();
            assert!(write(&tree, was.as_deref(), usize::MAX));
            let whole = write(&tree, cut.as_deref(), rows_written);
            assert!(write(&tree, then.as_deref(), usize::MAX));
            let lengths = [&was, &cut, &then].map(|value| value.as_ref().map(Vec::len));
            assert!(
                rows(&tree) == expected(then.as_deref()),
                "{lengths:?} bytes, the second cut after {rows_written} rows"
            );
            if whole {
                break;
            }
        }
    }
}

#[test]
fn a_value_in_pieces_is_read_whole() {
    let db = ::sled::Config::new().temporary(true).open().unwrap();
    let tree = db.open_tree("rows").unwrap();
    let value: Vec<u8> = (0..=255).cycle().take(3 * PIECE + 17).collect();
    assert!(write(&tree, Some(&value), usize::MAX));
    let large = Large::load(&tree).unwrap();
    assert!(large.has(KEY));
    let row = tree.get(KEY).unwrap().unwrap();
    assert_eq!(large.whole(&tree, KEY, &row).unwrap(), value);
}
