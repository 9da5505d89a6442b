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
    claims.advance(LANE, ExportSeq(3));
    claims.commit_failed();
    assert!(!claims.is_free(ExportSeq(1)), "flights go on");
    assert_eq!(
        claims.crowd(ExportSeq(1)),
        None,
        "the commit may be on the disk, and something joined in"
    );
    assert!(claims.is_free(ExportSeq(2)));
    assert!(claims.position(LANE) <= ExportSeq(2));
}

#[test]
fn what_is_released_or_offered_lies_at_or_behind_the_position() {
    let mut claims = Claims::default();
    claims.hold(ExportSeq(4), flying());
    claims.advance(LANE, ExportSeq(5));
    claims.release(ExportSeq(4));
    assert_eq!(claims.position(LANE), ExportSeq(4));
    claims.offer(LANE, ExportSeq(9));
    assert_eq!(claims.position(LANE), ExportSeq(4), "it never jumps forward");
    claims.offer(LANE, ExportSeq(2));
    assert_eq!(claims.position(LANE), ExportSeq(2));
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
