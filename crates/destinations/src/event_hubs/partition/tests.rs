use super::*;

fn hub(ids: impl IntoIterator<Item = u64>) -> Partitions {
    Partitions::new(ids.into_iter().map(|id| id.to_string()).collect()).unwrap()
}

/// Computed by another program: `int.from_bytes(hashlib.sha256(str(n).encode()).digest()[:8], "big")`. They never
/// change: consumers and what is in flight rely on them.
#[test]
fn the_hash_of_a_profile_is_what_the_docs_say() {
    for (profile, expected) in [
        (1, 7_748_076_420_210_162_913),
        (2, 15_308_683_162_207_262_446),
        (3, 5_622_533_601_426_856_843),
        (281_474_976_710_657, 7_450_492_652_488_988_322),
        (281_474_976_710_658, 2_195_620_327_468_881_216),
        (u64::MAX, 3_232_219_103_750_899_294),
    ] {
        assert_eq!(hash(ProfileId::from_bits(profile)), expected, "{profile}");
    }
}

#[test]
fn a_profile_goes_to_its_partition_whatever_the_order_in_which_the_hub_lists_them() {
    let (first, second) = (
        ProfileId::from_bits(281_474_976_710_657),
        ProfileId::from_bits(281_474_976_710_658),
    );
    assert_eq!((hub(0..4).of(first), hub(0..4).of(second)), ("2", "0"));
    assert_eq!(hub((0..4).rev()), hub(0..4));
    // Of 2,000, the ids in numeric order, not "10" before "2".
    assert_eq!((hub(0..2000).of(first), hub(0..2000).of(second)), ("322", "1216"));
    assert_eq!(hub([7]).of(first), "7");
}

#[test]
fn profiles_spread_over_the_partitions() {
    let partitions = hub(0..8);
    let mut counts = std::collections::BTreeMap::<&str, u32>::new();
    for number in 0..8000 {
        *counts
            .entry(partitions.of(ProfileId::new(1, number)))
            .or_default() += 1;
    }
    assert_eq!(counts.len(), 8);
    assert!(
        counts.values().all(|count| (850..1150).contains(count)),
        "{counts:?}"
    );
}

#[test]
fn a_hub_without_partitions_is_none() {
    assert_eq!(Partitions::new(Vec::new()), None);
}
