//! Bulk jobs on a running server: what there is, and what people do with it.

use super::{Control, Error};
use crate::jobs::{JobView, Replay, Resend, ResendError};
use ingest::{JobAction, JobError};
use model::{JobNo, JobState, NewJob};
use std::collections::BTreeSet;

/// Why a job was not made or changed.
#[derive(Debug, thiserror::Error)]
pub enum JobRefusal {
    /// What was asked for cannot be sent again.
    #[error(transparent)]
    Resend(#[from] ResendError),
    /// There is no such job, or it is at its end.
    #[error(transparent)]
    Job(#[from] JobError),
    /// The server could not do it.
    #[error(transparent)]
    Server(#[from] Error),
}

impl From<store::Error> for JobRefusal {
    fn from(error: store::Error) -> Self {
        Self::Server(error.into())
    }
}

impl Control {
    /// All bulk jobs, ascending by number.
    pub fn jobs(&self) -> Result<Vec<JobView>, Error> {
        let jobs = self.shared.store.jobs(JobNo(0), usize::MAX)?;
        let rules = self.shared.ingest.rules();
        let mut running = BTreeSet::new();
        let view = |job: &model::Job| {
            let first = job.state == JobState::Running && running.insert(job.dataflow);
            let flow = rules.flow(job.dataflow).is_some();
            self.shared.progress.view(job, flow, first)
        };
        Ok(jobs.iter().map(view).collect())
    }

    /// The bulk job with this number.
    pub fn job(&self, no: JobNo) -> Result<Option<JobView>, Error> {
        Ok(self.jobs()?.into_iter().find(|job| job.job == no.0))
    }

    /// Has the current state sent again. Resolves when the job is durable; `None` if there is nobody to look at.
    pub async fn resend(&self, resend: &Resend) -> Result<Option<JobView>, JobRefusal> {
        let job = resend.job(&self.shared.store.definitions()?)?;
        self.begin(job).await
    }

    async fn begin(&self, job: NewJob) -> Result<Option<JobView>, JobRefusal> {
        let made = self.shared.ingest.begin(job).await?;
        self.shared.jobs.notify_one();
        match made {
            Some(job) => Ok(self.job(job.no)?),
            None => Ok(None),
        }
    }

    /// Has dead letters sent again as they were recorded. Resolves when the job is durable; `None` if there are none.
    pub async fn replay(&self, replay: &Replay) -> Result<Option<JobView>, JobRefusal> {
        let job = replay.job(&self.shared.store.definitions()?)?;
        self.begin(job).await
    }

    /// Holds, lets go, ends or bounds a job. Resolves when it is durable.
    pub async fn act(&self, no: JobNo, action: JobAction) -> Result<JobView, JobRefusal> {
        self.shared.ingest.act(no, action).await?;
        self.shared.jobs.notify_one();
        let job = self.job(no)?;
        job.ok_or(JobRefusal::Job(JobError::Unknown(no)))
    }
}
