//! `GET /api/inlets`: where to post.

use crate::problem::Problem;
use crate::query::Parameters;
use crate::reading::reading;
use crate::state::State as Shared;
use axum::Json;
use axum::extract::State;
use model::{DatasetId, InletId};
use serde::Serialize;
use std::sync::Arc;

#[derive(Debug, Serialize)]
pub(crate) struct View {
    inlets: Vec<Entry>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    id: InletId,
    name: String,
    dataset: DatasetId,
    needs_token: bool,
    /// For one message.
    url: String,
    /// For `{"messages": [..]}` and NDJSON.
    batch_url: String,
}

/// All inlets with their URLs.
pub(crate) async fn show(
    State(state): State<Arc<Shared>>,
    parameters: Parameters,
) -> Result<Json<View>, Problem> {
    parameters.only(&[])?;
    reading(move || {
        let definitions = state.catalogue.at(state.api.ingest.rules().version)?;
        let url = &state.api.url;
        let entry = |inlet: &model::Inlet| Entry {
            id: inlet.id.clone(),
            name: inlet.name.clone(),
            dataset: inlet.dataset.clone(),
            needs_token: inlet.token.is_some(),
            url: format!("{url}/collection/{}", inlet.id),
            batch_url: format!("{url}/collection/batch/{}", inlet.id),
        };
        Ok(Json(View {
            inlets: definitions.inlets.iter().map(entry).collect(),
        }))
    })
    .await
}
