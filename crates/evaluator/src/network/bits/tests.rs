use super::{Bits, among, run};
use std::collections::BTreeSet;

#[test]
fn numbers_go_in_and_out() {
    let mut bits = Bits::none(130);
    assert_eq!(bits.next(0), None);
    for at in [0, 63, 64, 129] {
        assert!(bits.set(at, true), "{at} was not in");
        assert!(!bits.set(at, true), "{at} is in already");
    }
    assert_eq!(
        (bits.next(0), bits.next(1), bits.next(64)),
        (Some(0), Some(63), Some(64))
    );
    assert!(bits.set(64, false));
    assert_eq!((bits.next(64), bits.next(130)), (Some(129), None));
    assert!(bits.get(129) && !bits.get(128));
    assert_eq!((Bits::all(65).next(64), Bits::all(65).next(65)), (Some(64), None));
}

#[test]
fn a_range_is_replaced_and_nothing_beside_it() {
    for (start, end) in [(3, 5), (60, 70), (0, 64), (64, 64), (1, 190), (128, 192)] {
        let ones: Vec<u32> = (0..192).filter(|n| n % 3 == 0).collect();
        let mut bits = Bits::none(192);
        for at in (0..192).step_by(2) {
            bits.set(at, true);
        }
        let mut told = BTreeSet::new();
        bits.replace(
            start..end,
            |word| among(&ones, word),
            |at| {
                told.insert(at);
            },
        );
        for at in 0..192 {
            let (before, within) = (at % 2 == 0, (start..end).contains(&at));
            let after = if within { at % 3 == 0 } else { before };
            assert_eq!(bits.get(at), after, "{at} of {start}..{end}");
            assert_eq!(told.contains(&at), before != after, "{at} of {start}..{end}");
        }
    }
}

#[test]
fn a_run_is_what_the_range_says() {
    for range in [0..0, 0..1, 63..65, 5..200, 64..128] {
        for at in 0..256 {
            assert_eq!(
                run(&range, at / 64) >> (at % 64) & 1 == 1,
                range.contains(&at),
                "{at} of {range:?}"
            );
        }
    }
}

#[test]
fn what_two_sets_share_is_what_is_in_both() {
    let of = |numbers: &[usize]| {
        let mut bits = Bits::none(200);
        for at in numbers {
            bits.set(*at, true);
        }
        bits
    };
    let (one, other) = (of(&[0, 3, 63, 64, 130, 199]), of(&[0, 4, 63, 65, 130, 198]));
    assert_eq!(one.both(&other).collect::<Vec<_>>(), [0, 63, 130]);
    assert_eq!(one.both(&of(&[])).next(), None);
}
