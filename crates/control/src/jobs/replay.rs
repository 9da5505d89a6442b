//! Replay: dead letters become pending again as they were recorded, with their ids, revisions and bytes.

use super::ERROR_BUDGET;
use super::resend::{ResendError, deciding};
use model::{Candidates, DataflowId, Definitions, ExportSeq, JobKind, NewJob, Whom};

/// Which dead letters somebody wants sent again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replay {
    /// Of which dataflow.
    pub dataflow: DataflowId,
    /// Their numbers. One that is gone by its turn, or must not be sent any more, is counted as left.
    pub letters: Vec<ExportSeq>,
    /// At most this many letters a second, if bounded.
    pub rate: Option<u32>,
    /// The job fails when more of them than this die again; 1,000 if not given.
    pub error_budget: Option<u64>,
}

impl Replay {
    /// The job that does it.
    pub(crate) fn job(&self, definitions: &Definitions) -> Result<NewJob, ResendError> {
        let dataflow = deciding(definitions, &self.dataflow)?;
        Ok(NewJob {
            kind: JobKind::Replay,
            dataflow: dataflow.no,
            dataflow_id: dataflow.id.clone(),
            whom: Whom::Known,
            leaving: Vec::new(),
            scope: match self.letters.len() {
                1 => "1 dead letter".to_owned(),
                n => format!("{n} dead letters"),
            },
            candidates: vec![Candidates::Letters(self.letters.clone())],
            rate: self.rate,
            error_budget: self.error_budget.unwrap_or(ERROR_BUDGET),
        })
    }
}
