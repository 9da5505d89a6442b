//! What may wait, by dataflow and in all: from the definitions in force and the options of the store.

use crate::engine::Read;
use crate::error::Result;
use crate::keys::DEFINITIONS;
use crate::options::QueueOptions;
use model::{DataflowNo, Definitions, QueueBounds};
use std::collections::BTreeMap;

/// The bounds in force.
#[derive(Clone, Debug)]
pub(crate) struct Bounds {
    flows: BTreeMap<DataflowNo, QueueBounds>,
    pub(crate) all: QueueOptions,
}

impl Bounds {
    pub(crate) fn new(definitions: &Definitions, all: QueueOptions) -> Self {
        let flows = definitions.dataflows.iter();
        let flows = flows.map(|flow| (flow.no, flow.queue)).collect();
        Self { flows, all }
    }

    /// As the definitions in the rows have them.
    pub(crate) fn load<R: Read + ?Sized>(rows: &R, all: QueueOptions) -> Result<Self> {
        let definitions = DEFINITIONS.get(rows, &())?.unwrap_or_default();
        Ok(Self::new(&definitions, all))
    }

    /// Of a dataflow; what is left of one that was removed keeps to the defaults.
    pub(crate) fn of(&self, dataflow: DataflowNo) -> QueueBounds {
        self.flows.get(&dataflow).copied().unwrap_or_default()
    }
}
