//! `/api/destinations`: which there are, whether they could be written to, and a test record for those who ask for one.

use crate::problem::Problem;
use crate::query::Parameters;
use crate::reading::reading;
use crate::state::State as Shared;
use axum::Json;
use axum::extract::{Path, State};
use control::{CheckView, DestinationView, TestView};
use model::DestinationId;
use serde::Serialize;
use std::sync::Arc;

/// `{"destinations": [..]}`.
#[derive(Debug, Serialize)]
pub(crate) struct Destinations {
    destinations: Vec<DestinationView>,
}

/// `GET /api/destinations`.
pub(crate) async fn list(
    State(state): State<Arc<Shared>>,
    parameters: Parameters,
) -> Result<Json<Destinations>, Problem> {
    parameters.only(&[])?;
    reading(move || {
        let destinations = state.api.control.destinations()?;
        Ok(Json(Destinations { destinations }))
    })
    .await
}

/// `POST /api/destinations/{destination}/check`: asks it whether it could be written to. It is left as it was.
pub(crate) async fn check(
    State(state): State<Arc<Shared>>,
    Path(destination): Path<String>,
    parameters: Parameters,
) -> Result<Json<CheckView>, Problem> {
    parameters.only(&[])?;
    let id = DestinationId::new(&destination).map_err(|_| unknown(&destination))?;
    let checked = state.api.control.check_destination(&id).await;
    checked.map(Json).ok_or_else(|| unknown(&destination))
}

/// `POST /api/destinations/{destination}/test`: sends it a record that is marked as a test.
pub(crate) async fn test(
    State(state): State<Arc<Shared>>,
    Path(destination): Path<String>,
    parameters: Parameters,
) -> Result<Json<TestView>, Problem> {
    parameters.only(&[])?;
    let id = DestinationId::new(&destination).map_err(|_| unknown(&destination))?;
    let tested = state.api.control.test_destination(&id).await;
    tested.map(Json).ok_or_else(|| unknown(&destination))
}

fn unknown(destination: &str) -> Problem {
    let detail = format!("there is no destination {destination:?}");
    Problem::not_found(detail, "GET /api/destinations lists them")
}
