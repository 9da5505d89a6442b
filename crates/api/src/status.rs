//! `GET /api/status`: where the server stands; and the operator's word that a clock is right.

use crate::problem::Problem;
use crate::query::Parameters;
use crate::readiness::{Reason, reasons};
use crate::reading::reading;
use crate::state::State as Shared;
use axum::Json;
use axum::extract::State;
use control::UpgradeState;
use ingest::{Audited, ClockState};
use model::{RulesVersion, Timestamp};
use serde::Serialize;
use std::sync::Arc;

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Status {
    version: &'static str,
    ready: bool,
    reasons: Vec<Reason>,
    /// The time by which segments were last evaluated; missing before the first message.
    #[serde(skip_serializing_if = "Option::is_none")]
    evaluated_until: Option<String>,
    clock_trusted: bool,
    /// Commits of the ingest loop so far.
    batches: u64,
    /// Messages evaluated over the life of the store, repeated events among them.
    messages: u64,
    /// Profiles made in this incarnation of the store, those that were joined into others included.
    profiles_made: u64,
    definitions: RulesVersion,
    /// How far the job is that brings every profile to the rules in force.
    upgrade: UpgradeState,
    /// What recomputing one profile after the other has come to since the start.
    audit: Audit,
}

/// See docs/evaluation.md.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Audit {
    /// Profiles recomputed and compared.
    profiles: u64,
    /// Those left for the next time round.
    left: u64,
    /// Memberships that are not what recomputation says, counted whenever seen.
    differences: u64,
    /// Profiles that could not be read or recomputed.
    failures: u64,
    /// How often everybody was looked at.
    rounds: u64,
}

impl From<Audited> for Audit {
    fn from(audited: Audited) -> Self {
        let Audited {
            profiles,
            left,
            differences,
            failures,
            rounds,
        } = audited;
        Self {
            profiles,
            left,
            differences,
            failures,
            rounds,
        }
    }
}

/// `GET /api/status`.
pub(crate) async fn show(
    State(state): State<Arc<Shared>>,
    parameters: Parameters,
) -> Result<Json<Status>, Problem> {
    parameters.only(&[])?;
    reading(move || {
        let reasons = reasons(&state);
        let meta = state.api.store.meta();
        Ok(Json(Status {
            version: state.api.version,
            ready: reasons.is_empty(),
            reasons,
            evaluated_until: (meta.clock > Timestamp::MIN).then(|| meta.clock.to_string()),
            clock_trusted: state.api.ingest.clock() == ClockState::Trusted,
            batches: meta.batch,
            messages: meta.next_seq.0.saturating_sub(1),
            profiles_made: meta.next_profile.saturating_sub(1),
            definitions: state.api.ingest.rules().version,
            upgrade: state.api.control.upgrade()?,
            audit: state.api.ingest.audited().into(),
        }))
    })
    .await
}

/// `POST /api/clock/trust`: the wall clock is right although it jumped. What was due by it happens at once.
pub(crate) async fn trust_clock(
    State(state): State<Arc<Shared>>,
    parameters: Parameters,
) -> Result<Json<Trusted>, Problem> {
    parameters.only(&[])?;
    let before = state.api.ingest.clock();
    state
        .api
        .ingest
        .trust_clock()
        .await
        .map_err(|error| Problem::unavailable(error.to_string()))?;
    if let ClockState::Jumped { wall, trusted } = before {
        tracing::warn!(%wall, %trusted, "an operator trusts the clock");
    }
    Ok(Json(Trusted {
        trusted: true,
        had_jumped: before != ClockState::Trusted,
    }))
}

/// The answer to the operator.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Trusted {
    trusted: bool,
    had_jumped: bool,
}
