//! What a request that was taken is answered.

use super::intake::{Bad, Outcome};
use super::request_number;
use crate::state::State;
use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use model::{InletId, Timestamp};
use serde::Serialize;

/// 200: `{"inletId", "xactionId", "receivedTimeMs"}`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Accepted {
    inlet_id: InletId,
    xaction_id: String,
    received_time_ms: i64,
    #[serde(skip)]
    received: Timestamp,
    #[serde(skip)]
    number: u64,
}

/// 207: `{"inletId", "batchId", "receivedTimeMs", "responses": [..]}`, a response for each message in order.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Batch {
    inlet_id: InletId,
    #[serde(rename = "batchId")]
    id: String,
    received_time_ms: i64,
    responses: Vec<Entry>,
}

/// One message of a batch.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum Entry {
    #[serde(rename_all = "camelCase")]
    Accepted { xaction_id: String },
    #[serde(rename_all = "camelCase")]
    Bad { status_code: u16, message: String },
}

impl Accepted {
    /// Ids are, as Adobe's, a time and numbers that tell apart what came at that time.
    pub(super) fn new(state: &State, inlet_id: InletId) -> Self {
        let (received, number) = (state.api.clock.now(), request_number(state));
        let received_time_ms = received.millis();
        Self {
            inlet_id,
            xaction_id: id(received, number, 0),
            received_time_ms,
            received,
            number,
        }
    }
}

impl Batch {
    pub(super) fn new(answer: &Accepted, responses: Vec<Entry>) -> Self {
        Self {
            inlet_id: answer.inlet_id.clone(),
            id: format!("{}:{}", answer.received.millis(), answer.number),
            received_time_ms: answer.received_time_ms,
            responses,
        }
    }
}

impl Entry {
    pub(super) fn new(answer: &Accepted, at: usize, outcome: Outcome) -> Self {
        match outcome {
            Ok(()) => Self::Accepted {
                xaction_id: id(answer.received, answer.number, at),
            },
            Err(Bad { status, reason, .. }) => Self::Bad {
                status_code: status.as_u16(),
                message: reason,
            },
        }
    }
}

fn id(received: Timestamp, number: u64, at: usize) -> String {
    format!("{}:{number}:{at}", received.millis())
}

impl IntoResponse for Accepted {
    fn into_response(self) -> Response {
        Json(self).into_response()
    }
}

impl IntoResponse for Batch {
    fn into_response(self) -> Response {
        (StatusCode::MULTI_STATUS, Json(self)).into_response()
    }
}
