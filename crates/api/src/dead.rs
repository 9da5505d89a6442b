//! Messages that could not be taken: to be seen and corrected.

use crate::problem::Problem;
use crate::query::Parameters;
use crate::reading::reading;
use crate::state::State as Shared;
use axum::Json;
use axum::extract::State;
use model::{DatasetId, InletId};
use serde::Serialize;
use std::sync::Arc;
use store::DeadMessage;

/// Entries on a page, and the most one may ask for.
const PAGE: (u64, u64) = (100, 1000);

/// One page; `next` begins the page after it.
#[derive(Debug, Serialize)]
pub(crate) struct Page<T> {
    items: Vec<T>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<u64>,
}

/// A message that was not taken.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Message {
    number: u64,
    at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    inlet: Option<InletId>,
    dataset: DatasetId,
    code: String,
    reason: String,
    /// As received; what is not UTF-8 in it shows as U+FFFD.
    body: String,
    bytes: usize,
}

/// `GET /api/dead-messages?from=NUMBER&limit=N`: oldest first.
pub(crate) async fn messages(
    State(state): State<Arc<Shared>>,
    parameters: Parameters,
) -> Result<Json<Page<Message>>, Problem> {
    parameters.only(&["from", "limit"])?;
    let (from, limit) = page(&parameters)?;
    reading(move || {
        Ok(Json(cut(
            state.api.store.dead_messages(from, limit + 1)?,
            limit,
            message,
        )))
    })
    .await
}

fn page(parameters: &Parameters) -> Result<(u64, usize), Problem> {
    let limit = parameters.number("limit", PAGE.0, PAGE.1)?.max(1);
    Ok((parameters.number("from", 0, u64::MAX)?, limit as usize))
}

/// At most `limit` of `found`; one more tells that there is a next page.
fn cut<T, V>(mut found: Vec<(u64, T)>, limit: usize, view: impl Fn(u64, T) -> V) -> Page<V> {
    let next = found.get(limit).map(|(number, _)| *number);
    found.truncate(limit);
    Page {
        items: found
            .into_iter()
            .map(|(number, item)| view(number, item))
            .collect(),
        next,
    }
}

fn message(number: u64, dead: DeadMessage) -> Message {
    let DeadMessage {
        at,
        inlet,
        dataset,
        code,
        reason,
        body,
    } = dead;
    let (bytes, body) = (body.len(), String::from_utf8_lossy(&body).into_owned());
    Message {
        number,
        at: at.to_string(),
        inlet,
        dataset,
        code,
        reason,
        body,
        bytes,
    }
}
