//! Flights, and where claims begin to look.

use super::{Claims, Flight, Holder};
use model::{Class, DataflowNo, ExportSeq, Lane, ProfileId, Revision, Timestamp};

const LANE: Lane = Lane {
    dataflow: DataflowNo(1),
    class: Class::Live,
};
fn flying() -> Holder {
    Holder::Flight(Flight {
        lane: LANE,
        profile: ProfileId::from_bits(7),
        revision: Revision(1),
        bytes: 100,
        due: Timestamp::MIN,
        alone: true,
    })
}

#[test]
fn after_a_reopen_what_the_committer_held_is_free_and_looked_at_again() {
    let mut claims = Claims::default();
    claims.hold(ExportSeq(1), flying());
    claims.hold(ExportSeq(2), Holder::Committer { lane: LANE });
    // A claim passed over both while a commit was under way that then failed.
    claims.advance(LANE, claims.position(LANE), ExportSeq(3));
    claims.commit_failed();
    assert!(!claims.is_free(ExportSeq(1)), "flights go on");
    assert_eq!(
        claims.crowd(ExportSeq(1)),
        None,
        "the commit may be on the disk, and something joined in"
    );
    assert!(claims.is_free(ExportSeq(2)));
    assert!(claims.position(LANE).seq <= ExportSeq(2));
}

#[test]
fn what_is_released_or_offered_lies_at_or_behind_the_position() {
    let mut claims = Claims::default();
    claims.hold(ExportSeq(4), flying());
    claims.advance(LANE, claims.position(LANE), ExportSeq(5));
    claims.release(ExportSeq(4));
    assert_eq!(claims.position(LANE).seq, ExportSeq(4));
    claims.offer(LANE, ExportSeq(9));
    assert_eq!(claims.position(LANE).seq, ExportSeq(4), "it never jumps forward");
    claims.offer(LANE, ExportSeq(2));
    assert_eq!(claims.position(LANE).seq, ExportSeq(2));
}

#[test]
fn a_claim_does_not_pass_over_what_is_free_again_since_it_looked() {
    let mut claims = Claims::default();
    claims.hold(ExportSeq(1), flying());
    let from = claims.position(LANE);
    // It saw 1 held, and 2 free.
    claims.release(ExportSeq(1));
    claims.advance(LANE, from, ExportSeq(3));
    assert_eq!(claims.position(LANE).seq, ExportSeq(0));
    claims.advance(LANE, claims.position(LANE), ExportSeq(3));
    assert_eq!(claims.position(LANE).seq, ExportSeq(3), "nothing came back");
    // Nor what became visible before it, nor what nobody knows of after a failed commit.
    let from = claims.position(LANE);
    claims.offer(LANE, ExportSeq(2));
    claims.advance(LANE, from, ExportSeq(5));
    assert_eq!(claims.position(LANE).seq, ExportSeq(2));
    let from = claims.position(LANE);
    claims.offer(LANE, ExportSeq(7));
    claims.advance(LANE, from, ExportSeq(8));
    assert_eq!(
        claims.position(LANE).seq,
        ExportSeq(8),
        "it has seen what lies behind its start"
    );
    let from = claims.position(LANE);
    claims.commit_failed();
    claims.advance(LANE, from, ExportSeq(9));
    assert_eq!(claims.position(LANE).seq, ExportSeq(0));
}

#[test]
fn one_holds_an_export() {
    let mut claims = Claims::default();
    assert!(claims.hold(ExportSeq(1), flying()));
    assert!(!claims.hold(ExportSeq(1), Holder::Committer { lane: LANE }));
    assert!(claims.in_flight(ExportSeq(1)).is_some());
}

#[test]
fn only_flights_tell_whose_they_are() {
    let mut claims = Claims::default();
    claims.hold(ExportSeq(1), flying());
    claims.hold(ExportSeq(2), Holder::Committer { lane: LANE });
    assert!(claims.in_flight(ExportSeq(1)).is_some());
    assert!(claims.in_flight(ExportSeq(2)).is_none());
    claims.end(ExportSeq(1));
    assert!(claims.is_free(ExportSeq(1)));
}
