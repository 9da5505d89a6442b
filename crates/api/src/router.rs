//! Which path leads where, and who may go there.

use crate::problem::Problem;
use crate::state::{Api, State};
use crate::{
    access, backup, collection, dataflows, dead, definitions, destinations, inlets, jobs, letters, metrics,
    profiles, readiness, segments, status,
};
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{Method, StatusCode, Uri};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use std::sync::Arc;

/// All routes of the server.
pub fn router(api: Api) -> Router {
    let state = Arc::new(State::new(api));
    let admin = Router::new()
        .route("/api/profiles", get(profiles::look_up))
        .route("/api/profiles/why", get(profiles::why).post(profiles::would))
        .route("/data/core/ups/access/entities", get(profiles::entities))
        .route(
            "/api/definitions",
            get(definitions::show).post(definitions::apply),
        )
        .layer(DefaultBodyLimit::max(definitions::MAX_FILE_BYTES))
        .route("/api/dataflows", get(dataflows::show))
        .route("/api/destinations", get(destinations::list))
        .route("/api/destinations/{destination}/check", post(destinations::check))
        .route("/api/destinations/{destination}/test", post(destinations::test))
        .route("/api/segments/cost", get(segments::cost))
        .route("/api/jobs", get(jobs::list).post(jobs::resend))
        .route("/api/jobs/{job}", get(jobs::show))
        .route("/api/jobs/{job}/{action}", post(jobs::act))
        .route("/api/dead-letters", get(letters::list))
        .route("/api/dead-letters/{dataflow}/{number}", get(letters::show))
        .route("/api/dead-letters/replay", post(letters::replay))
        .route("/api/dead-letters/purge", post(letters::purge))
        .route("/api/dead-messages", get(dead::messages))
        .route("/api/inlets", get(inlets::show))
        .route("/api/backup", get(backup::stream))
        .route("/api/status", get(status::show))
        .route("/api/clock/trust", post(status::trust_clock))
        .route("/metrics", get(metrics::show))
        .route_layer(from_fn_with_state(Arc::clone(&state), access::by_admin));
    let named = Router::new()
        .merge(admin)
        .merge(collection::routes())
        .fallback(unknown)
        .method_not_allowed_fallback(not_allowed)
        .layer(from_fn_with_state(Arc::clone(&state), access::called_by_name));
    // Probes come by whatever address the machine has, and learn nothing that is not theirs to know.
    let probes = Router::new()
        .route("/livez", get(readiness::alive))
        .route("/readyz", get(readiness::ready));
    probes.merge(named).with_state(state)
}

async fn unknown(uri: Uri) -> Response {
    let path = uri.path();
    if path == "/collection" || path.starts_with("/collection/") {
        return collection::unknown_path().into_response();
    }
    let what = "the routes begin with /collection, /api, /data/core/ups, /livez, /readyz and /metrics";
    Problem::not_found(format!("there is nothing at {path}"), what).into_response()
}

async fn not_allowed(method: Method, uri: Uri) -> Response {
    let path = uri.path();
    if path.starts_with("/collection/") {
        return collection::not_allowed(&method).into_response();
    }
    let detail = format!("{path} does not take {method}");
    let what = "the header Allow names the methods it takes";
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "Method not allowed", detail, what).into_response()
}
