use super::Rows;
use crate::engine::{Change, Key};
use proptest::prelude::*;
use std::collections::BTreeMap;

/// Keys of few kinds that have much in common: shorter than a number, as long, longer, and longer than fits in place.
fn key() -> impl Strategy<Value = Vec<u8>> {
    let byte = || prop::sample::select(vec![0, 1, 0xff]);
    let common = prop::sample::select(vec![0, 7, 14, 15, 16, 17, 40]);
    (0..3_u8, common, prop::collection::vec(byte(), 0..4)).prop_map(|(kind, common, end)| {
        let mut key = vec![7; common];
        key.insert(0, kind);
        key.extend(end);
        key
    })
}

#[derive(Clone, Debug)]
enum Act {
    Write(Vec<u8>, Option<u8>),
    Range(Vec<u8>, Vec<u8>),
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let act = prop_oneof![
        3 => (key(), prop::option::weighted(0.6, any::<u8>())).prop_map(|(key, value)| Act::Write(key, value)),
        1 => (key(), key()).prop_map(|(from, to)| Act::Range(from, to)),
    ];
    prop::collection::vec(act, 1..120)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 500, ..ProptestConfig::default() })]
    #[test]
    fn they_are_like_one_tree_of_keys(acts in acts()) {
        let mut rows = Rows::default();
        let mut plain: BTreeMap<Vec<u8>, Change> = BTreeMap::new();
        for act in acts {
            match act {
                Act::Write(key, value) => {
                    let change = value.map_or(Change::Delete, |value| match plain.get(&key) {
                        None | Some(Change::Delete) => Change::New(vec![value]),
                        Some(_) => Change::Put(vec![value]),
                    });
                    let earlier = plain.get(&key).cloned();
                    let both = match &earlier {
                        Some(earlier) => change.clone().after(earlier),
                        None => Some(change.clone()),
                    };
                    match both.clone() {
                        Some(both) => drop(plain.insert(key.clone(), both)),
                        None => drop(plain.remove(&key)),
                    }
                    let written = rows.write(Key::from(key.as_slice()), change);
                    prop_assert_eq!(written.earlier, earlier);
                    prop_assert_eq!(written.stays, both.is_some());
                    prop_assert_eq!(rows.get(&key), both.as_ref());
                }
                Act::Range(one, other) => {
                    let range = one.clone().min(other.clone())..one.max(other);
                    if range.is_empty() {
                        continue;
                    }
                    let expected: Vec<_> = plain.range(range.clone()).map(|(key, change)| (&key[..], change)).collect();
                    let found: Vec<_> = rows.range(&range).map(|(key, change)| (&**key, change)).collect();
                    prop_assert_eq!(&found, &expected);
                    let mut backwards: Vec<_> = rows.range(&range).rev().map(|(key, change)| (&**key, change)).collect();
                    backwards.reverse();
                    prop_assert_eq!(&backwards, &expected);
                }
            }
            prop_assert_eq!(rows.len(), plain.len());
            prop_assert!(plain.keys().all(|key| rows.get(key).is_some()));
        }
        let all: Vec<_> = rows.iter().map(|(key, change)| (&**key, change)).collect();
        let expected: Vec<_> = plain.iter().map(|(key, change)| (&key[..], change)).collect();
        prop_assert_eq!(all, expected);
    }
}
