use super::*;
use dispatcher::render;
use model::{Class, DataflowId, DataflowNo, Export, Lane, ProfileId, Revision, Timestamp};
use std::collections::BTreeMap;

fn export(profile: u64, note: usize) -> Rendered {
    let attributes = vec![(
        model::Path::parse("note").unwrap(),
        format!("\"{}\"", "x".repeat(note)),
    )];
    let export = Export {
        dataflow: DataflowId::new("loyalty").unwrap(),
        lane: Lane {
            dataflow: DataflowNo(1),
            class: Class::Live,
        },
        profile: ProfileId::new(1, profile),
        revision: Revision(1),
        causes: Vec::new(),
        transitions: Vec::new(),
        merged: Vec::new(),
        emitted_at: Timestamp::from_millis(0),
        attributes,
        memberships: Vec::new(),
        identities: BTreeMap::new(),
        envelope: false,
    };
    render(&export, false).unwrap()
}

#[test]
fn batches_fill_a_frame_and_no_more() {
    // 8 and 128 are what sections and envelopes may need.
    assert_eq!(batches(&[], 1000), []);
    assert_eq!(batches(&[10, 10, 10], 1000), vec![Range { start: 0, end: 3 }]);
    assert_eq!(batches(&[428, 428, 428], 1000), [0..2, 2..3]);
    assert_eq!(batches(&[429, 428, 428], 1000), [0..1, 1..3]);
    // One that needs many frames goes alone.
    assert_eq!(batches(&[100, 500_000, 100], 1 << 20), [0..1, 1..2, 2..3]);
    let cut = batches(&[1000; 100], 1 << 20);
    assert!(cut.iter().all(|range| range.len() <= 64), "{cut:?}");
    assert_eq!(cut.iter().map(ExactSizeIterator::len).sum::<usize>(), 100);
}

/// What the sizes promise: a batch as it leaves is no larger than the sum says, so it fits a frame and the link.
#[test]
fn a_batch_is_no_larger_than_its_events_say() {
    for (count, note) in [(1, 0), (1, 300), (1, 200_000), (40, 250), (150, 100)] {
        let events: Vec<Vec<u8>> = (0..count)
            .map(|profile| encode(&export(profile, note)).unwrap())
            .collect();
        let promised = ENVELOPE_BYTES
            + events
                .iter()
                .map(|event| SECTION_BYTES + event.len())
                .sum::<usize>();
        if count == 1 {
            assert_eq!(promised, alone(events[0].len()));
        }
        let (message, options) = batch(events);
        assert_eq!(options.message_format, Some(0x8001_3700));
        let bytes = AmqpMessage::serialize(&message).unwrap().len();
        assert!(bytes <= promised, "{count} of {note}: {bytes} > {promised}");
    }
}

/// Retries and replays repeat the bytes.
#[test]
fn the_same_export_is_the_same_event() {
    assert_eq!(encode(&export(7, 100)).unwrap(), encode(&export(7, 100)).unwrap());
    assert_ne!(encode(&export(7, 100)).unwrap(), encode(&export(8, 100)).unwrap());
}
