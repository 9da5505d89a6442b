use super::*;
use model::{Duration, Membership, ProfileId};

const VIP: SegmentNo = SegmentNo(1);

fn at(ms: i64) -> Timestamp {
    Timestamp::from_millis(ms)
}

fn definitions(changed_in: u64, state: SegmentState) -> Definitions {
    Definitions {
        version: RulesVersion(2),
        published_at: at(100),
        retention: Duration::days(90),
        segments: vec![SegmentDefinition {
            id: SegmentId::new("vip").expect("an id"),
            no: VIP,
            name: "VIP".to_owned(),
            expression: "vip".to_owned(),
            time_zone: model::ZoneName::default(),
            exclude_opt_out: true,
            state,
            changed_in: RulesVersion(changed_in),
            created: at(0),
            updated: at(0),
        }],
        ..Definitions::default()
    }
}

/// Nothing is known of the person, whom the store says to be a member since its last step.
fn member(next_due: Option<Timestamp>) -> State {
    let mut profile = Profile::new(ProfileId::new(0, 1), RulesVersion(1));
    profile.hot.stepped = at(50);
    profile.hot.next_due = next_due;
    profile.hot.memberships = vec![Membership {
        segment: VIP,
        status: Status::Realized,
        since: at(50),
    }];
    State::new(profile)
}

fn why(definitions: &Definitions, state: &State) -> Why {
    let rules = Rules::compile(definitions).expect("rules");
    let id = SegmentId::new("vip").expect("an id");
    of_segment(&rules, definitions, state, (&id, None), at(200)).expect("an answer")
}

#[test]
fn a_difference_is_told_by_what_makes_it() {
    let published = SegmentState::Published;
    for (changed_in, next_due, says) in [
        (
            2,
            None,
            "under definitions 1, and definitions 2 changed the segment",
        ),
        (
            2,
            Some(at(150)),
            "under definitions 1, and definitions 2 changed the segment",
        ),
        (
            1,
            Some(at(150)),
            "a timer that was due at 1970-01-01T00:00:00.150Z",
        ),
        (1, Some(at(250)), "a defect of Weir"),
        (1, None, "a defect of Weir"),
    ] {
        let why = why(&definitions(changed_in, published), &member(next_due));
        assert!(!why.explanation.holds);
        let [note] = why.notes.as_slice() else {
            panic!("{:?}", why.notes)
        };
        assert!(note.contains(says), "{note}");
    }
}

#[test]
fn what_is_not_evaluated_has_no_standing() {
    for (state, says) in [
        (SegmentState::Draft, "is a draft"),
        (SegmentState::Inactive, "is inactive"),
        (SegmentState::Archived, "is archived"),
    ] {
        let why = why(&definitions(1, state), &member(None));
        assert!(why.stored.is_none());
        assert!(
            why.notes.len() == 1 && why.notes[0].contains(says),
            "{:?}",
            why.notes
        );
    }
}

#[test]
fn another_segment_is_not_guessed() {
    let definitions = definitions(1, SegmentState::Published);
    let rules = Rules::compile(&definitions).expect("rules");
    let id = SegmentId::new("vipp").expect("an id");
    let error =
        of_segment(&rules, &definitions, &member(None), (&id, None), at(200)).expect_err("no such segment");
    assert!(
        matches!(&error, WhyError::NoSegment { near: Some(near), .. } if near == "vip"),
        "{error:?}"
    );
}
