//! Removes dataflows whose definition was taken away with an exit sweep, once everything has been sent.

use super::Error;
use crate::change::end;
use crate::server::Next;
use model::{DataflowNo, DataflowState, Definitions, JobNo};
use store::Store;

/// The job.
pub(crate) struct Ending {
    store: Store,
    left: Vec<DataflowNo>,
}

impl Ending {
    pub(crate) fn new(store: Store) -> Self {
        Self {
            store,
            left: Vec::new(),
        }
    }

    /// Looks after the dataflows that are ending in these definitions, and after no other.
    pub(crate) fn redefine(&mut self, definitions: &Definitions) {
        let dataflows = definitions.dataflows.iter();
        let ending = dataflows.filter(|dataflow| dataflow.state == DataflowState::Ending);
        self.left = ending.map(|dataflow| dataflow.no).collect();
    }

    /// The definitions without a dataflow that is done, if there is one.
    pub(crate) fn step(&mut self) -> Result<(Next, Option<Definitions>), Error> {
        if self.left.is_empty() {
            return Ok((Next::Idle, None));
        }
        let jobs = self.store.jobs(JobNo(0), usize::MAX)?;
        let busy = |no| jobs.iter().any(|job| job.dataflow == no && !job.state.ended());
        for &no in &self.left {
            if !busy(no) && self.store.account(no)?.pending == 0 {
                let mut definitions = self.store.definitions()?;
                end(&mut definitions, no);
                return Ok((Next::More, Some(definitions)));
            }
        }
        Ok((Next::Later, None))
    }
}
