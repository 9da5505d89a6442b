//! Everything that can be refused before the body is read.

use super::Named;
use super::refused::Refused;
use crate::access;
use crate::state::State;
use axum::extract::{Path, Request};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use control::Denied;
use model::{Inlet, InletId};
use xdm::Door;

/// How a body is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// Messages in Adobe's envelope, as JSON.
    Envelope,
    /// Bare entities, one a line.
    Lines,
}

/// An inlet that takes what comes.
pub(super) struct Admitted {
    pub(super) inlet: Inlet,
    /// Reads its messages.
    pub(super) door: Door,
    /// Whether the sender asks for the violations of the dataset's schema, each with its pointer.
    pub(super) report: bool,
}

/// The inlet that is named, if the request may post to it and the server could take something now.
pub(super) fn admit(state: &State, named: Named, request: &Request) -> Result<Admitted, Refused> {
    let id = named.ok().and_then(|Path(id)| InletId::new(&id).ok());
    let open = id.and_then(|id| state.api.control.inlet(&id));
    let Some(open) = open else {
        let message =
            "there is no inlet with this id; `weir apply` makes inlets and GET /api/inlets lists them";
        return Err(Refused::new(StatusCode::NOT_FOUND, message));
    };
    let door = open
        .admit(access::bearer(request.headers()))
        .map_err(|denied| match denied {
            Denied::Missing | Denied::Wrong => Refused::new(StatusCode::UNAUTHORIZED, denied.to_string()),
            // Why it cannot be had is for the owner's log, not for whoever posts.
            Denied::Unusable(_) => Refused::later(
                "the server cannot check the token of this inlet; its log says why",
                30,
            ),
            Denied::NoSchema(_) => Refused::later(
                "the server cannot use the schema of this inlet's dataset; its log says why",
                30,
            ),
        })?;
    if let Err(message) = access::check_sandbox(&state.api.sandbox, request.headers()) {
        return Err(Refused::new(StatusCode::FORBIDDEN, message));
    }
    let report = asks_for_report(request);
    if report && door.schema().is_none() {
        let message = "syncValidation checks a message against the schema of its dataset, and this store is untyped: \
                       define `schemas`, or leave it out (the form of every message is checked before it is answered)";
        return Err(Refused::new(StatusCode::UNPROCESSABLE_ENTITY, message));
    }
    // What cannot be kept need not be read.
    state.api.ingest.reserve(0, 0)?;
    Ok(Admitted {
        inlet: open.inlet.clone(),
        door: door.clone(),
        report,
    })
}

/// Adobe's flag. A message is held to its schema with and without it, before it is answered.
fn asks_for_report(request: &Request) -> bool {
    let asks = |pair: &str| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, "true"));
        matches!(name, "syncValidation" | "synchronousValidation") && !value.eq_ignore_ascii_case("false")
    };
    request.uri().query().unwrap_or_default().split('&').any(asks)
}

/// How the body is written, by its headers.
pub(super) fn form(request: &Request) -> Result<Form, Refused> {
    let unsupported = |message: String| Err(Refused::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, message));
    let header = |name| {
        request
            .headers()
            .get(name)
            .map(|value| value.to_str().unwrap_or("?").to_ascii_lowercase())
    };
    match header(CONTENT_ENCODING).as_deref() {
        None | Some("identity") => {}
        Some(other) => {
            return unsupported(format!(
                "the body is encoded as {other:?}: send it plain, compression is not built yet"
            ));
        }
    }
    let Some(media) = header(CONTENT_TYPE) else {
        return unsupported("say `Content-Type: application/json`".to_owned());
    };
    match media.split(';').next().unwrap_or_default().trim() {
        "application/json" => Ok(Form::Envelope),
        "application/x-ndjson" | "application/ndjson" => Ok(Form::Lines),
        "application/x-jackson-smile" => {
            unsupported("Smile is not built yet: send application/json".to_owned())
        }
        other => unsupported(format!(
            "{other:?} is not taken: send application/json, or application/x-ndjson for a batch"
        )),
    }
}
