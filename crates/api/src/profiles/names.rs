//! Numbers of the store back to the names that people gave.

use crate::problem::Problem;
use crate::state::State;
use model::{DataflowId, DataflowNo, Definitions, SegmentDefinition, SegmentNo};
use std::collections::HashMap;
use std::sync::Arc;

/// The names in force. What is not among them (hidden segments, those of the past) is not shown.
pub(super) struct Names {
    definitions: Arc<Definitions>,
    segments: HashMap<SegmentNo, usize>,
}

impl Names {
    pub(super) fn of(state: &State) -> Result<Self, Problem> {
        let definitions = state.catalogue.at(state.api.ingest.rules().version)?;
        let segments = definitions
            .segments
            .iter()
            .enumerate()
            .map(|(at, segment)| (segment.no, at))
            .collect();
        Ok(Self {
            definitions,
            segments,
        })
    }

    pub(super) fn segment(&self, no: SegmentNo) -> Option<&SegmentDefinition> {
        self.segments.get(&no).map(|&at| &self.definitions.segments[at])
    }

    pub(super) fn dataflow(&self, no: DataflowNo) -> Option<&DataflowId> {
        self.definitions
            .dataflows
            .iter()
            .find(|dataflow| dataflow.no == no)
            .map(|dataflow| &dataflow.id)
    }
}
