//! From the bytes of a request to what became of each of its messages.

use super::gate::Form;
use super::refused::Refused;
use super::split::Unreadable;
use crate::state::State;
use axum::body::Bytes;
use axum::http::StatusCode;
use ingest::{Answer, Item, Permit, Posted};
use model::{Inlet, Message, Timestamp};
use std::ops::Range;
use store::DeadMessage;
use xdm::{BadMessage, Door, MAX_MESSAGE_BYTES, Reader, Violation};

/// A request whose messages have been told apart.
pub(super) struct Post {
    pub(super) inlet: Inlet,
    pub(super) door: Door,
    pub(super) form: Form,
    pub(super) body: Bytes,
    pub(super) ranges: Vec<Range<usize>>,
}

/// What became of one message.
pub(super) type Outcome = Result<(), Bad>;

/// Why a message was not taken. It is kept among the dead messages.
#[derive(Debug)]
pub(super) struct Bad {
    pub(super) status: StatusCode,
    pub(super) reason: String,
    /// What its schema does not allow.
    pub(super) violations: Vec<Violation>,
}

impl Post {
    /// Submits all messages at once. Resolves when they are durable, with an outcome for each in order; or
    /// refuses the whole request before anything of it was accepted.
    pub(super) async fn submit(self, state: &State) -> Result<Vec<Outcome>, Refused> {
        let permit = state.api.ingest.reserve(self.ranges.len(), self.body.len())?;
        let at = state.api.clock.now();
        let (items, refusals) = tokio::task::spawn_blocking(move || self.parse(at))
            .await
            .map_err(|error| {
                tracing::error!(%error, "parsing a request panicked; nothing of it was accepted");
                Refused::defect()
            })?;
        let answers = submit(state, permit, items).await?;
        Ok(answers
            .into_iter()
            .zip(refusals)
            .map(|(answer, refusal)| outcome(answer, refusal))
            .collect())
    }

    /// The items, and for each that is bad what its answer says of it.
    fn parse(&self, at: Timestamp) -> (Vec<Item>, Vec<Option<Refusal>>) {
        let mut reader = self.door.reader();
        let item = |range: &Range<usize>| {
            let raw = &self.body[range.clone()];
            match self.message(&mut reader, raw) {
                Ok(message) => (
                    Item::Posted(Posted {
                        inlet: self.inlet.id.clone(),
                        message,
                        raw: self.body.slice(range.clone()),
                    }),
                    None,
                ),
                Err(bad) => {
                    let reason = bad.to_string();
                    (
                        Item::Bad(dead(&self.inlet, at, (bad.code(), reason), raw)),
                        Some(Refusal {
                            status: bad.status(),
                            violations: bad.violations().to_vec(),
                        }),
                    )
                }
            }
        };
        self.ranges.iter().map(item).unzip()
    }

    fn message(&self, reader: &mut Reader<'_>, raw: &[u8]) -> Result<Message, BadMessage> {
        match self.form {
            Form::Envelope => reader.envelope(raw).map(|(message, _)| message),
            Form::Lines => reader.entity(raw),
        }
    }
}

/// Keeps a batch whose messages cannot be told apart as one dead message; gives the refusal.
pub(super) async fn keep_unreadable(state: &State, inlet: &Inlet, body: Bytes, why: Unreadable) -> Refused {
    let Unreadable { at, expected } = why;
    let reason = format!(
        "the batch cannot be taken apart: at byte {at} should be {expected}; nothing of it was accepted"
    );
    let dead = dead(inlet, state.api.clock.now(), ("batch", reason.clone()), &body);
    let kept = async {
        let permit = state.api.ingest.reserve(1, dead.body.len())?;
        submit(state, permit, vec![Item::Bad(dead)]).await
    };
    match kept.await {
        Ok(_) => Refused::new(StatusCode::BAD_REQUEST, reason),
        Err(refused) => refused,
    }
}

async fn submit(state: &State, permit: Permit, items: Vec<Item>) -> Result<Vec<Answer>, Refused> {
    let wanted = items.len();
    let answers = state.api.ingest.submit(permit, items).await?;
    if answers.len() == wanted {
        return Ok(answers);
    }
    tracing::error!(
        wanted,
        answers = answers.len(),
        "a request got another number of answers than it had messages"
    );
    Err(Refused::defect())
}

/// What the answer to a bad message says beside the reason.
struct Refusal {
    status: u16,
    violations: Vec<Violation>,
}

fn outcome(answer: Answer, refusal: Option<Refusal>) -> Outcome {
    let (status, reason) = match answer {
        Answer::Accepted | Answer::Duplicate => return Ok(()),
        Answer::Bad(reason) => {
            let status = refusal
                .as_ref()
                .and_then(|refusal| StatusCode::from_u16(refusal.status).ok());
            (status.unwrap_or(StatusCode::UNPROCESSABLE_ENTITY), reason)
        }
        Answer::Failed(reason) => (StatusCode::INTERNAL_SERVER_ERROR, reason),
    };
    Err(Bad {
        status,
        reason,
        violations: refusal.map(|refusal| refusal.violations).unwrap_or_default(),
    })
}

/// The message as it is kept: of one that is too large the beginning.
fn dead(inlet: &Inlet, at: Timestamp, (code, reason): (&str, String), raw: &[u8]) -> DeadMessage {
    DeadMessage {
        at,
        inlet: Some(inlet.id.clone()),
        dataset: inlet.dataset.clone(),
        code: code.to_owned(),
        reason,
        body: raw[..raw.len().min(MAX_MESSAGE_BYTES)].to_vec(),
    }
}
