//! What could not be sent, and what could not be taken: to be seen and corrected.

use crate::problem::Problem;
use crate::query::Parameters;
use crate::reading::reading;
use crate::state::State as Shared;
use axum::Json;
use axum::extract::State;
use model::{Cause, DatasetId, DeadReason, ExportId, ExportSeq, InletId, Path, ProfileId, SegmentId, Status};
use serde::Serialize;
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use std::sync::Arc;
use store::{DeadLetter, DeadMessage, Store};

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

/// An export that was given up.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Letter {
    number: u64,
    id: ExportId,
    /// As text: it has more digits than JSON numbers keep in many languages.
    profile: String,
    /// As exports write it.
    revision: String,
    causes: Vec<Cause>,
    decided_at: String,
    died_at: String,
    reason: DeadReason,
    /// What the destination said.
    answer: String,
    attempts: u8,
    /// What would have been sent.
    attributes: BTreeMap<String, Box<RawValue>>,
    memberships: Vec<(SegmentId, Status)>,
    identities: BTreeMap<String, Vec<String>>,
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

/// `GET /api/dead-letters?dataflow=ID&from=NUMBER&limit=N`: oldest first.
pub(crate) async fn letters(
    State(state): State<Arc<Shared>>,
    parameters: Parameters,
) -> Result<Json<Page<Letter>>, Problem> {
    parameters.only(&["dataflow", "from", "limit"])?;
    let id = parameters.required("dataflow", "loyalty")?.to_owned();
    let (from, limit) = page(&parameters)?;
    reading(move || {
        let definitions = state.catalogue.at(state.api.ingest.rules().version)?;
        let Some(dataflow) = definitions
            .dataflows
            .iter()
            .find(|dataflow| dataflow.id.as_str() == id)
        else {
            return Err(Problem::not_found(
                format!("there is no dataflow {id:?}"),
                "GET /api/dataflows lists them",
            ));
        };
        let found = state
            .api
            .store
            .dead_letters(dataflow.no, ExportSeq(from), limit + 1)?;
        let found = found
            .into_iter()
            .map(|(ExportSeq(number), letter)| (number, letter))
            .collect();
        Ok(Json(cut(found, limit, letter)))
    })
    .await
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

fn letter(number: u64, letter: DeadLetter) -> Letter {
    let DeadLetter {
        export,
        at,
        reason,
        answer,
        attempts,
    } = letter;
    let raw = |(path, json): (Path, String)| Some((path.to_string(), RawValue::from_string(json).ok()?));
    let profile: ProfileId = export.profile;
    Letter {
        number,
        id: export.id(),
        profile: profile.to_string(),
        revision: format!("{:020}", export.revision.0),
        causes: export.causes,
        decided_at: export.emitted_at.to_string(),
        died_at: at.to_string(),
        reason,
        answer,
        attempts,
        attributes: export.attributes.into_iter().filter_map(raw).collect(),
        memberships: export
            .memberships
            .into_iter()
            .map(|shown| (shown.segment, shown.status))
            .collect(),
        identities: export.identities,
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
