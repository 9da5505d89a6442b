//! `GET /api/segments/cost`: which segments make evaluation expensive.

use crate::problem::Problem;
use crate::query::Parameters;
use crate::reading::reading;
use crate::state::State as Shared;
use axum::Json;
use axum::extract::State;
use ingest::{Costs, SAMPLED, SegmentCost};
use model::{DataflowId, Definitions, SegmentDefinition, SegmentId, SegmentNo};
use serde::Serialize;
use std::collections::HashMap;
use std::sync::Arc;

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct View {
    /// When counting began: the start of the server.
    since: String,
    /// One change in so many was watched; what is not exact is scaled by it.
    sampled_one_in: u64,
    /// Of all work on changes of profiles: reading them, merging, evaluating, planning exports.
    seconds: f64,
    /// What of it is the segments'.
    segment_seconds: f64,
    profiles_in_memory: usize,
    /// From how many of these the bytes are scaled.
    profiles_measured: usize,
    /// Of all segments.
    segment_bytes: u64,
    /// What is kept for evaluation whatever the segments are.
    shared_bytes: u64,
    segments: Vec<Entry>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    id: SegmentId,
    name: String,
    number: SegmentNo,
    /// Set for the segment together with the filter of this dataflow, which is evaluated beside the segment alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    dataflow: Option<DataflowId>,
    /// When counting began: with the server, or when the segment last changed its meaning.
    since: String,
    /// How often it was looked at.
    evaluations: u64,
    /// How often somebody came in or went out; exact.
    flips: u64,
    /// How often a part of it was recomputed that no index answers.
    fallbacks: u64,
    seconds: f64,
    /// Of the seconds of all work.
    share: f64,
    bytes: u64,
}

/// What each segment has cost, in the order of the rules.
pub(crate) async fn cost(
    State(state): State<Arc<Shared>>,
    parameters: Parameters,
) -> Result<Json<View>, Problem> {
    parameters.only(&[])?;
    let costs = state.api.ingest.costs().await;
    let costs = costs.map_err(|error| Problem::unavailable(error.to_string()))?;
    reading(move || {
        let definitions = state.catalogue.at(state.api.ingest.rules().version)?;
        Ok(Json(view(&costs, &definitions)))
    })
    .await
}

fn view(costs: &Costs, definitions: &Definitions) -> View {
    let names = names(definitions);
    let seconds = costs.nanos / 1e9;
    let entry = |cost: &SegmentCost| {
        // What a publish has just taken away has no name any more.
        let (definition, dataflow) = names.get(&cost.segment)?;
        Some(Entry {
            id: definition.id.clone(),
            name: definition.name.clone(),
            number: cost.segment,
            dataflow: dataflow.cloned(),
            since: cost.since.to_string(),
            evaluations: cost.evaluations,
            flips: cost.flips,
            fallbacks: cost.fallbacks,
            seconds: cost.nanos / 1e9,
            share: if costs.nanos > 0.0 {
                cost.nanos / costs.nanos
            } else {
                0.0
            },
            bytes: cost.bytes as u64,
        })
    };
    View {
        since: costs.since.to_string(),
        sampled_one_in: SAMPLED,
        seconds,
        segment_seconds: costs.segments.iter().map(|cost| cost.nanos / 1e9).sum(),
        profiles_in_memory: costs.profiles,
        profiles_measured: costs.measured,
        segment_bytes: costs.segments.iter().map(|cost| cost.bytes).sum::<f64>() as u64,
        shared_bytes: costs.bytes as u64,
        segments: costs.segments.iter().filter_map(entry).collect(),
    }
}

type Names<'d> = HashMap<SegmentNo, (&'d SegmentDefinition, Option<&'d DataflowId>)>;

/// Segments by number, hidden ones with the dataflow whose filter they have.
fn names(definitions: &Definitions) -> Names<'_> {
    let by_id: HashMap<&SegmentId, &SegmentDefinition> = definitions
        .segments
        .iter()
        .map(|segment| (&segment.id, segment))
        .collect();
    let mut names: Names<'_> = by_id
        .values()
        .map(|segment| (segment.no, (*segment, None)))
        .collect();
    for flow in &definitions.dataflows {
        let hidden = flow
            .segments
            .iter()
            .filter_map(|mapping| Some((mapping.hidden?, by_id.get(&mapping.segment)?)));
        names.extend(hidden.map(|(no, segment)| (no, (*segment, Some(&flow.id)))));
    }
    names
}
