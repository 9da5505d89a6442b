//! Exports to send.

use dispatcher::{Rendered, render};
use model::{
    Cause, Class, DataflowId, DataflowNo, Export, ExportedMembership, Lane, Path, ProfileId, Revision,
    SegmentId, Status, Timestamp,
};
use std::collections::BTreeMap;

/// The first export of each of these profiles, with the envelope, as rendered.
pub(crate) fn batch(profiles: std::ops::RangeInclusive<u64>) -> Vec<Rendered> {
    profiles
        .map(|profile| render(&export(profile), true).unwrap())
        .collect()
}

/// An export whose body is larger than `bytes`.
pub(crate) fn larger_than(bytes: usize) -> Rendered {
    let mut export = export(99);
    let note = Path::parse("note").unwrap();
    export
        .attributes
        .push((note, format!("\"{}\"", "x".repeat(bytes))));
    render(&export, true).unwrap()
}

fn export(profile: u64) -> Export {
    let emitted_at = Timestamp::from_millis(1_768_166_679_250);
    Export {
        dataflow: DataflowId::new("loyalty").unwrap(),
        lane: Lane {
            dataflow: DataflowNo(1),
            class: Class::Live,
        },
        profile: ProfileId::new(1, profile),
        revision: Revision(1 << 48 | 1),
        causes: vec![Cause::Attribute],
        transitions: Vec::new(),
        merged: Vec::new(),
        emitted_at,
        attributes: vec![(
            Path::parse("person.name.firstName").unwrap(),
            r#""Ana \u00e9""#.to_owned(),
        )],
        memberships: vec![ExportedMembership {
            segment: SegmentId::new("gold").unwrap(),
            status: Status::Realized,
            last_qualification: emitted_at,
            stamps: None,
            name: None,
        }],
        identities: BTreeMap::from([("email".to_owned(), vec![format!("ana{profile}@example.test")])]),
        envelope: true,
    }
}
