//! The bytes of keys and values.

use super::part::Part;
use super::{codec, table::after};
use crate::digest::Digest;
use crate::engine::{Batch, Engine, Key, Memory};
use crate::error::Error;
use crate::keys::{META, TIMERS};
use crate::keyspace::Space;
use model::{Class, DataflowNo, DatasetId, ExportSeq, ProfileId, Timestamp};
use proptest::prelude::*;
use std::collections::BTreeSet;

type LaneKey = (DataflowNo, Class, Timestamp, ExportSeq);

fn lane_key() -> impl Strategy<Value = LaneKey> {
    let class = prop_oneof![Just(Class::Live), Just(Class::Bulk)];
    (0..3_u32, class, any::<i64>(), any::<u64>()).prop_map(|(flow, class, due, seq)| {
        (
            DataflowNo(flow),
            class,
            Timestamp::from_millis(due),
            ExportSeq(seq),
        )
    })
}

fn bytes(part: &impl Part) -> Key {
    let mut out = Key::new();
    part.write(&mut out);
    out
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn the_order_of_keys_is_the_order_of_their_bytes(one in lane_key(), other in lane_key()) {
        prop_assert_eq!(one.cmp(&other), bytes(&one).cmp(&bytes(&other)));
        let mut rest = &bytes(&one)[..];
        prop_assert_eq!(LaneKey::read(&mut rest), Some(one));
        prop_assert!(rest.is_empty());
    }

    #[test]
    fn a_prefix_covers_its_keys_and_no_other(due: i64, profile: u64, other: i64) {
        let range = TIMERS.prefix(&Timestamp::from_millis(due));
        let key = |due| TIMERS.key(&(Timestamp::from_millis(due), ProfileId::from_bits(profile))).to_vec();
        prop_assert!(range.contains(&key(due)));
        prop_assert_eq!(range.contains(&key(other)), due == other);
    }
}

#[test]
fn extremes_are_in_range() {
    let key = TIMERS
        .key(&(Timestamp::MAX, ProfileId::from_bits(u64::MAX)))
        .to_vec();
    assert!(TIMERS.prefix(&Timestamp::MAX).contains(&key));
    assert!(TIMERS.prefix(&()).contains(&key));
    assert!(TIMERS.from(&Timestamp::MIN).contains(&key));
    assert!(after(&key) > key);
}

#[test]
fn every_key_space_has_its_own_byte_and_name() {
    let bytes: BTreeSet<u8> = Space::ALL.iter().map(|space| space.prefix()).collect();
    let names: BTreeSet<&str> = Space::ALL.iter().map(|space| space.name()).collect();
    assert_eq!((bytes.len(), names.len()), (Space::ALL.len(), Space::ALL.len()));
    assert!(Space::ALL.is_sorted());
}

#[test]
fn names_do_not_run_together() {
    let of = |dataset: &str, id: &str| Digest::of_event(&DatasetId::new(dataset).unwrap(), id);
    assert_ne!(of("ab", "c"), of("a", "bc"));
    assert_eq!(format!("{:?}", of("web", "e1")).len(), 32);
}

#[test]
fn a_damaged_value_is_refused_and_named() {
    let whole = codec::encode(2, &(7_u64, "text")).unwrap();
    let decode = |bytes: &[u8]| codec::decode::<(u64, String)>(2, |_, _| None, bytes);
    assert_eq!(decode(&whole), Ok((7, "text".to_owned())));
    let mut longer = whole.clone();
    longer.push(0);
    let mut newer = whole.clone();
    newer[0] = 3;
    let mut older = whole.clone();
    older[0] = 1;
    for damaged in [&whole[..whole.len() - 1], &longer, &newer, &older, &[]] {
        assert!(decode(damaged).is_err(), "{damaged:?}");
    }

    let read_older = |version, body: &[u8]| {
        let before: Option<u64> = codec::whole(body).ok().filter(|_| version == 1);
        before.map(|number| (number, String::new()))
    };
    let before = codec::encode(1, &7_u64).unwrap();
    assert_eq!(codec::decode(2, read_older, &before), Ok((7, String::new())));

    let memory = Memory::new();
    let mut batch = Batch::default();
    batch.put(META.key(&()), vec![9, 9]);
    memory.commit(batch).unwrap();
    let error = META.get(&memory, &()).unwrap_err();
    assert!(
        matches!(&error, Error::Corrupt { space: "meta", key, .. } if key == "5a"),
        "{error}"
    );
}
