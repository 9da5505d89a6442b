use super::*;
use model::{Class, DataflowId, DataflowNo, Lane, Path, ProfileId, Revision};

const LIMITS: BatchLimits = BatchLimits {
    records: 10,
    bytes: 10_000,
    record_bytes: 200,
};

fn export(note: &str) -> Export {
    Export {
        dataflow: DataflowId::new("flow").unwrap(),
        lane: Lane {
            dataflow: DataflowNo(1),
            class: Class::Live,
        },
        profile: ProfileId::from_bits(1),
        revision: Revision(1),
        causes: Vec::new(),
        transitions: Vec::new(),
        merged: Vec::new(),
        emitted_at: Timestamp::from_millis(0),
        attributes: vec![(Path::parse("note").unwrap(), format!("\"{note}\""))],
        memberships: Vec::new(),
        identities: std::collections::BTreeMap::new(),
        envelope: false,
    }
}

#[test]
fn a_panic_in_rendering_is_the_end_of_that_export_alone() {
    let panics = |_: &Export, _: bool| -> Result<Rendered, RenderError> { panic!("a defect") };
    let ended = sendable(&export("a"), false, LIMITS, panics);
    assert_eq!(
        ended,
        Err((DeadReason::Unrenderable, "rendering it panicked".to_owned()))
    );
}

#[test]
fn what_cannot_be_rendered_or_is_too_large_is_not_sent() {
    let (reason, answer) = sendable(&export("torn\nline"), false, LIMITS, render).unwrap_err();
    assert_eq!(
        (reason, answer.as_str()),
        (
            DeadReason::Unrenderable,
            "the value of the attribute note is not compact JSON"
        )
    );
    let fits = sendable(&export("a"), false, LIMITS, render).unwrap();
    let room = LIMITS.record_bytes - fits.body.len() + 1;
    assert!(sendable(&export(&"a".repeat(room)), false, LIMITS, render).is_ok());
    let (reason, answer) = sendable(&export(&"a".repeat(room + 1)), false, LIMITS, render).unwrap_err();
    assert_eq!(
        (reason, answer.as_str()),
        (
            DeadReason::Refused,
            "it has 201 bytes, the destination takes at most 200"
        )
    );
}
