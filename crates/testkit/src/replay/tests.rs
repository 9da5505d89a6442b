use super::{Cuts, Played, replay};
use crate::decided::{by_profile, difference, expected, profile_difference};
use crate::generate::script;
use crate::judge::{Heard, Judge};
use crate::script::{Operation, Script};
use crate::world::seeds;
use ingest::{Answer, Crew};
use model::{DataflowId, Profile, ProfileId};
use std::collections::BTreeMap;
use std::fmt::Debug;

/// What must come of a script, as [`replay`] plays it.
fn judge(script: &Script, played: &Played) -> (Judge, Vec<Heard>) {
    let mut dues = played.dues.iter();
    let Some(Operation::Publish(first, _)) = script.operations.first() else {
        panic!("a script begins with a publish");
    };
    let mut judge = Judge::new(ProfileId::new(0, 1), first.retention);
    let mut heard = Vec::new();
    let mut now = script.start;
    for operation in &script.operations {
        match operation {
            Operation::Post(post) => heard.push(judge.post(post, now)),
            Operation::Advance(span) => now = now + *span,
            Operation::Tick => judge.tick(now),
            Operation::Publish(plan, reach) => {
                let dues = dues.next().expect("as many publishes were played");
                if judge.publish(plan, now) {
                    judge.hear_dues(dues);
                }
                judge.tick(now);
                judge.visit(*reach, now);
            }
            Operation::Visit(reach) => judge.visit(*reach, now),
            Operation::Answers(..) | Operation::Crash(_) | Operation::Fault(..) => {}
        }
    }
    judge.tick(now);
    (judge, heard)
}

fn wrong(script: &Script, cuts: Cuts, crew: &Crew) -> Option<String> {
    let played = replay(script, cuts, crew);
    let (judge, heard) = judge(script, &played);
    let same = |(answer, heard): (&Answer, &Heard)| match answer {
        Answer::Accepted => *heard == Heard::Accepted,
        Answer::Duplicate => *heard == Heard::Duplicate,
        Answer::Bad(_) => *heard == Heard::Bad,
        Answer::Failed(_) => false,
    };
    if let Some(at) = (0..heard.len()).find(|at| !same((&played.answers[*at], &heard[*at]))) {
        return Some(format!(
            "post {at} was {:?}, expected {:?}",
            played.answers[at], heard[at]
        ));
    }
    let exports: Vec<_> = played.exports.iter().map(expected).collect();
    difference(&judge, &played.transitions, &exports).or_else(|| {
        let ids: Vec<ProfileId> = played.profiles.iter().map(|profile| profile.id).collect();
        if ids != judge.ids() {
            return Some(format!("the profiles are {ids:?}, expected {:?}", judge.ids()));
        }
        let mut profiles = played.profiles.iter();
        profiles.find_map(|profile| profile_difference(&judge, profile, &played.names))
    })
}

#[test]
fn the_engine_decides_what_the_judge_expects() {
    let crew = Crew::sharing(3, 1).expect("threads start");
    for seed in seeds(150) {
        let script = script(seed);
        if let Some(why) = wrong(&script, Cuts::Anywhere(seed), &crew) {
            let one_by_one = |script: &Script| wrong(script, Cuts::Every(1), &crew);
            let short = script.shrunk(|script| one_by_one(script).is_some());
            let why = one_by_one(&short).unwrap_or(why);
            panic!("{why}\n{short}");
        }
    }
}

/// Rendered exports by dataflow and profile, in order of decision.
fn bytes(played: &Played) -> BTreeMap<(&DataflowId, ProfileId), Vec<(u64, String)>> {
    let mut all: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for export in &played.exports {
        let rendered = dispatcher::render(export, true).expect("it can be rendered");
        let body = String::from_utf8(rendered.body).expect("JSON is UTF-8");
        let chain = (&export.dataflow, export.profile);
        all.entry(chain).or_default().push((export.revision.0, body));
    }
    all
}

/// Everything of what came of a script that may not depend on where batches end.
fn meaning(played: &Played) -> impl PartialEq + Debug {
    let kept = |profile: &Profile| {
        let memberships = profile.hot.memberships.clone();
        (
            profile.id,
            profile.identities.clone(),
            profile.fragments.clone(),
            memberships,
        )
    };
    let profiles: Vec<_> = played.profiles.iter().map(kept).collect();
    let bytes: BTreeMap<_, _> = bytes(played)
        .into_iter()
        .map(|((flow, id), all)| ((flow.clone(), id), all))
        .collect();
    (
        played.answers.clone(),
        by_profile(&played.transitions),
        bytes,
        profiles,
    )
}

#[test]
fn a_batch_is_a_unit_of_commit_never_of_meaning() {
    let (mut one_by_one, mut at_once) = (0, 0);
    let crew = Crew::sharing(2, 1).expect("threads start");
    for seed in 0..30 {
        let script = script(seed);
        let single = replay(&script, Cuts::Every(1), &Crew::alone());
        let whole = replay(&script, Cuts::Every(1_000), &crew);
        one_by_one += single.batches;
        at_once += whole.batches;
        assert_eq!(
            meaning(&whole),
            meaning(&single),
            "seed {seed}, in batches as long as may be"
        );
        for cuts in [Cuts::Every(7), Cuts::Anywhere(seed), Cuts::Anywhere(seed + 1)] {
            let other = replay(&script, cuts.clone(), &crew);
            assert_eq!(meaning(&other), meaning(&single), "seed {seed}, {cuts:?}");
        }
    }
    let differ = at_once * 2 < one_by_one;
    assert!(
        differ,
        "{at_once} batches against {one_by_one}: hardly any cut differs"
    );
}

/// Everything of what came of a script, the order of all that was decided included.
fn whole(played: Played) -> impl PartialEq + Debug {
    let Played {
        transitions,
        exports,
        answers,
        profiles,
        dues,
        batches,
        ..
    } = played;
    (transitions, exports, answers, profiles, dues, batches)
}

#[test]
fn threads_decide_nothing() {
    let crews = [2, 5].map(|threads| Crew::sharing(threads, 1).expect("threads start"));
    for seed in 100..130 {
        let script = script(seed);
        for cuts in [Cuts::Every(1_000), Cuts::Anywhere(seed)] {
            let alone = whole(replay(&script, cuts.clone(), &Crew::alone()));
            for crew in &crews {
                let together = whole(replay(&script, cuts.clone(), crew));
                assert_eq!(together, alone, "seed {seed}, {cuts:?}, {crew:?}");
            }
        }
    }
}
