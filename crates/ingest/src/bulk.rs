//! Bulk jobs as the loop sees them: it alone writes their rows, each together with what it decided for them.

use crate::input::{Telling, What};
use crate::members::{Members, block_of, blocks, in_block};
use evaluator::{Ask, Rules};
use model::{
    Definitions, ExportSeq, Job, JobCounts, JobKind, JobNo, JobState, Leaving, NewJob, ProfileId, Timestamp,
};
use std::sync::Arc;
use store::{JobOp, Store};

/// What somebody wants of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobAction {
    /// To hold it where it is.
    Pause,
    /// To let it go on.
    Resume,
    /// To end it; what it has decided stays decided.
    Cancel,
    /// To bound its candidates a second, or not to.
    Rate(Option<u32>),
}

/// Why a job was not made or changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JobError {
    /// There is none of this number.
    #[error("there is no job {0}")]
    Unknown(JobNo),
    /// It is at its end.
    #[error("job {0} is {state} already", state = .1.as_str())]
    Ended(JobNo, JobState),
    /// Its dataflow decides no exports.
    #[error("dataflow {0} is disabled or was removed")]
    Dataflow(String),
    /// It could not be made durable.
    #[error(transparent)]
    Submit(#[from] crate::SubmitError),
}

/// The next candidates of a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Which job.
    pub job: JobNo,
    /// Where its cursor was when the page was read: a page that was overtaken is dropped.
    pub cursor: ProfileId,
    /// Who is looked at; of a replay, the bits are the numbers of dead letters.
    pub profiles: Vec<ProfileId>,
    /// Where the cursor is after it; `None` if these are the last.
    pub next: Option<ProfileId>,
}

impl Page {
    /// The next up to `limit` candidates of `job`.
    pub fn of(store: &Store, job: &Job, limit: usize) -> Result<Self, store::Error> {
        let mut page = Self {
            job: job.no,
            cursor: job.cursor,
            profiles: Vec::new(),
            next: None,
        };
        let mut block = block_of(job.cursor);
        // One more than asked for says where the next page begins.
        while page.profiles.len() <= limit {
            let Some((found, bytes)) = store.candidates(job.no, block, 1)?.pop() else {
                return Ok(page);
            };
            let more = limit + 1 - page.profiles.len();
            page.profiles.extend(in_block(found, &bytes, job.cursor, more)?);
            block = found + 1;
        }
        page.next = page.profiles.pop();
        Ok(page)
    }

    /// The visits of this page, and the job it is of; `None` if the job does not stand where the page begins, or
    /// must not go on.
    pub(crate) fn open(
        &self,
        store: &Store,
        rules: &Rules,
    ) -> Result<Option<(Job, Vec<What>)>, store::Error> {
        let Some(job) = store.job(self.job)? else {
            return Ok(None);
        };
        let stands = job.state == JobState::Running && job.cursor == self.cursor;
        if !stands || rules.flow(job.dataflow).is_none() {
            return Ok(None);
        }
        let Some(cause) = job.kind.cause() else {
            return Ok(Some((job, Vec::new())));
        };
        let telling = Arc::new(Telling {
            ask: Ask {
                dataflow: job.dataflow,
                cause,
                whom: job.whom.clone(),
            },
            since: job.made_in,
        });
        let visit = |id: &ProfileId| What::Tell(*id, Arc::clone(&telling));
        let visits = self.profiles.iter().map(visit).collect();
        Ok(Some((job, visits)))
    }

    /// What becomes of the job with what was decided of the page. `dead` is how many exports of its dataflow ever
    /// became dead letters.
    pub(crate) fn close(&self, mut job: Job, told: JobCounts, dead: u64, now: Timestamp) -> Vec<JobOp> {
        let counts = &mut job.counts;
        counts.exported += told.exported;
        counts.live += told.live;
        counts.left += told.left;
        counts.failed += told.failed;
        job.updated = now;
        // Letters that a replay took up are not dead while they are on their way.
        let replays = job.kind == JobKind::Replay;
        let taken_up = if replays { counts.exported } else { 0 };
        let errors = counts.failed + (dead + taken_up).saturating_sub(job.dead_before);
        match self.next {
            None => job.state = JobState::Done,
            Some(next) => job.cursor = next,
        }
        if errors > job.error_budget && job.state == JobState::Running {
            job.state = JobState::Failed;
            job.why = format!(
                "{errors} errors, and its budget is {}: {} visits failed, and the dataflow has {} more dead letters",
                job.error_budget,
                job.counts.failed,
                errors - job.counts.failed
            );
        }
        let before = (!job.state.ended()).then(|| block_of(job.cursor));
        let mut ops = Vec::new();
        if before.is_none_or(|before| before > block_of(self.cursor)) {
            ops.push(JobOp::Finished { job: job.no, before });
        }
        ops.push(if replays {
            let letters = self.profiles.iter().map(|bits| ExportSeq(bits.to_bits()));
            JobOp::Replay(job, letters.collect())
        } else {
            JobOp::Put(job)
        });
        ops
    }
}

