//! A record is read back as it was written, or not at all.

use super::{BLOCK, encode, find, seal, writes};
use crate::decisions::RawInput;
use crate::engine::{Batch, Change};
use bytes::Bytes;
use model::InletId;

const SALT: u64 = 7;

fn batch() -> Batch {
    let mut batch = Batch::default();
    batch.put(*b"P1", vec![7; 5_000]);
    batch.write((*b"X2").into(), Change::New(b"new".to_vec()));
    batch.delete(*b"T3");
    batch.put(vec![b'M'; 300], Vec::new());
    batch.note_inputs(&[RawInput {
        inlet: InletId::new("shop").unwrap(),
        raw: Bytes::from_static(b"{\"a\":1}"),
    }]);
    batch
}

#[test]
fn what_is_written_is_read_back() {
    let mut bytes = Vec::new();
    encode(42, &batch(), &mut bytes);
    seal(&mut bytes, SALT);
    assert_eq!(bytes.len(), 2 * BLOCK);
    let found = find(&bytes, SALT).unwrap();
    assert_eq!((found.number, found.blocks), (42, bytes.len()));
    let read: Option<Vec<_>> = writes(found.body).collect();
    let written: Vec<_> = batch().into_writes().into_iter().collect();
    assert_eq!(read, Some(written));
}

#[test]
fn one_wrong_bit_anywhere_is_no_record() {
    let mut bytes = Vec::new();
    encode(42, &batch(), &mut bytes);
    seal(&mut bytes, SALT);
    let whole = find(&bytes, SALT).unwrap().body.len() + 32;
    for at in (0..whole).filter(|at| *at < 64 || at % 7 == 0 || at + 64 > whole) {
        bytes[at] ^= 1 << (at % 8);
        assert!(find(&bytes, SALT).is_none(), "byte {at}");
        bytes[at] ^= 1 << (at % 8);
    }
    for length in [0, 7, 8, 31, 32, whole - 1] {
        assert!(find(&bytes[..length], SALT).is_none(), "{length} bytes");
    }
    assert!(
        find(&bytes, SALT + 1).is_none(),
        "of another file, or of an earlier use of it"
    );
    assert!(find(&bytes, SALT).is_some());
}

#[test]
fn a_body_that_ends_early_is_told() {
    let mut bytes = Vec::new();
    encode(42, &batch(), &mut bytes);
    seal(&mut bytes, SALT);
    let body = find(&bytes, SALT).unwrap().body;
    let whole: Vec<_> = batch().into_writes().into_iter().map(Some).collect();
    for length in 1..body.len() {
        let read: Vec<_> = writes(&body[..length]).collect();
        let good = read.iter().take_while(|write| write.is_some()).count();
        assert_eq!(read[..good], whole[..good], "{length} bytes");
        assert!(good < whole.len(), "{length} bytes");
    }
}
