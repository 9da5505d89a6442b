//! Streaming ingestion: one message, or a batch of them, by Adobe's paths, answers and error shapes.
//!
//! A request that is refused as a whole leaves nothing behind, and its sender knows. Of any other request each
//! message is either durable or kept among the dead messages with the reason why not.

mod answer;
mod body;
mod gate;
mod intake;
mod refused;
mod split;

use crate::state::State as Shared;
use answer::{Accepted, Batch, Entry};
use axum::Router;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::http::{Method, StatusCode};
use axum::routing::post;
use gate::{Admitted, Form};
use intake::Post;
use refused::Refused;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use xdm::MAX_MESSAGE_BYTES;

/// The largest batch request that is taken, in bytes.
pub const MAX_BATCH_BYTES: usize = 5 * 1024 * 1024;
/// The most messages that one batch request may hold.
pub const MAX_BATCH_MESSAGES: usize = 50_000;
/// Bodies that may be in work at a time, in KiB.
pub(crate) const BODIES_KIB: usize = 256 * 1024;

/// The last part of the path, if it can be read.
type Named = Result<Path<String>, PathRejection>;

pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/collection/{inlet}", post(one))
        .route("/collection/batch/{inlet}", post(batch))
}

pub(crate) fn unknown_path() -> Refused {
    let message = "post one message to /collection/{inlet}, or a batch to /collection/batch/{inlet}";
    Refused::new(StatusCode::NOT_FOUND, message)
}

pub(crate) fn not_allowed(method: &Method) -> Refused {
    Refused::new(
        StatusCode::METHOD_NOT_ALLOWED,
        format!("an inlet takes POST, not {method}"),
    )
}

/// `POST /collection/{inlet}`: one message in Adobe's envelope.
async fn one(State(state): State<Arc<Shared>>, inlet: Named, request: Request) -> Result<Accepted, Refused> {
    let Admitted { inlet, door, report } = gate::admit(&state, inlet, &request)?;
    if gate::form(&request)? == Form::Lines {
        let message = "NDJSON is taken at /collection/batch/{inlet}; here one message in application/json";
        return Err(Refused::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, message));
    }
    let (body, _held) = body::read(&state.bodies, request, MAX_MESSAGE_BYTES).await?;
    let answer = Accepted::new(&state, inlet.id.clone());
    let whole = 0..body.len();
    let post = Post {
        inlet,
        door,
        form: Form::Envelope,
        body,
        ranges: vec![whole],
    };
    match post.submit(&state).await?.pop() {
        Some(Ok(())) => Ok(answer),
        Some(Err(bad)) => Err(Refused::bad(bad, report)),
        None => Err(Refused::defect()),
    }
}

/// `POST /collection/batch/{inlet}`: `{"messages": [..]}`, or NDJSON of bare entities.
async fn batch(State(state): State<Arc<Shared>>, inlet: Named, request: Request) -> Result<Batch, Refused> {
    let Admitted { inlet, door, report } = gate::admit(&state, inlet, &request)?;
    if report {
        let message = "syncValidation is for one message at a time: post it to /collection/{inlet}, or leave it out (the \
                       reasons are in the answer all the same)";
        return Err(Refused::new(StatusCode::BAD_REQUEST, message));
    }
    let form = gate::form(&request)?;
    let (body, _held) = body::read(&state.bodies, request, MAX_BATCH_BYTES).await?;
    let answer = Accepted::new(&state, inlet.id.clone());
    let ranges = match form {
        Form::Lines => split::lines(&body),
        Form::Envelope => match split::messages(&body) {
            Ok(ranges) => ranges,
            Err(unreadable) => return Err(intake::keep_unreadable(&state, &inlet, body, unreadable).await),
        },
    };
    match ranges.len() {
        0 => {
            return Err(Refused::new(
                StatusCode::BAD_REQUEST,
                "the batch holds no message",
            ));
        }
        1..=MAX_BATCH_MESSAGES => {}
        more => {
            let message = format!(
                "the batch holds {more} messages, and at most {MAX_BATCH_MESSAGES} are taken: send fewer at a time"
            );
            return Err(Refused::new(StatusCode::PAYLOAD_TOO_LARGE, message));
        }
    }
    let outcomes = Post {
        inlet,
        door,
        form,
        body,
        ranges,
    }
    .submit(&state)
    .await?;
    let entries = outcomes
        .into_iter()
        .enumerate()
        .map(|(at, outcome)| Entry::new(&answer, at, outcome));
    Ok(Batch::new(&answer, entries.collect()))
}

/// A number that no other request of this process has.
fn request_number(state: &Shared) -> u64 {
    state.requests.fetch_add(1, Ordering::Relaxed)
}