/// The rows of a job that is made in `batch` at `now`; none if there is nobody to look at.
pub(crate) fn begin(
    new: &NewJob,
    no: JobNo,
    members: &Members,
    store: &Store,
    (batch, now): (u64, Timestamp),
) -> Result<Vec<JobOp>, store::Error> {
    let candidates = members.select(&new.candidates, store)?;
    if candidates.is_empty() {
        return Ok(Vec::new());
    }
    let job = Job {
        no,
        kind: new.kind,
        dataflow: new.dataflow,
        dataflow_id: new.dataflow_id.clone(),
        whom: new.whom.clone(),
        leaving: new.leaving.clone(),
        scope: new.scope.clone(),
        state: JobState::Running,
        why: String::new(),
        cursor: ProfileId::from_bits(0),
        counts: JobCounts {
            total: candidates.len(),
            ..JobCounts::default()
        },
        made_in: batch,
        made: now,
        updated: now,
        rate: new.rate,
        error_budget: new.error_budget,
        dead_before: store.dead(new.dataflow)?,
    };
    let blocks = blocks(&candidates).into_iter();
    let stored = blocks.map(|(block, profiles)| JobOp::Candidates {
        job: no,
        block,
        profiles,
    });
    Ok(std::iter::once(JobOp::Put(job)).chain(stored).collect())
}

/// The job after an action, with the rows that say so.
pub(crate) fn act(mut job: Job, action: JobAction, now: Timestamp) -> Result<(Job, Vec<JobOp>), JobError> {
    if job.state.ended() {
        return Err(JobError::Ended(job.no, job.state));
    }
    match action {
        JobAction::Pause => job.state = JobState::Paused,
        JobAction::Resume => job.state = JobState::Running,
        JobAction::Cancel => return Ok(cancelled(job, "somebody cancelled it", now)),
        JobAction::Rate(rate) => job.rate = rate,
    }
    job.updated = now;
    Ok((job.clone(), vec![JobOp::Put(job)]))
}

fn cancelled(mut job: Job, why: &str, now: Timestamp) -> (Job, Vec<JobOp>) {
    job.state = JobState::Cancelled;
    why.clone_into(&mut job.why);
    job.updated = now;
    let finished = JobOp::Finished {
        job: job.no,
        before: None,
    };
    (job.clone(), vec![finished, JobOp::Put(job)])
}

/// What new definitions make of the jobs there are: those of removed dataflows are cancelled, and what is mapped
/// again leaves no longer. An exit sweep goes on even so: whoever left meanwhile was not told.
pub(crate) fn redefined(jobs: &[Job], definitions: &Definitions, now: Timestamp) -> Vec<JobOp> {
    let mut ops = Vec::new();
    for mut job in jobs.iter().filter(|job| !job.state.ended()).cloned() {
        let Some(dataflow) = definitions.dataflows.iter().find(|flow| flow.no == job.dataflow) else {
            ops.extend(cancelled(job, "its dataflow was removed", now).1);
            continue;
        };
        let mapped = |leaving: &Leaving| {
            let mapping = dataflow.segments.iter().find(|m| m.segment == leaving.segment);
            let number = mapping.and_then(|mapping| {
                let segment = definitions.segments.iter().find(|s| s.id == mapping.segment);
                mapping.hidden.or(segment.map(|segment| segment.no))
            });
            number == Some(leaving.no)
        };
        let before = job.leaving.len();
        job.leaving.retain(|leaving| !mapped(leaving));
        if job.leaving.len() < before {
            job.updated = now;
            ops.push(JobOp::Put(job));
        }
    }
    ops
}

/// What leaves which dataflow: of all jobs that are not at their end.
pub(crate) fn with_leaving(rules: Rules, jobs: &[Job]) -> Rules {
    let open = jobs.iter().filter(|job| !job.state.ended());
    let leaving = open.flat_map(|job| job.leaving.iter().map(|leaving| (job.dataflow, leaving)));
    rules.leaving(leaving)
}
