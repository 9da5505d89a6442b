//! Exports as AMQP messages, and batches of them.
//!
//! A batch is one message of format 0x80013700 whose data sections are messages of their own, each an event. It is
//! kept small enough for one frame: fe2o3-amqp 0.16 tells a link of a delivery only after all its frames are written,
//! and loses a settlement that comes in between. Nothing is lost by that: events are counted and paid one by one, and a
//! frame holds some fifty of them.

use azure_core_amqp::message::{AmqpApplicationProperties, AmqpMessageBody, AmqpMessageProperties};
use azure_core_amqp::{AmqpError, AmqpMessage, AmqpSendOptions};
use dispatcher::Rendered;
use std::ops::Range;

/// The format of a batch.
const BATCH: u32 = 0x8001_3700;

/// Bytes of a batch that fit into a frame of 64 KiB, what frames and transfers say of themselves taken off.
const FRAME_BYTES: usize = (64 << 10) - 512;

/// The most that a data section adds to an event.
const SECTION_BYTES: usize = 8;

/// The most that the message around the events needs: its id.
const ENVELOPE_BYTES: usize = 128;

/// An export as one event of a batch, encoded.
pub(super) fn encode(export: &Rendered) -> Result<Vec<u8>, AmqpError> {
    let mut told = AmqpApplicationProperties::new();
    for (name, text) in &export.properties {
        told.insert((*name).to_owned(), text.as_str());
    }
    let message = AmqpMessage::builder()
        .with_properties(AmqpMessageProperties {
            message_id: Some(export.id.to_string().into()),
            content_type: Some("application/json".into()),
            ..AmqpMessageProperties::default()
        })
        .with_application_properties(told)
        .with_body(export.body.clone())
        .build();
    AmqpMessage::serialize(&message)
}

/// Bytes that an event of this many takes in a message of its own.
pub(super) fn alone(event: usize) -> usize {
    ENVELOPE_BYTES + SECTION_BYTES + event
}

/// Cuts events of these sizes into batches: as many as one frame takes, at least one, and never more than `most` bytes.
/// Each of them fits alone.
pub(super) fn batches(sizes: &[usize], most: usize) -> Vec<Range<usize>> {
    let most = most.min(FRAME_BYTES);
    let mut cut = Vec::new();
    let (mut from, mut bytes) = (0, ENVELOPE_BYTES);
    for (at, size) in sizes.iter().enumerate() {
        let size = SECTION_BYTES + size;
        if at > from && bytes + size > most {
            cut.push(from..at);
            (from, bytes) = (at, ENVELOPE_BYTES);
        }
        bytes += size;
    }
    if from < sizes.len() {
        cut.push(from..sizes.len());
    }
    cut
}

/// The message that carries these events.
pub(super) fn batch(events: Vec<Vec<u8>>) -> (AmqpMessage, AmqpSendOptions) {
    let message = AmqpMessage::builder()
        .with_body(AmqpMessageBody::Binary(events))
        .build();
    let options = AmqpSendOptions {
        message_format: Some(BATCH),
        settled: Some(false),
    };
    (message, options)
}

#[cfg(test)]
mod tests;
