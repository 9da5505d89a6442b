//! Joins: product specification, section 3.

use super::case::{Case, bought, id, level, path, vip};
use crate::judge::Heard;
use model::{Identity, ProfileId, Triggers};

fn p1() -> ProfileId {
    ProfileId::from_bits(1)
}

#[test]
fn the_smallest_id_survives_and_the_others_lead_to_it() {
    let mut case = Case::of(&[]);
    case.record(100, "a", "\"x\":1");
    case.record(101, "b", "\"x\":2");
    case.record(102, "c", "\"x\":3");
    case.record(103, "c b", "\"y\":1");
    case.record(104, "b a", "\"z\":1");
    assert_eq!(case.judge.ids(), [p1()]);
    assert_eq!(case.judge.survivor(ProfileId::from_bits(3)), Some(p1()));
    // Names by age: each came with its own message.
    let names: Vec<_> = case
        .judge
        .identities(p1())
        .into_iter()
        .map(|identity| identity.value)
        .collect();
    assert_eq!(names, ["a", "b", "c"]);
}

#[test]
fn realized_and_still_true_is_no_transition_and_dates_from_the_earlier() {
    let mut case = Case::of(&[("s", vip())]);
    case.record(100, "a", "\"vip\":true");
    case.record(110, "b", "\"vip\":true");
    case.record(120, "a b", "\"x\":1");
    assert_eq!(case.transitions(), ["P1 s realized@100", "P2 s realized@110"]);
    // Both ids were told: `merged`; and the identities of a member changed.
    assert_eq!(
        case.exports()[2..],
        ["P1 #2 identity merged @120 [] {s realized@100}"]
    );
    assert_eq!(case.last_export().merged, [ProfileId::from_bits(2)]);
}

#[test]
fn realized_in_one_and_never_in_the_other_is_still_no_transition() {
    // P1 never was in it, P2 is since 110: the union is realized since 110.
    let mut case = Case::of(&[("s", vip())]);
    case.record(100, "a", "\"x\":1");
    case.record(110, "b", "\"vip\":true");
    case.record(120, "a b", "\"x\":1");
    assert_eq!(case.transitions(), ["P2 s realized@110"]);
    assert_eq!(case.standing(), ["s realized@110"]);
    // Told on the absorbed id only; the survivor never exported, so it begins at 1.
    assert_eq!(
        case.exports()[1..],
        ["P1 #1 identity merged @120 [] {s realized@110}"]
    );
}

#[test]
fn no_longer_true_is_an_exit_of_the_survivor() {
    // P2 is gold since 110 by its own clock, P1 silver since 111: united, the later write shows.
    let mut case = Case::of(&[("s", level("gold"))]);
    case.flow().triggers = Triggers {
        membership: false,
        identity: false,
        attribute: true,
    };
    case.publish(1);
    case.dated(100, 111, "a", "\"level\":\"silver\"");
    case.dated(110, 110, "b", "\"level\":\"gold\"");
    // Without the membership trigger nobody hears of P2, so the join has nothing to correct.
    case.record(120, "a b", "\"x\":1");
    assert_eq!(case.transitions(), ["P2 s realized@110", "P1 s exited@120"]);
    assert_eq!(case.exports(), [""; 0]);

    // The same with `level` mapped: P2 was told realized, and now the exit is told whatever the triggers.
    let mut case = Case::of(&[("s", level("gold"))]);
    case.flow().triggers = Triggers {
        membership: false,
        identity: false,
        attribute: true,
    };
    case.flow().attributes = [path("level")].into();
    case.publish(1);
    case.dated(100, 111, "a", "\"level\":\"silver\"");
    case.dated(110, 110, "b", "\"level\":\"gold\"");
    case.record(120, "a b", "\"x\":1");
    assert_eq!(
        case.exports(),
        [
            "P2 #1 attribute @110 [s realized] {s realized@110}",
            "P1 #1 merged @120 [s exited] {s exited@120}"
        ]
    );
}

#[test]
fn each_is_brought_to_now_before_they_meet() {
    // P2's window of 10 ends at 120, the join comes at 130: P2 left as P2, and what was told was withdrawn.
    let mut case = Case::of(&[("s", bought(1, 10, false))]);
    case.record(100, "a", "\"x\":1");
    case.event(110, "b", "e", 110);
    case.record(130, "a b", "\"x\":1");
    assert_eq!(case.transitions(), ["P2 s realized@110", "P2 s exited@120"]);
    assert_eq!(
        case.exports(),
        [
            "P2 #1 membership identity @110 [s realized] {s realized@110}",
            "P2 #2 membership @120 [s exited] {s exited@120}",
        ]
    );
    assert_eq!(case.standing(), ["s exited@120"]);
}

