//! Has the candidates of bulk jobs looked at, page by page: the next page of a job goes to ingest when the last one
//! is durable.
//!
//! Jobs of one dataflow go one after the other, by number; a paused one lets the next pass. Jobs of several
//! dataflows take turns. A job waits while its dataflow decides nothing, while enough of what was decided in bulk
//! waits to be sent, and while it is faster than its rate.

use super::Error;
use super::progress::Progress;
use crate::server::Next;
use ingest::{Handle, Page};
use model::{DataflowNo, Job, JobNo, JobState};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;
use store::{Room, Store};
use tokio::time::Instant;

/// Candidates looked at in one commit: few, because live requests may have to wait for them.
const PAGE: usize = 64;
/// Exports that wait to be sent, by dataflow: no more are decided in bulk beyond these.
const AHEAD: u64 = 2_000;
/// Errors after which a job fails, unless it is given another number.
pub(crate) const ERROR_BUDGET: u64 = 1_000;

/// The job of jobs.
pub(crate) struct Working {
    store: Store,
    ingest: Handle,
    progress: Arc<Progress>,
    /// All jobs before this one are at their end.
    first: JobNo,
    /// When a job with a rate may go on.
    pace: HashMap<JobNo, Instant>,
}

impl Working {
    pub(crate) fn new(store: Store, ingest: Handle, progress: Arc<Progress>) -> Self {
        Self {
            store,
            ingest,
            progress,
            first: JobNo(0),
            pace: HashMap::new(),
        }
    }

    /// Has up to a page looked at for each dataflow.
    pub(crate) async fn step(&mut self) -> Result<Next, Error> {
        let jobs = self.store.jobs(self.first, usize::MAX)?;
        let open = jobs.iter().find(|job| !job.state.ended());
        self.first = match (open, jobs.last()) {
            (Some(job), _) => job.no,
            (None, Some(last)) => last.no.next(),
            (None, None) => self.first,
        };
        self.pace.retain(|no, _| *no >= self.first);
        let mut next = Next::Idle;
        let mut busy: BTreeSet<DataflowNo> = BTreeSet::new();
        for job in jobs.into_iter().filter(|job| job.state == JobState::Running) {
            if busy.insert(job.dataflow) {
                next = next.min(self.advance(&job).await?);
            }
        }
        Ok(next)
    }

    /// Has the next page of a job looked at, if it may go on.
    async fn advance(&mut self, job: &Job) -> Result<Next, Error> {
        if self.ingest.rules().flow(job.dataflow).is_none() {
            // Disabled: new definitions wake it.
            return Ok(Next::Idle);
        }
        let now = Instant::now();
        if self.pace.get(&job.no).is_some_and(|at| *at > now) {
            return Ok(Next::Soon);
        }
        let room = match self.store.room(job.dataflow) {
            Room::Ok => AHEAD.saturating_sub(self.store.queue(job.dataflow).pending.rows),
            // What is left of the queue's bound is for live exports.
            Room::NoBulk | Room::Full => 0,
        };
        if room == 0 {
            self.progress.waits(job.no);
            return Ok(Next::Soon);
        }
        // A slow job takes a candidate at a time, not a second's worth at once.
        let at_most = job.rate.map_or(PAGE, |rate| (rate as usize / 10).clamp(1, PAGE));
        let at_most = usize::try_from(room).unwrap_or(PAGE).min(at_most);
        let page = Page::of(&self.store, job, at_most)?;
        let looked_at = page.profiles.len();
        self.ingest.page(page).await?;
        if let Some(rate) = job.rate {
            let takes = Duration::from_secs_f64(looked_at as f64 / f64::from(rate.max(1)));
            self.pace.insert(job.no, now + takes);
        }
        self.progress.did(job.no, looked_at as u64);
        Ok(Next::More)
    }
}
