use super::{Ledger, SAMPLED, Sample};
use crate::cache::Cache;
use evaluator::{Charge, Cost, Rules};
use model::{
    Definitions, ProfileId, RulesVersion, SegmentDefinition, SegmentId, SegmentNo, SegmentState, Seq,
    Timestamp,
};
use std::sync::Arc;

fn rules(segments: &[(u32, u64)]) -> Rules {
    let segment = |(no, changed): &(u32, u64)| SegmentDefinition {
        id: SegmentId::new(&format!("s{no}")).unwrap(),
        no: SegmentNo(*no),
        name: format!("s{no}"),
        expression: "points >= 1".to_owned(),
        time_zone: model::ZoneName::default(),
        exclude_opt_out: true,
        state: SegmentState::Published,
        changed_in: RulesVersion(*changed),
        created: Timestamp::MIN,
        updated: Timestamp::MIN,
    };
    let definitions = Definitions {
        version: RulesVersion(9),
        segments: segments.iter().map(segment).collect(),
        ..Definitions::default()
    };
    Rules::compile(&definitions).unwrap()
}

fn at(ms: i64) -> Timestamp {
    Timestamp::from_millis(ms)
}

fn charge(segment: usize) -> Charge {
    Charge {
        segment,
        ticks: 2.5,
        evaluations: 3,
        fallbacks: 1,
    }
}

/// (segment, since, evaluations, flips, fallbacks, nanoseconds).
type Told = Vec<(u32, i64, u64, u64, u64, f64)>;

fn told(ledger: &Ledger, rules: &Rules) -> Told {
    let costs = ledger.costs(rules, &Cache::alone());
    let of = |s: &super::SegmentCost| {
        (
            s.segment.0,
            s.since.millis(),
            s.evaluations,
            s.flips,
            s.fallbacks,
            s.nanos,
        )
    };
    costs.segments.iter().map(of).collect()
}

#[test]
fn a_sample_is_scaled_flips_are_not_and_what_goes_on_keeps_its_figures() {
    let first = rules(&[(1, 1), (2, 1), (3, 1)]);
    let mut ledger = Ledger::new(&first, at(10));
    let cost = Cost {
        ticks: 11,
        charges: vec![charge(0), charge(1), charge(0), charge(2)],
    };
    ledger.add(&first, std::slice::from_ref(&cost));
    ledger.flipped([1, 1, 3, 77].map(SegmentNo).into_iter());
    let n = SAMPLED;
    let of = |no, since, looks: u64, flips, asked: u64, ticks: f64| {
        (no, since, looks * n, flips, asked * n, ticks * n as f64)
    };
    let expected = vec![
        of(1, 10, 6, 2, 2, 5.0),
        of(2, 10, 3, 0, 1, 2.5),
        of(3, 10, 3, 1, 1, 2.5),
    ];
    assert_eq!(told(&ledger, &first), expected);
    assert_eq!(
        ledger.costs(&first, &Cache::alone()).nanos.to_bits(),
        (11.0 * n as f64).to_bits()
    );

    // 1 goes on, 2 means something else, 3 is gone, 4 is new.
    let second = rules(&[(1, 1), (2, 8), (4, 9)]);
    ledger.enforce(&second, at(20));
    ledger.add(
        &second,
        &[Cost {
            ticks: 1,
            charges: vec![charge(1)],
        }],
    );
    let expected = vec![
        of(1, 10, 6, 2, 2, 5.0),
        of(2, 20, 3, 0, 1, 2.5),
        of(4, 20, 0, 0, 0, 0.0),
    ];
    assert_eq!(told(&ledger, &second), expected);
}

#[test]
fn a_sample_is_as_large_as_it_says_whatever_the_rhythm_of_the_numbers() {
    let sample = Sample::of(SAMPLED, Arc::new(|| 0));
    for step in [1, 2, 7, 64, 128, 1_000] {
        let messages = (0..100_000).filter(|n| sample.has_message(Seq(n * step))).count();
        let looks =
            (0..100_000).filter(|n| sample.has_look(ProfileId::new(0, 5), at((n * step).cast_signed())));
        let people =
            (0..100_000).filter(|n| sample.has_look(ProfileId::new(0, n * step), at(1_700_000_000_000)));
        for found in [messages, looks.count(), people.count()] {
            let expected = 100_000 / SAMPLED as usize;
            assert!(
                found.abs_diff(expected) < expected / 4,
                "step {step}: {found} of {expected}"
            );
        }
    }
    let all = Sample::of(1, Arc::new(|| 0));
    assert!((0..1_000).all(|n| all.has_message(Seq(n))));
}
