//! `GET /api/dataflows`: the account of each dataflow and what its sending half does at the moment.

use crate::problem::Problem;
use crate::query::Parameters;
use crate::reading::reading;
use crate::state::State as Shared;
use axum::Json;
use axum::extract::State;
use model::{Account, DataflowId, DataflowNo, DataflowState, DestinationId};
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use store::{Queue, Store};

/// What the sending half of one dataflow does at the moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sending {
    /// Which.
    pub dataflow: DataflowId,
    /// Whether it sends at all.
    pub active: bool,
    /// Why its destination could not be opened, if so.
    pub unusable: Option<String>,
    /// Set while the breaker of its destination is open.
    pub breaker: Option<Breaker>,
    /// Exports being sent now.
    pub in_flight: usize,
    /// From decision to acceptance.
    pub latency: Latency,
}

/// Why exports wait.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Breaker {
    /// When it opened, RFC 3339.
    pub since: String,
    /// What the destination said last.
    pub why: String,
}

/// Percentiles over the exports delivered last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Latency {
    /// Over how many.
    pub samples: usize,
    /// Half took no longer.
    pub p50: Duration,
    /// 95 of 100 took no longer.
    pub p95: Duration,
    /// 99 of 100 took no longer.
    pub p99: Duration,
}

#[derive(Debug, Serialize)]
pub(crate) struct View {
    dataflows: Vec<Entry>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    id: DataflowId,
    name: String,
    destination: DestinationId,
    state: DataflowState,
    sending: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    unusable: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    breaker: Option<Breaker>,
    in_flight: usize,
    account: AccountView,
    queue: QueueView,
    latency: LatencyView,
}

#[derive(Debug, Serialize)]
struct AccountView {
    decided: u64,
    delivered: u64,
    pending: u64,
    suppressed: BTreeMap<model::SuppressedReason, u64>,
    dead: BTreeMap<model::DeadReason, u64>,
    balanced: bool,
}

/// What waits, and what is dead and kept.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct QueueView {
    bytes: u64,
    /// Since when the first in the queue waits.
    #[serde(skip_serializing_if = "Option::is_none")]
    oldest: Option<String>,
    /// The instant that decided it, which can lie in a downtime.
    #[serde(skip_serializing_if = "Option::is_none")]
    oldest_emitted_at: Option<String>,
    dead_letters: u64,
    dead_letter_bytes: u64,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct LatencyView {
    samples: usize,
    p50_ms: u128,
    p95_ms: u128,
    p99_ms: u128,
}

/// `GET /api/dataflows`.
pub(crate) async fn show(
    State(state): State<Arc<Shared>>,
    parameters: Parameters,
) -> Result<Json<View>, Problem> {
    parameters.only(&[])?;
    reading(move || {
        let definitions = state.catalogue.at(state.api.ingest.rules().version)?;
        let mut sending: BTreeMap<_, _> = (state.api.sending)()
            .into_iter()
            .map(|view| (view.dataflow.clone(), view))
            .collect();
        let mut dataflows = Vec::with_capacity(definitions.dataflows.len());
        for dataflow in &definitions.dataflows {
            let seen = sending.remove(&dataflow.id);
            let latency = seen.as_ref().map(|seen| seen.latency).unwrap_or_default();
            dataflows.push(Entry {
                id: dataflow.id.clone(),
                name: dataflow.name.clone(),
                destination: dataflow.destination.clone(),
                state: dataflow.state,
                sending: seen.as_ref().is_some_and(|seen| seen.active),
                in_flight: seen.as_ref().map_or(0, |seen| seen.in_flight),
                account: state.api.store.counters(dataflow.no)?.into(),
                queue: QueueView::of(&state.api.store, dataflow.no)?,
                latency: latency.into(),
                unusable: seen.as_ref().and_then(|seen| seen.unusable.clone()),
                breaker: seen.and_then(|seen| seen.breaker),
            });
        }
        Ok(Json(View { dataflows }))
    })
    .await
}

impl QueueView {
    fn of(store: &Store, dataflow: DataflowNo) -> Result<Self, Problem> {
        let Queue { pending, letters } = store.queue(dataflow);
        let oldest = store.oldest(dataflow)?;
        Ok(Self {
            bytes: pending.bytes,
            oldest: oldest.map(|oldest| oldest.since.to_string()),
            oldest_emitted_at: oldest.map(|oldest| oldest.emitted_at.to_string()),
            dead_letters: letters.rows,
            dead_letter_bytes: letters.bytes,
        })
    }
}

impl From<Account> for AccountView {
    fn from(account: Account) -> Self {
        let balanced = account.balanced();
        let Account {
            decided,
            delivered,
            pending,
            suppressed,
            dead,
        } = account;
        Self {
            decided,
            delivered,
            pending,
            suppressed,
            dead,
            balanced,
        }
    }
}

impl From<Latency> for LatencyView {
    fn from(latency: Latency) -> Self {
        Self {
            samples: latency.samples,
            p50_ms: latency.p50.as_millis(),
            p95_ms: latency.p95.as_millis(),
            p99_ms: latency.p99.as_millis(),
        }
    }
}
