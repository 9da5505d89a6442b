//! The forms of messages that a reader has met.

use crate::form::{Form, Room};
use crate::json::Json;
use crate::met::{Met, PATIENCE};
use model::{DatasetId, Message};
use std::sync::Arc;

/// What a reader has learnt of the messages it reads.
#[derive(Debug)]
pub(crate) struct Forms {
    /// The one met last first.
    known: Vec<Arc<Form>>,
    met: Met<Form>,
    /// Messages of no known form since one was learnt.
    unlike: u32,
    /// So many messages in a row were looked at in vain, as far as that matters.
    in_vain: u32,
    /// So many more are not looked at.
    pause: u32,
    room: Room,
}

/// Each of the known is tried, so they are few.
const KNOWN: usize = 4;

/// Where messages have no common form, as seldom as this are they looked at.
const SELDOM: u32 = 64;

impl Forms {
    /// Begins with what others have learnt.
    pub(crate) fn of(met: &Met<Form>) -> Self {
        Self {
            known: met.last(KNOWN),
            met: met.clone(),
            unlike: 0,
            in_vain: 0,
            pause: 0,
            room: Room::default(),
        }
    }

    /// The message that a text is, if it is of a known form.
    pub(crate) fn read(&mut self, json: &[u8], dataset: &DatasetId) -> Option<Message> {
        if self.pause > 0 {
            self.pause -= 1;
            return None;
        }
        let text = std::str::from_utf8(json).ok()?;
        for at in 0..self.known.len() {
            if let Some(message) = self.known[at].read(text, dataset, &mut self.room) {
                self.known[..=at].rotate_right(1);
                self.in_vain = 0;
                return Some(message);
            }
        }
        self.in_vain = (self.in_vain + 1).min(SELDOM);
        if self.in_vain > PATIENCE {
            self.pause = self.in_vain;
        }
        None
    }

    /// Learns from a message of no known form, if it is time to.
    pub(crate) fn learn(&mut self, entity: Json<'_>, message: &Message) {
        self.unlike += 1;
        if self.unlike < PATIENCE {
            return;
        }
        if let Some(form) = Form::of(entity, message) {
            let form = self.met.remember(form);
            self.known.retain(|known| !Arc::ptr_eq(known, &form));
            self.known.insert(0, form);
            self.known.truncate(KNOWN);
            self.pause = 0;
        }
        self.unlike = 0;
    }
}

#[cfg(test)]
mod tests;
