//! Numbers, versions and stamps: what may move with which edit, and what must not.

use super::{BASE, base, change, dataflow, desired, edited, hour, segment};
use model::{DataflowNo, Definitions, Mapping, RulesVersion, SegmentNo};

#[test]
fn the_first_publish_numbers_everything() {
    let base = base();
    let numbers: Vec<(&str, u32)> = base.segments.iter().map(|s| (s.id.as_str(), s.no.0)).collect();
    assert_eq!(
        numbers,
        [("gold", 0), ("gone", 1), ("idea", 2), ("old", 3), ("silver", 4)]
    );
    assert!(
        base.segments
            .iter()
            .all(|s| s.changed_in == RulesVersion(1) && s.created == hour(1) && s.updated == hour(1))
    );
    let hidden: Vec<_> = dataflow(&base, "filtered")
        .segments
        .iter()
        .map(|m| m.hidden.map(|no| no.0))
        .collect();
    assert_eq!(hidden, [Some(5), Some(6)]);
    assert_eq!(dataflow(&base, "plain").segments[0].hidden, None);
    assert_eq!(
        (base.next_segment, base.next_dataflow),
        (SegmentNo(7), DataflowNo(2))
    );
    assert_eq!(
        base.datasets.iter().map(|d| d.id.as_str()).collect::<Vec<_>>(),
        ["orders"]
    );
}

#[test]
fn what_an_edit_of_a_segment_moves() {
    // (edit, changed in, number, updated)
    for (from, to, changed_in, no, updated) in [
        ("points >= 1000", "points >= 999", 2, 0, 2),
        ("name: Gold,", "name: Gold, excludeOptOut: false,", 2, 0, 2),
        ("name: Gold,", "name: Gold, timeZone: Asia/Seoul,", 2, 0, 2),
        ("name: Gold,", "name: Golden,", 1, 0, 2),
        ("retention: 90 days", "retention: 30 days", 2, 0, 1),
        ("id: silver,", "id: silver, name: Silver,", 1, 0, 1),
        (
            "id: spare, kind: file,",
            "id: spare, kind: file, name: Spare,",
            1,
            0,
            1,
        ),
    ] {
        let after = edited(from, to).unwrap().definitions;
        let gold = segment(&after, "gold");
        assert_eq!(
            (gold.changed_in.0, gold.no.0, gold.updated),
            (changed_in, no, hour(updated)),
            "{from} -> {to}"
        );
        assert_eq!(gold.created, hour(1));
        assert_eq!((after.version, after.published_at), (RulesVersion(2), hour(2)));
    }
    // What is not evaluated is not recomputed when the retention changes.
    let after = edited("retention: 90 days", "retention: 30 days")
        .unwrap()
        .definitions;
    assert_eq!(segment(&after, "idea").changed_in, RulesVersion(1));
}

#[test]
fn what_a_change_of_state_moves() {
    // A draft is published under the number it has; what was left once comes back under a new one.
    for (id, from, to, no) in [
        ("idea", "state: draft", "state: published", 2),
        ("old", "state: inactive", "state: published", 7),
    ] {
        let after = edited(from, to).unwrap().definitions;
        let segment = segment(&after, id);
        assert_eq!(
            (segment.no.0, segment.changed_in, segment.created),
            (no, RulesVersion(2), hour(1)),
            "{id}"
        );
    }
    let text = BASE
        .replace("pql: points >= 500", "state: inactive, pql: points >= 500")
        .replace("[gold, silver]", "[gold]");
    let left = change(&base(), &desired(&text), hour(2)).unwrap().definitions;
    assert_eq!(
        (
            segment(&left, "silver").no.0,
            segment(&left, "silver").changed_in.0
        ),
        (4, 2)
    );
    let back = change(&left, &desired(BASE), hour(3)).unwrap().definitions;
    assert_eq!(
        (
            segment(&back, "silver").no.0,
            segment(&back, "silver").changed_in.0
        ),
        (7, 3)
    );
    // Mapped anew under its new number, with a hidden segment of its own.
    assert_eq!(dataflow(&back, "filtered").segments[1].hidden, Some(SegmentNo(8)));
}

