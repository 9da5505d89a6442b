//! `GET /metrics`, for Prometheus.

use crate::state::State as Shared;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use std::sync::Arc;

/// Everything counted and measured, in Prometheus's text format.
pub(crate) async fn show(State(state): State<Arc<Shared>>) -> impl IntoResponse {
    (
        [(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")],
        state.api.metrics.render(),
    )
}
