//! Who may ask: the names under which the server may be called, the admin token, and the sandbox.

mod hosts;

pub use hosts::Hosts;

use crate::problem::Problem;
use crate::state::State as Shared;
use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, HOST, ORIGIN};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

/// Lets a request pass that calls the server by one of its names, and from one of its own pages if from a page.
pub(crate) async fn called_by_name(
    State(state): State<Arc<Shared>>,
    request: Request,
    next: Next,
) -> Response {
    match check_names(&state.api.hosts, request.headers()) {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

/// Lets a request pass that bears the admin token, for this sandbox.
pub(crate) async fn by_admin(State(state): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    let token = bearer(request.headers());
    if !token.is_some_and(|token| state.api.admin.matches(token)) {
        let detail = if token.is_none() {
            "this route needs a token"
        } else {
            "the token is not the admin token"
        };
        let what =
            "send `Authorization: Bearer <token>` with the token in the file admin-token of the data folder";
        return Problem::unauthorized(detail, what).into_response();
    }
    if let Err(message) = check_sandbox(&state.api.sandbox, request.headers()) {
        return Problem::new(
            StatusCode::FORBIDDEN,
            "Another sandbox",
            message,
            "leave out x-sandbox-name",
        )
        .into_response();
    }
    next.run(request).await
}

/// The token of `Authorization: Bearer <token>`.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// Refuses another sandbox than the one of this server; none named is this one.
pub(crate) fn check_sandbox(ours: &str, headers: &HeaderMap) -> Result<(), String> {
    match headers.get("x-sandbox-name") {
        Some(named) if named.as_bytes() != ours.as_bytes() => Err(format!(
            "this server holds the sandbox `{ours}` only, and x-sandbox-name names another"
        )),
        _ => Ok(()),
    }
}

fn check_names(hosts: &Hosts, headers: &HeaderMap) -> Result<(), Problem> {
    let text = |value: &HeaderValue| value.to_str().unwrap_or_default().to_owned();
    let host = headers.get(HOST).map(text).unwrap_or_default();
    if !hosts.allow_host(&host) {
        return Err(Problem::new(
            StatusCode::FORBIDDEN,
            "Unknown host",
            format!("the request is for the host {host:?}, which is no name of this server"),
            "call it by localhost with its port, or add the name to `hosts` under [server] in weir.toml",
        ));
    }
    match headers.get(ORIGIN).map(text) {
        Some(origin) if !hosts.allow_origin(&origin) => Err(Problem::new(
            StatusCode::FORBIDDEN,
            "Foreign origin",
            format!("the request comes from a page of {origin:?}"),
            "call the server from a program, or from a page of one of its own names",
        )),
        _ => Ok(()),
    }
}