#[test]
fn a_segment_made_again_is_another() {
    let without = BASE.replace("  - {id: idea, state: draft, pql: points >= 1}\n", "");
    let left = change(&base(), &desired(&without), hour(2)).unwrap().definitions;
    let back = change(&left, &desired(BASE), hour(3)).unwrap().definitions;
    let idea = segment(&back, "idea");
    assert_eq!((idea.no.0, idea.created, idea.changed_in.0), (7, hour(3), 3));
}

#[test]
fn what_an_edit_of_a_dataflow_moves() {
    let mapping = |after: &Definitions, id: &str| {
        let Mapping {
            hidden,
            baseline_in,
            created,
            updated,
            ..
        } = dataflow(after, id).segments[0].clone();
        (hidden.map(|no| no.0), baseline_in.0, created, updated)
    };
    // (edit, the mapping of gold: hidden, baseline in, created, updated)
    for (id, from, to, expected) in [
        (
            "filtered",
            "vip = true",
            "vip = false",
            (Some(5), 2, hour(1), hour(2)),
        ),
        (
            "filtered",
            ", filter: vip = true",
            "",
            (None, 2, hour(1), hour(2)),
        ),
        (
            "filtered",
            "vip = true",
            "vip = true, envelope: weir",
            (Some(5), 1, hour(1), hour(1)),
        ),
        (
            "filtered",
            "[gold, silver]",
            "[gold]",
            (Some(5), 1, hour(1), hour(1)),
        ),
        (
            "filtered",
            "points >= 1000",
            "points >= 1",
            (Some(5), 1, hour(1), hour(1)),
        ),
        (
            "plain",
            "segments: [gold]}",
            "segments: [gold], filter: vip = true}",
            (Some(7), 2, hour(1), hour(2)),
        ),
        (
            "plain",
            "segments: [gold]}",
            "segments: [gold, silver]}",
            (None, 1, hour(1), hour(1)),
        ),
        (
            "plain",
            "segments: [gold]}",
            "segments: [gold], state: paused, attributes: [points]}",
            (None, 1, hour(1), hour(1)),
        ),
    ] {
        let after = edited(from, to).unwrap().definitions;
        assert_eq!(mapping(&after, id), expected, "{from} -> {to}");
        assert_eq!(dataflow(&after, id).no, dataflow(&base(), id).no);
    }
    let after = edited("segments: [gold]}", "segments: [gold, silver]}")
        .unwrap()
        .definitions;
    let new = &dataflow(&after, "plain").segments[1];
    assert_eq!(
        (new.baseline_in.0, new.created, new.updated),
        (2, hour(2), hour(2))
    );
}

/// A dataflow that is made again goes on under its number, so that its revisions go on where they ended.
#[test]
fn a_dataflow_made_again_is_the_same() {
    let plain = "  - {id: plain, destination: files, segments: [gold]}\n";
    let left = change(&base(), &desired(&BASE.replace(plain, "")), hour(2))
        .unwrap()
        .definitions;
    assert_eq!(
        left.retired,
        [(dataflow(&base(), "plain").id.clone(), DataflowNo(1))]
    );
    let text = BASE.replace(plain, "  - {id: other, destination: files, segments: [gold]}\n");
    let other = change(&left, &desired(&text), hour(3)).unwrap().definitions;
    assert_eq!(
        (dataflow(&other, "other").no, other.retired.len()),
        (DataflowNo(2), 1)
    );
    let back = change(&other, &desired(BASE), hour(4)).unwrap().definitions;
    assert_eq!(dataflow(&back, "plain").no, DataflowNo(1));
    assert_eq!(dataflow(&back, "plain").segments[0].created, hour(4));
    assert_eq!(back.retired.iter().map(|(_, no)| no.0).collect::<Vec<_>>(), [2]);
}

#[test]
fn a_publish_is_never_dated_before_the_last() {
    let text = BASE.replace("points >= 1000", "points >= 1");
    let after = change(&base(), &desired(&text), hour(0)).unwrap().definitions;
    assert_eq!(after.published_at, hour(1));
}
