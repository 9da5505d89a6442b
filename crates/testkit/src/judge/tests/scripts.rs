//! The judge over random scripts, against itself.

use crate::generate::script;
use crate::judge::{Heard, Judge};
use crate::plan::Plan;
use crate::script::{Operation, Reach, Script};
use model::{Cause, Duration, ProfileId, Status, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

fn retention(script: &Script) -> Duration {
    match script.operations.first() {
        Some(Operation::Publish(plan, _)) => plan.retention,
        other => panic!("a script begins with a publish, not {other:?}"),
    }
}

/// Plays what concerns the judge. The job follows every publish at once.
fn play(mut judge: Judge, script: &Script, mut heard: impl FnMut(&Operation, Option<Heard>)) -> Judge {
    let mut now = script.start;
    for operation in &script.operations {
        let mut answer = None;
        match operation {
            Operation::Post(post) => answer = Some(judge.post(post, now)),
            Operation::Advance(span) => now = now + *span,
            Operation::Tick => judge.tick(now),
            Operation::Publish(plan, _) => {
                judge.publish(plan, now);
                judge.visit(Reach::ALL, now);
            }
            Operation::Visit(_) | Operation::Answers(..) | Operation::Crash(_) | Operation::Fault(..) => {}
        }
        heard(operation, answer);
    }
    judge.tick(now);
    judge
}

fn judge_of(script: &Script) -> Judge {
    Judge::new(ProfileId::from_bits(1), retention(script))
}

#[test]
fn no_instant_is_forgotten() {
    // Where a world is measured in milliseconds, every one of them can be looked at.
    let mut worlds = 0;
    for seed in 0..400 {
        let script = script(seed);
        let span: i64 = script
            .operations
            .iter()
            .map(|op| {
                if let Operation::Advance(s) = op {
                    s.millis()
                } else {
                    0
                }
            })
            .sum();
        if span > 3_000 {
            continue;
        }
        worlds += 1;
        let quick = play(judge_of(&script), &script, |_, _| {});
        let slow = play(
            judge_of(&script).looking_at_every_millisecond(),
            &script,
            |_, _| {},
        );
        assert_eq!(quick.transitions(), slow.transitions(), "seed {seed}");
        assert_eq!(quick.exports(), slow.exports(), "seed {seed}");
    }
    assert!(worlds >= 10, "only {worlds} worlds are small enough");
}

#[test]
fn ticks_decide_nothing_by_themselves() {
    // As long as no rule changes, it does not matter when what is due is noticed.
    for seed in 0..100 {
        let mut script = script(seed);
        let mut first = true;
        script
            .operations
            .retain(|op| !matches!(op, Operation::Publish(..)) || std::mem::take(&mut first));
        let with = play(judge_of(&script), &script, |_, _| {});
        script.operations.retain(|op| *op != Operation::Tick);
        let without = play(judge_of(&script), &script, |_, _| {});
        assert_eq!(by_profile(&with), by_profile(&without), "seed {seed}");
    }
}

fn by_profile(judge: &Judge) -> BTreeMap<ProfileId, Vec<String>> {
    let mut lines: BTreeMap<ProfileId, Vec<String>> = BTreeMap::new();
    for transition in judge.transitions() {
        lines
            .entry(transition.profile)
            .or_default()
            .push(format!("{transition:?}"));
    }
    for export in judge.exports() {
        lines
            .entry(export.profile)
            .or_default()
            .push(format!("{export:?}"));
    }
    lines
}

#[test]
fn a_status_alternates_and_revisions_count() {
    for seed in 0..100 {
        let script = script(seed);
        let judge = play(judge_of(&script), &script, |_, _| {});
        let mut last = BTreeMap::new();
        for export in judge.exports() {
            let place = (export.dataflow.clone(), export.profile);
            let before = last.insert(place, (export.revision, export.emitted_at));
            let (revision, at) = before.unwrap_or((0, Timestamp::MIN));
            assert_eq!(export.revision, revision + 1, "seed {seed}");
            assert!(export.emitted_at >= at, "seed {seed}");
            assert!(!export.causes.is_empty(), "seed {seed}");
        }
    }
}

/// Counts how often the scripts reach what they are made for.
#[test]
fn the_scripts_reach_the_edges() {
    let mut reached: BTreeMap<&str, usize> = BTreeMap::new();
    let mut count = |what, times: usize| *reached.entry(what).or_default() += times;
    for seed in 0..200 {
        let script = script(seed);
        let mut plans: Vec<Plan> = Vec::new();
        let mut now = script.start;
        let mut instants = BTreeSet::from([now]);
        let judge = play(judge_of(&script), &script, |operation, answer| {
            match answer {
                Some(Heard::Duplicate) => count("duplicates", 1),
                Some(Heard::Bad) => count("bad messages", 1),
                Some(Heard::Accepted) => count("messages", 1),
                None => {}
            }
            match operation {
                Operation::Publish(plan, _) => plans.push(plan.clone()),
                Operation::Crash(_) => count("crashes", 1),
                Operation::Advance(span) => {
                    now = now + *span;
                    instants.insert(now);
                }
                _ => {}
            }
        });
        let alone = judge
            .transitions()
            .iter()
            .filter(|t| !instants.contains(&t.at))
            .count();
        count("by time alone", alone);
        count("publishes", plans.len());
        count(
            "filters",
            plans
                .iter()
                .flat_map(|p| p.dataflows.values())
                .filter(|f| f.filter.is_some())
                .count(),
        );
        let entered = judge
            .transitions()
            .iter()
            .filter(|t| t.status == Status::Realized)
            .count();
        count("entered", entered);
        count("exited", judge.transitions().len() - entered);
        for export in judge.exports() {
            count("exports", 1);
            count("merged profiles", export.merged.len());
            count(
                "exports with several transitions",
                usize::from(export.transitions.len() > 1),
            );
            for cause in &export.causes {
                count(cause.as_str(), 1);
            }
        }
        count(
            "exports of several causes",
            judge.exports().iter().filter(|e| e.causes.len() > 1).count(),
        );
        let merged_exit = |e: &&crate::judge::Expected| {
            e.causes.contains(&Cause::Merged) && e.transitions.iter().any(|t| t.status == Status::Exited)
        };
        count(
            "exits by joins",
            judge.exports().iter().filter(merged_exit).count(),
        );
        let at_cap = judge
            .ids()
            .into_iter()
            .filter(|id| judge.identities(*id).len() == 50)
            .count();
        count("profiles at the cap", at_cap);
    }
    let rare = |what: &str| if what == "profiles at the cap" { 3 } else { 20 };
    let missed: Vec<_> = reached
        .iter()
        .filter(|(what, times)| **times < rare(what))
        .collect();
    println!("{reached:#?}");
    assert!(missed.is_empty(), "the scripts hardly reach {missed:?}");
}
