//! `/livez` and `/readyz`, for whoever restarts the server or sends it traffic.

use crate::state::State as Shared;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use ingest::ClockState;
use serde::Serialize;
use std::sync::Arc;
use store::Health;

/// `{"ready", "reasons": [{"code", "detail", "whatToDo"}]}`.
#[derive(Debug, Serialize)]
pub(crate) struct Readiness {
    ready: bool,
    reasons: Vec<Reason>,
}

/// One thing that is the matter.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Reason {
    code: &'static str,
    detail: String,
    what_to_do: &'static str,
}

/// The process answers.
pub(crate) async fn alive() -> &'static str {
    "alive\n"
}

/// 200 if the server does all it should, else 503 with the reasons.
pub(crate) async fn ready(State(state): State<Arc<Shared>>) -> (StatusCode, Json<Readiness>) {
    let reasons = reasons(&state);
    let ready = reasons.is_empty();
    let status = if ready {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    (status, Json(Readiness { ready, reasons }))
}

/// Everything that is the matter, as `/readyz` and `/api/status` show it.
pub(crate) fn reasons(state: &Shared) -> Vec<Reason> {
    let mut reasons = Vec::new();
    if state.api.stopping.is_cancelled() {
        reasons.push(Reason {
            code: "stopping",
            detail: "the server was told to stop".to_owned(),
            what_to_do: "send to another, or wait for it to come back",
        });
    }
    match state.api.store.health() {
        Health::Ok => {}
        Health::LowSpace { free, min } => reasons.push(Reason {
            code: "low_space",
            detail: format!("{free} bytes are free on the disk of the store, and {min} are kept back"),
            what_to_do: "free some space; everything goes on by itself then",
        }),
        Health::Failed { why } => reasons.push(Reason {
            code: "store_failed",
            detail: why,
            what_to_do: "mend what it says; the store is tried again all the time",
        }),
    }
    if let ClockState::Jumped { wall, trusted } = state.api.ingest.clock() {
        reasons.push(Reason {
            code: "clock_jumped",
            detail: format!(
                "the clock says {wall}, and {trusted} would be expected: segments are evaluated by the latter"
            ),
            what_to_do: "set the clock if it is wrong, then POST /api/clock/trust",
        });
    }
    reasons
}
