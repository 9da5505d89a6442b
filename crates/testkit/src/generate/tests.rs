use super::script;
use crate::plan::Plan;
use crate::script::Operation;
use model::SegmentState;
use std::collections::BTreeMap;

fn plans(seed: u64) -> Vec<Plan> {
    let plan = |operation| match operation {
        Operation::Publish(plan, _) => Some(plan),
        _ => None,
    };
    script(seed).operations.into_iter().filter_map(plan).collect()
}

#[test]
fn the_same_seed_gives_the_same_script() {
    for seed in 0..20 {
        let (one, two) = (script(seed), script(seed));
        assert_eq!(one.operations, two.operations);
        assert_ne!(one.operations, script(seed + 1).operations);
    }
}

#[test]
fn a_script_begins_with_rules() {
    for seed in 0..100 {
        let first = script(seed).operations.into_iter().next();
        let Some(Operation::Publish(plan, _)) = first else {
            panic!("seed {seed} begins with {first:?}");
        };
        assert!(plan.segments.len() >= 3 && !plan.dataflows.is_empty());
    }
}

#[test]
fn every_plan_may_be_published() {
    for seed in 0..300 {
        for plan in plans(seed) {
            let published = |id| plan.published(id).is_some();
            for (id, segment) in plan
                .segments
                .iter()
                .filter(|(_, s)| s.state == SegmentState::Published)
            {
                // References go to published segments of smaller name only, so there is no circle.
                let good = segment
                    .rule
                    .references()
                    .into_iter()
                    .all(|other| other < id && published(other));
                assert!(good, "seed {seed}: {id} is {}", segment.rule);
            }
            for flow in plan.dataflows.values() {
                assert!(flow.segments.iter().all(published), "seed {seed}");
                let triggers = flow.triggers;
                assert!(triggers.membership || triggers.identity || triggers.attribute);
                let mut referred = flow.filter.iter().flat_map(crate::rule::Rule::references);
                assert!(referred.all(published), "seed {seed}");
            }
        }
    }
}

#[test]
fn different_rules_print_differently() {
    let mut seen = BTreeMap::new();
    for seed in 0..300 {
        for plan in plans(seed) {
            for rule in plan.rules() {
                let known = seen.entry(rule.to_string()).or_insert_with(|| rule.clone());
                assert_eq!(known, rule);
            }
        }
    }
    assert!(seen.len() > 1_000, "only {} different rules", seen.len());
}
