mod laws;

use super::{apply, stamp_of};
use crate::{parse_entity, unite};
use model::{
    Body, DatasetId, Fragment, Identity, Known, Leaves, Path, ProfileId, RecordBody, Seq, Stamp, Timestamp,
};

/// The record with these attributes, an object in JSON.
fn record(attributes: &str) -> RecordBody {
    let members = attributes
        .trim_start()
        .strip_prefix('{')
        .expect("it is an object");
    let comma = if members.trim_start().starts_with('}') {
        ""
    } else {
        ","
    };
    let json = format!(r#"{{"identityMap":{{"email":[{{"id":"a"}}]}}{comma}{members}"#);
    let message = parse_entity(json.as_bytes(), &dataset(0)).expect("it is a record");
    match message.body {
        Body::Record(record) => record,
        Body::Event(_) => panic!("it is a record"),
    }
}

fn dataset(n: usize) -> DatasetId {
    DatasetId::new(&format!("dataset-{n}")).expect("it is an id")
}

fn primary() -> Identity {
    Identity {
        namespace: "email".into(),
        value: "a".into(),
    }
}

fn stamp(time: i64) -> Stamp {
    Stamp {
        time: Timestamp::from_millis(time),
        seq: Seq(1),
    }
}

/// The fragment that was written onto, and the paths that were written.
fn write(fragments: &mut Vec<Fragment>, n: usize, attributes: &str, at: i64) -> (usize, Vec<Path>) {
    let (record, owner) = (record(attributes), ProfileId::new(0, 7));
    let applied = apply(fragments, &record, (&dataset(n), &primary()), owner, stamp(at));
    (applied.fragment, applied.written.iter().cloned().collect())
}

/// Writes `(fragment, attributes, time)` in this order; gives the paths that the last one wrote.
fn last_of(writes: &[(usize, &str, i64)]) -> Vec<String> {
    let mut fragments = Vec::new();
    let mut written = Vec::new();
    for (n, attributes, at) in writes {
        (_, written) = write(&mut fragments, *n, attributes, *at);
    }
    written.iter().map(ToString::to_string).collect()
}

/// What shows after these writes, as `path=value`.
fn shown(writes: &[(usize, &str, i64)]) -> Vec<String> {
    let mut fragments = Vec::new();
    for (n, attributes, at) in writes {
        write(&mut fragments, *n, attributes, *at);
    }
    let attributes = unite(&fragments);
    attributes
        .leaves
        .iter()
        .map(|(path, json)| format!("{path}={json}"))
        .collect()
}

#[test]
fn the_latest_write_of_a_path_wins() {
    assert_eq!(
        shown(&[(0, r#"{"a":1.10,"b":2}"#, 1), (0, r#"{"a":3}"#, 2)]),
        ["a=3", "b=2"]
    );
    assert_eq!(
        shown(&[(0, r#"{"a":3}"#, 2), (0, r#"{"a":1.10,"b":2}"#, 1)]),
        ["a=3", "b=2"]
    );
    assert_eq!(
        shown(&[(0, r#"{"a":1}"#, 2), (1, r#"{"a":2}"#, 3), (2, r#"{"a":3}"#, 1)]),
        ["a=2"]
    );
}

#[test]
fn null_removes_the_subtree_and_stays_a_tombstone() {
    let (full, null, late) = (r#"{"p":{"x":1,"y":2}}"#, r#"{"p":null}"#, r#"{"p":{"x":3}}"#);
    assert_eq!(shown(&[(0, full, 1), (0, null, 2)]), Vec::<String>::new());
    assert_eq!(
        shown(&[(0, full, 1), (0, null, 3), (0, late, 2)]),
        Vec::<String>::new()
    );
    assert_eq!(shown(&[(0, full, 1), (1, null, 3), (2, late, 4)]), ["p.x=3"]);
}

#[test]
fn an_object_over_a_scalar_is_a_write() {
    assert_eq!(
        shown(&[(0, r#"{"p":5}"#, 1), (0, r#"{"p":{}}"#, 2)]),
        Vec::<String>::new()
    );
    assert_eq!(
        shown(&[(0, r#"{"p":[5]}"#, 1), (1, r#"{"p":{"x":null}}"#, 2)]),
        Vec::<String>::new()
    );
    assert_eq!(
        shown(&[(1, r#"{"p":{}}"#, 2), (0, r#"{"p":5}"#, 1)]),
        Vec::<String>::new()
    );
    // The scalar that was ended still removed what was there before it.
    assert_eq!(
        shown(&[
            (0, r#"{"p":5}"#, 2),
            (0, r#"{"p":{"y":3}}"#, 3),
            (0, r#"{"p":{"x":1}}"#, 1)
        ]),
        ["p.y=3"]
    );
}

#[test]
fn of_equal_times_the_later_arrival_wins() {
    let mut fragments = Vec::new();
    let (dataset, primary, owner) = (dataset(0), primary(), ProfileId::new(0, 7));
    for seq in [2, 3, 1] {
        let stamp = Stamp {
            time: Timestamp::from_millis(5),
            seq: Seq(seq),
        };
        apply(
            &mut fragments,
            &record(&format!(r#"{{"a":{seq}}}"#)),
            (&dataset, &primary),
            owner,
            stamp,
        );
    }
    let leaves = unite(&fragments).leaves;
    assert_eq!(leaves.into_values().collect::<Vec<_>>(), ["3"]);
}

#[test]
fn fragments_are_by_dataset_and_primary_identity() {
    let mut fragments = Vec::new();
    assert_eq!(write(&mut fragments, 0, r#"{"a":1}"#, 1).0, 0);
    assert_eq!(write(&mut fragments, 1, r#"{"a":1}"#, 1).0, 1);
    assert_eq!(write(&mut fragments, 0, r#"{"b":1}"#, 2).0, 0);
    let other = Identity {
        namespace: "crmId".into(),
        value: "a".into(),
    };
    let owner = ProfileId::new(0, 9);
    let nothing = record("{}");
    let applied = apply(&mut fragments, &nothing, (&dataset(0), &other), owner, stamp(3));
    assert_eq!((applied.fragment, applied.written.iter().count()), (2, 0));
    let made = Fragment {
        owner,
        dataset: dataset(0),
        primary: other,
        leaves: Leaves::default(),
    };
    assert_eq!(fragments[2], made);
    assert_eq!(fragments[0].owner, ProfileId::new(0, 7));
}

#[test]
fn written_are_the_leaves_that_did_not_lose() {
    let first = (0, r#"{"p":{"x":1,"y":null},"q":[1]}"#, 5);
    assert_eq!(last_of(&[first]), ["p.x", "p.y", "q"]);
    // Equal values count, nulls over nothing too.
    assert_eq!(
        last_of(&[first, (0, r#"{"p":{"x":1},"z":null}"#, 6)]),
        ["p.x", "z"]
    );
    // In another fragment as well.
    assert_eq!(
        last_of(&[first, (1, r#"{"p":{"x":1,"y":2,"z":3},"r":1}"#, 4)]),
        ["p.z", "r"]
    );
    // A null or value above decides for all below it.
    assert_eq!(
        last_of(&[(0, r#"{"p":null}"#, 5), (1, r#"{"p":{"x":1,"q":{"y":null}}}"#, 4)]),
        Vec::<String>::new()
    );
    assert_eq!(
        last_of(&[(0, r#"{"p":7}"#, 5), (1, r#"{"p":{"x":1}}"#, 6)]),
        ["p", "p.x"]
    );
}

#[test]
fn an_object_is_written_where_it_ended_a_value() {
    assert_eq!(last_of(&[(0, r#"{"p":5}"#, 1), (1, r#"{"p":{}}"#, 2)]), ["p"]);
    assert_eq!(
        last_of(&[(0, r#"{"p":5}"#, 1), (0, r#"{"p":{}}"#, 2), (0, r#"{"p":{}}"#, 3)]),
        Vec::<String>::new()
    );
    assert_eq!(
        last_of(&[(0, r#"{"p":5}"#, 3), (0, r#"{"p":{}}"#, 2)]),
        Vec::<String>::new()
    );
    assert_eq!(
        last_of(&[(0, r#"{"p":{"x":1}}"#, 1), (0, r#"{"p":{}}"#, 2)]),
        Vec::<String>::new()
    );
    assert_eq!(
        last_of(&[(0, r#"{"p":null}"#, 1), (0, r#"{"p":{}}"#, 2)]),
        Vec::<String>::new()
    );
}

#[test]
fn a_late_scalar_under_an_object_is_written_by_what_it_removed() {
    let (old, new) = ((0, r#"{"p":{"x":1,"y":2}}"#, 1), (1, r#"{"p":{"y":3}}"#, 5));
    assert_eq!(last_of(&[old, new, (0, r#"{"p":5}"#, 3)]), ["p.x"]);
    assert_eq!(last_of(&[new, (0, r#"{"p":5}"#, 3)]), Vec::<String>::new());
}

#[test]
fn business_time_counts_unless_it_is_far_ahead() {
    let mut record = record("{}");
    let received = Timestamp::from_millis(1_000_000);
    for (business, expected) in [
        (None, 1_000_000),
        (Some(5), 5),
        (Some(1_000_001), 1_000_001),
        (Some(1_300_000), 1_300_000),
        (Some(1_300_001), 1_000_000),
    ] {
        record.business_time = business.map(Timestamp::from_millis);
        let stamp = stamp_of(&record, received, Seq(4));
        assert_eq!(
            (stamp.time.millis(), stamp.seq),
            (expected, Seq(4)),
            "{business:?}"
        );
    }
}

#[test]
fn a_fragment_keeps_only_what_can_still_matter() {
    let leaves = |writes: &[(&str, i64)]| {
        let mut fragments = Vec::new();
        for (attributes, at) in writes {
            write(&mut fragments, 0, attributes, *at);
        }
        let line = |leaf: Known<'_>| {
            let value = leaf.value;
            let value = value.map(|(at, json)| format!("{}@{}", json.unwrap_or("-"), at.time.millis()));
            let object = leaf.object.map(|at| format!("{{}}@{}", at.time.millis()));
            let all: Vec<String> = value.into_iter().chain(object).collect();
            format!("{}: {}", leaf.path, all.join(" "))
        };
        fragments[0].leaves.iter().map(line).collect::<Vec<_>>()
    };
    let object = (r#"{"p":{"x":1,"q":{"y":2}}}"#, 3);
    assert_eq!(
        leaves(&[object]),
        ["p: {}@3", "p.q: {}@3", "p.q.y: 2@3", "p.x: 1@3"]
    );
    // Above it all, later: nothing below matters any more.
    assert_eq!(leaves(&[object, (r#"{"p":null}"#, 4)]), ["p: -@4"]);
    assert_eq!(leaves(&[(r#"{"p":5}"#, 4), object]), ["p: 5@4"]);
    // Earlier: it hides what is older still.
    assert_eq!(
        leaves(&[object, (r#"{"p":null}"#, 2)]),
        ["p: -@2 {}@3", "p.q: {}@3", "p.q.y: 2@3", "p.x: 1@3"]
    );
    // A value that was ended keeps no text.
    assert_eq!(
        leaves(&[(r#"{"p":"long"}"#, 2), (r#"{"p":{}}"#, 3)]),
        ["p: -@2 {}@3"]
    );
}
