use super::{Leaf, Leaves};
use crate::{Patch, Path, Seq, Stamp, Timestamp};
use compact_str::CompactString;
use proptest::prelude::*;
use std::collections::VecDeque;
use std::sync::Arc;

fn stamp(time: i64) -> Stamp {
    Stamp {
        time: Timestamp::from_millis(time),
        seq: Seq(7),
    }
}

fn leaf(path: &str, json: &str) -> Leaf {
    Leaf {
        path: Path::parse(path).expect("it is a path"),
        value: Some((stamp(5), Some(json.into()))),
        object: None,
    }
}

/// Leaves in order of path; those of one stamp are of one record.
fn leaves() -> impl Strategy<Value = Vec<Leaf>> {
    let keys = prop::collection::vec("[ab\u{0}\u{1}é]{1,3}", 1..4);
    let value = prop_oneof![Just(None), "[0-9é]{1,9}".prop_map(Some)];
    let value = prop::option::of((0..2_i64, value)).prop_map(|value| {
        let (at, json) = value?;
        Some((stamp(at), json.map(CompactString::from)))
    });
    let object = prop::option::of((0..2_i64).prop_map(|at| Box::new(stamp(at))));
    let leaf = |(path, (value, object))| Leaf { path, value, object };
    let known = prop::collection::btree_map(keys.prop_map(Path::new), (value, object), 0..9);
    known.prop_map(move |known| known.into_iter().map(leaf).collect())
}

/// Leaves as one record makes them.
fn whole() -> impl Strategy<Value = Vec<Leaf>> {
    leaves().prop_map(|mut leaves| {
        for leaf in &mut leaves {
            match &mut leaf.value {
                Some((at, _)) => (*at, leaf.object) = (stamp(5), None),
                None => leaf.object = Some(Box::new(stamp(5))),
            }
        }
        leaves
    })
}

proptest! {
    #[test]
    fn whole_or_leaf_by_leaf_they_are_the_same(each in leaves(), whole in whole()) {
        for (each, is_whole) in [(each, false), (whole, true)] {
            let leaves = Leaves::from(each.clone());
            prop_assert!(leaves.iter().eq(each.iter().map(Leaf::known)));
            prop_assert!(!is_whole || each.is_empty() || matches!(leaves, Leaves::Whole(..)));
            prop_assert_eq!(&leaves, &Leaves::Each(each.clone()));
            for leaf in &each {
                prop_assert_eq!(leaves.get(&leaf.path), Some(leaf.known()));
                let rest = each.iter().filter(|other| other.path >= leaf.path);
                prop_assert!(leaves.starting_at(&leaf.path).eq(rest.map(Leaf::known)));
                prop_assert_eq!(leaves.get(&leaf.path.child("c")), None);
            }
            let stored = postcard::to_allocvec(&leaves).expect("it can be written");
            let read: Leaves = postcard::from_bytes(&stored).expect("it was written");
            prop_assert_eq!(&read, &leaves);
            prop_assert_eq!(matches!(read, Leaves::Whole(..)), matches!(leaves, Leaves::Whole(..)));
            let mut copy = leaves.clone();
            prop_assert_eq!(copy.each_mut(), &each);
        }
    }

    // Damage that the checksums of a store do not see: each byte by one more, one less, or any other.
    #[test]
    fn what_was_not_written_is_refused_or_can_be_looked_at(whole in whole(), any in any::<u8>()) {
        let stored = postcard::to_allocvec(&Leaves::from(whole)).expect("it can be written");
        for at in 0..stored.len() {
            for byte in [stored[at].wrapping_add(1), stored[at].wrapping_sub(1), any] {
                let mut damaged = stored.clone();
                damaged[at] = byte;
                if let Ok(read) = postcard::from_bytes::<Leaves>(&damaged) {
                    prop_assert_eq!(read.iter().count(), read.len());
                }
            }
        }
    }
}

#[test]
fn a_whole_record_is_stored_once_for_all_paths() {
    let leaves = Leaves::from(vec![leaf("p.a", "1"), leaf("p.bc", "true"), leaf("q", r#""x""#)]);
    let stored = postcard::to_allocvec(&leaves).expect("it can be written");
    // Variant, time and number; three paths, each with what it has of the one before; the values, their lengths.
    let expected = [
        b"\0\x0a\x07".as_slice(),
        b"\x03\0\x04p\0a\0\x02\x03bc\0\0\x02q\0",
        b"\x081true\"x\"",
        b"\x03\x01\x04\x03",
    ];
    assert_eq!(stored, expected.concat());
}

#[test]
fn records_of_one_shape_share_their_paths() {
    let record = |paths: &[&str]| {
        let paths = paths.iter().map(|path| Path::parse(path).expect("it is a path"));
        let paths: Arc<[Path]> = paths.collect();
        let text = "1".repeat(paths.len());
        let ends = (1..=paths.len() as u32).collect();
        Patch::new(paths, text, ends)
    };
    let (mut lists, most) = (VecDeque::new(), 2);
    let mut first = record(&["a", "b"]);
    first.share_paths(&mut lists, most);
    for _ in 0..2 {
        let mut other = record(&["c"]);
        other.share_paths(&mut lists, most);
        assert_eq!(other, record(&["c"]));
        let mut again = record(&["a", "b"]);
        again.share_paths(&mut lists, most);
        assert!(Arc::ptr_eq(again.paths(), first.paths()));
        assert_eq!((again, lists.len()), (record(&["a", "b"]), 2));
    }
    record(&["d"]).share_paths(&mut lists, most);
    record(&["e"]).share_paths(&mut lists, most);
    let mut forgotten = record(&["a", "b"]);
    forgotten.share_paths(&mut lists, most);
    assert!(!Arc::ptr_eq(forgotten.paths(), first.paths()));
}

#[test]
fn a_whole_record_that_is_none_is_refused() {
    let leaves = Leaves::from(vec![leaf("a", "éé"), leaf("b", "1")]);
    let stored = postcard::to_allocvec(&leaves).expect("it can be written");
    let refused = |from: &[u8], to: &[u8]| {
        let at = stored.windows(from.len()).rposition(|window| window == from);
        let at = at.expect("it is in there");
        let damaged = [&stored[..at], to, &stored[at + from.len()..]].concat();
        postcard::from_bytes::<Leaves>(&damaged).is_err()
    };
    assert!(!refused(b"1", b"2"));
    assert!(
        refused(b"\x02\x04\x01", b"\x02\x03\x02"),
        "a value ends within a character"
    );
    assert!(refused(b"\x02\x04\x01", b"\x02\x05\x00"), "a value without text");
    assert!(
        refused(b"\x02\x04\x01", b"\x02\x04\x02"),
        "a value behind the text"
    );
    assert!(refused(b"\x02\x04\x01", b"\x01\x05"), "a path without value");
    assert!(
        refused(b"\0\x02b", b"\x7f\x02b"),
        "more of the path before than there is"
    );
    assert!(
        refused(b"\0\x02b", b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x02b"),
        "and more than memory"
    );
    assert!(refused(b"b\0", b"a\0"), "one path twice");
    assert!(refused(b"b\0", b"bb"), "a path without end");
}

#[test]
fn a_text_that_is_no_value_stays_what_it_is() {
    for text in ["", "null", "nonsense", "{", "{}"] {
        let each = vec![leaf("a", "1"), leaf("b", text)];
        let leaves = Leaves::from(each.clone());
        assert!(leaves.iter().eq(each.iter().map(Leaf::known)), "{text:?}");
    }
}
