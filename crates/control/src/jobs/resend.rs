//! What somebody asks to be sent again.

use super::ERROR_BUDGET;
use model::{
    Candidates, Dataflow, DataflowId, DataflowState, Definitions, JobKind, NewJob, ProfileId, SegmentId,
    Timestamp, Whom,
};

/// The current state of whom a dataflow is to be told again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resend {
    /// Which dataflow.
    pub dataflow: DataflowId,
    /// Of whom.
    pub scope: Scope,
    /// At most this many profiles a second, if bounded.
    pub rate: Option<u32>,
    /// It fails at more errors than this; 1,000 if not given.
    pub error_budget: Option<u64>,
}

/// Of whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Of all members, and all others it ever was told of.
    All,
    /// Of the members of a mapped segment.
    Segment(SegmentId),
    /// Like all, of those whose last change was at or after the first instant and before the second.
    Changed(Timestamp, Timestamp),
    /// Like all, of these.
    Profiles(Vec<ProfileId>),
}

/// Why nothing can be sent again.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ResendError {
    /// There is no such dataflow.
    #[error("there is no dataflow `{0}`")]
    Dataflow(DataflowId),
    /// It decides no exports.
    #[error("dataflow `{0}` is disabled: enable it first, with `weir apply --reconcile`")]
    Disabled(DataflowId),
    /// It does not map the segment.
    #[error("dataflow `{dataflow}` does not map segment `{segment}`")]
    Segment {
        /// Which dataflow.
        dataflow: DataflowId,
        /// Which segment.
        segment: SegmentId,
    },
}

impl Resend {
    /// The job that does it.
    pub(crate) fn job(&self, definitions: &Definitions) -> Result<NewJob, ResendError> {
        let dataflow = deciding(definitions, &self.dataflow)?;
        let (scope, whom, candidates) = self.scope.resolved(definitions, dataflow)?;
        Ok(NewJob {
            kind: JobKind::Resend,
            dataflow: dataflow.no,
            dataflow_id: dataflow.id.clone(),
            whom,
            leaving: Vec::new(),
            scope,
            candidates: vec![candidates],
            rate: self.rate,
            error_budget: self.error_budget.unwrap_or(ERROR_BUDGET),
        })
    }
}

/// The dataflow with this id, if it may be told anything.
pub(super) fn deciding<'a>(
    definitions: &'a Definitions,
    id: &DataflowId,
) -> Result<&'a Dataflow, ResendError> {
    let found = definitions.dataflows.iter().find(|flow| flow.id == *id);
    let dataflow = found.ok_or_else(|| ResendError::Dataflow(id.clone()))?;
    if !matches!(dataflow.state, DataflowState::Enabled | DataflowState::Paused) {
        return Err(ResendError::Disabled(id.clone()));
    }
    Ok(dataflow)
}

impl Scope {
    fn resolved(
        &self,
        definitions: &Definitions,
        dataflow: &Dataflow,
    ) -> Result<(String, Whom, Candidates), ResendError> {
        Ok(match self {
            Self::All => ("all".to_owned(), Whom::Known, Candidates::Everyone),
            Self::Segment(id) => {
                let mapping = dataflow.segments.iter().find(|m| m.segment == *id);
                let segment = definitions.segments.iter().find(|segment| segment.id == *id);
                let (Some(mapping), Some(segment)) = (mapping, segment) else {
                    return Err(ResendError::Segment {
                        dataflow: dataflow.id.clone(),
                        segment: id.clone(),
                    });
                };
                let counted = mapping.hidden.unwrap_or(segment.no);
                // Whoever is in the segment and the filter is in the segment.
                (
                    id.to_string(),
                    Whom::Members(vec![counted]),
                    Candidates::Members(segment.no),
                )
            }
            Self::Changed(from, before) => (
                format!("last changed from {from} to {before}"),
                Whom::Changed(*from, *before),
                Candidates::Everyone,
            ),
            Self::Profiles(profiles) => {
                let scope = match profiles.len() {
                    1 => "1 profile".to_owned(),
                    n => format!("{n} profiles"),
                };
                (scope, Whom::Known, Candidates::These(profiles.clone()))
            }
        })
    }
}