#[test]
fn counts_add_up_and_the_first_accepted_of_duplicates_counts() {
    let mut case = Case::of(&[("s", bought(2, 100, false)), ("t", bought(3, 100, false))]);
    case.event(100, "a", "e", 100);
    case.event(110, "b", "e", 105);
    case.event(111, "b", "f", 111);
    assert_eq!(case.transitions(), ["P2 s realized@111"]);
    // Joined: `e` once (of 100) and `f`: two, not three. At 200 the first `e` leaves and the other stays shadowed.
    case.record(120, "a b", "\"x\":1");
    case.tick(1_500);
    assert_eq!(case.transitions(), ["P2 s realized@111", "P1 s exited@200"]);
    assert_eq!(case.event(1_060, "a", "e", 1_060), Heard::Duplicate);
}

#[test]
fn a_shadowed_duplicate_never_comes_back() {
    // The first `e` of P1 is of 100 and forgotten at 1,100; the shadowed one of 1,000 would still count then.
    let mut case = Case::of(&[("s", bought(1, 500, true))]);
    case.event(100, "a", "e", 100);
    case.event(1_000, "b", "e", 1_000);
    case.record(1_050, "a b", "\"x\":1");
    case.tick(1_090);
    // P1 left at 601. P2 is in since 1,000; united, nothing in the window holds it.
    assert_eq!(
        case.transitions(),
        [
            "P1 s realized@100",
            "P2 s realized@1000",
            "P1 s exited@601",
            "P1 s exited@1050"
        ]
    );
    case.tick(1_300);
    assert_eq!(case.transitions().len(), 4);
    // The id itself is free again.
    assert_eq!(case.event(1_300, "a", "e", 1_300), Heard::Accepted);
}

#[test]
fn a_join_is_one_step_with_its_message() {
    // The message makes the united profile a member: one export with all its causes.
    let mut case = Case::of(&[("s", vip()), ("t", bought(2, 100, false))]);
    case.event(100, "a", "e", 100);
    case.record(105, "b", "\"vip\":true");
    case.event(110, "a b", "f", 110);
    assert_eq!(
        case.exports()[1..],
        ["P1 #1 membership identity merged @110 [t realized] {s realized@105, t realized@110}"]
    );
}

#[test]
fn three_meet_at_once() {
    let mut case = Case::of(&[("s", vip())]);
    case.record(100, "a", "\"vip\":false");
    case.record(101, "b", "\"vip\":true");
    case.record(102, "c", "\"x\":1");
    case.record(103, "c b a", "\"vip\":true");
    assert_eq!(
        case.last_export().merged,
        [ProfileId::from_bits(2), ProfileId::from_bits(3)]
    );
    assert_eq!(
        case.exports()[1..],
        ["P1 #1 identity merged @103 [] {s realized@101}"]
    );
}

#[test]
fn the_oldest_identity_above_fifty_gives_way_and_starts_anew() {
    let mut case = Case::of(&[("s", vip())]);
    case.record(100, "a", "\"vip\":true");
    let names: Vec<String> = (0..49).map(|n| format!("n{n}")).collect();
    for (n, name) in names.iter().enumerate() {
        case.record(101 + n as i64, &format!("a {name}"), "\"x\":1");
    }
    assert_eq!(case.judge.identities(p1()).len(), 50);
    case.record(200, "a last", "\"x\":1");
    // `a` is the oldest, but the message names it: `n0` goes.
    let left = case.judge.identities(p1());
    let has = |value: &str| {
        left.contains(&Identity {
            namespace: "email".into(),
            value: value.into(),
        })
    };
    assert!(left.len() == 50 && has("a") && !has("n0") && has("last"));
    assert!(case.last_export().causes.contains(&model::Cause::Identity));
    // It starts a new profile.
    case.record(210, "n0", "\"vip\":true");
    assert_eq!(case.judge.ids(), [p1(), ProfileId::from_bits(2)]);
    assert_eq!(case.judge.memberships(p1()).len(), 1);
    assert_eq!(case.last_export().profile, ProfileId::from_bits(2));
    assert_eq!(case.last_export().memberships[0].segment, id("s"));
}

#[test]
fn a_duplicate_does_not_even_join() {
    let mut case = Case::of(&[]);
    case.event(100, "a", "e", 100);
    case.record(100, "b", "\"x\":1");
    assert_eq!(case.event(110, "a b", "e", 100), Heard::Duplicate);
    assert_eq!(case.judge.ids().len(), 2);
}
