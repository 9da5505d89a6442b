//! Look-up of a person by any identity: Weir's own view, and Adobe's.

mod adobe;
mod names;
mod view;
mod why;

pub(crate) use why::{why, would};

use crate::problem::Problem;
use crate::query::Parameters;
use crate::reading::reading;
use crate::state::State as Shared;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use model::{Identity, Profile};
use names::Names;
use std::sync::Arc;

/// The most events and transitions that one answer shows.
const MOST: u64 = 10_000;

/// `GET /api/profiles?namespace=email&value=a@b.test&events=100&history=100`: everything that is known.
pub(crate) async fn look_up(
    State(state): State<Arc<Shared>>,
    parameters: Parameters,
) -> Result<Json<view::View>, Problem> {
    parameters.only(&["namespace", "value", "events", "history"])?;
    let namespace = parameters.required("namespace", "email")?;
    let identity = identity(namespace, parameters.required("value", "a@b.test")?);
    let events = parameters.number("events", 100, MOST)? as usize;
    let history = parameters.number("history", 100, MOST)? as usize;
    reading(move || {
        let profile = find(&state, &identity)?;
        let names = Names::of(&state)?;
        let mut transitions = state.api.store.history(profile.id, history)?;
        transitions.truncate(history);
        Ok(Json(view::View::new(&profile, &transitions, &names, events)))
    })
    .await
}

/// `GET /data/core/ups/access/entities?schema.name=_xdm.context.profile&entityId=a@b.test&entityIdNS=email`, as
/// Adobe's Real-Time Customer Profile answers it.
///
/// Source: adobe-and-dynamics.md b7 and C16.
pub(crate) async fn entities(
    State(state): State<Arc<Shared>>,
    parameters: Parameters,
) -> Result<Json<adobe::Entities>, Problem> {
    parameters.only(&["schema.name", "entityId", "entityIdNS"])?;
    let schema = parameters.required("schema.name", "_xdm.context.profile")?;
    if schema != "_xdm.context.profile" {
        let what = "ask for `_xdm.context.profile`; GET /api/profiles shows events too";
        let detail = format!("look-up of {schema:?} is not built yet");
        return Err(Problem::new(
            StatusCode::NOT_IMPLEMENTED,
            "Not built yet",
            detail,
            what,
        ));
    }
    let namespace = parameters.required("entityIdNS", "email")?;
    let identity = identity(namespace, parameters.required("entityId", "a@b.test")?);
    reading(move || {
        Ok(Json(adobe::entities(
            &find(&state, &identity)?,
            &Names::of(&state)?,
        )))
    })
    .await
}

fn identity(namespace: &str, value: &str) -> Identity {
    Identity {
        namespace: namespace.into(),
        value: value.into(),
    }
}

/// The profile that has the identity. A join between the two reads is followed.
fn find(state: &Shared, identity: &Identity) -> Result<Profile, Problem> {
    for _ in 0..3 {
        let Some(id) = state
            .api
            .store
            .profiles_of(std::slice::from_ref(identity))?
            .pop()
            .flatten()
        else {
            break;
        };
        if let Some(profile) = state.api.store.load(&[id])?.pop().flatten() {
            return Ok(profile);
        }
    }
    let what = "check the namespace and the value; both are compared as they were sent";
    Err(Problem::not_found("no profile has this identity", what))
}
