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
use store::{DeadMessage, Store};

/// Entries on a page, and the most one may ask for.
const PAGE: (u64, u64) = (100, 1000);
/// A page ends where its messages have more bytes than this.
const PAGE_BYTES: usize = 8 << 20;

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
        let (found, limit) = some_messages(&state.api.store, from, limit)?;
        Ok(Json(cut(found, limit, message)))
    })
    .await
}

/// Up to `limit` messages and one more, and how many of them make the page: fewer where they are large, since each can
/// have 1 MiB and anybody who can post can have many kept.
fn some_messages(
    store: &Store,
    from: u64,
    limit: usize,
) -> Result<(Vec<(u64, DeadMessage)>, usize), store::Error> {
    let (mut found, mut bytes, mut next) = (Vec::new(), 0, from);
    while found.len() <= limit {
        let some = store.dead_messages(next, (limit + 1 - found.len()).min(8))?;
        let Some((last, _)) = some.last() else { break };
        next = last + 1;
        bytes += some.iter().map(|(_, message)| message.body.len()).sum::<usize>();
        found.extend(some);
        if bytes > PAGE_BYTES && found.len() > 1 {
            let limit = limit.min(found.len() - 1);
            return Ok((found, limit));
        }
    }
    Ok((found, limit))
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
