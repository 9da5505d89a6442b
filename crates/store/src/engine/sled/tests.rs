//! What the store never sees of sled.

use super::SledFolder;
use crate::engine::{Batch, OpenBase};
use crate::options::Options;

#[test]
fn no_piece_of_a_large_value_is_left_behind() {
    no_piece_is_left_behind_in(&tempfile::tempdir().unwrap());
}

#[test]
fn a_file_that_cannot_be_written_through_is_written_in_batches() {
    let folder = tempfile::tempdir_in("/dev/shm").unwrap();
    no_piece_is_left_behind_in(&folder);
    let file = std::fs::File::open(folder.path().join("sled").join("db")).unwrap();
    assert!(super::through::ask(&file).is_err(), "/dev/shm is to be a tmpfs");
}

fn no_piece_is_left_behind_in(folder: &tempfile::TempDir) {
    let place = SledFolder::new(folder.path(), &Options::default());
    // Replaced by a smaller large one, by a small one, and deleted; over a reopen each time.
    for size in [Some(300_000), Some(100_000), Some(10), Some(300_000), None] {
        let engine = place.open().unwrap();
        let mut batch = Batch::default();
        match size {
            Some(size) => batch.put(b"B1".to_vec(), vec![7; size]),
            None => batch.delete(b"B1".to_vec()),
        }
        engine.fill(&batch).unwrap();
        drop(engine);
        let db = place.open_db(&folder.path().join("sled")).unwrap();
        let rows = db.open_tree(super::TREE).unwrap().len();
        let wanted = match size {
            None => 0,
            Some(size) if size <= super::PIECE => 1,
            // The empty row, the index row, the pieces.
            Some(size) => 2 + size.div_ceil(super::PIECE),
        };
        assert_eq!(rows, wanted, "{size:?}");
    }
}
