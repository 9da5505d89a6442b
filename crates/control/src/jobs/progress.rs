//! How fast jobs are, as far as this process has seen: what their rows do not tell.

use crate::jobs::metrics as names;
use metrics::counter;
use model::{Job, JobNo, JobState};
use serde::Serialize;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// After a longer rest the speed is measured anew.
const REST: Duration = Duration::from_secs(10);

/// The speeds of jobs.
#[derive(Debug, Default)]
pub(crate) struct Progress(Mutex<HashMap<JobNo, Run>>);

/// A stretch of work without a longer rest.
#[derive(Clone, Copy, Debug)]
struct Run {
    since: Instant,
    last: Instant,
    done: u64,
    waits: bool,
}

/// A job as it is shown.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct JobView {
    /// Its number.
    pub job: u64,
    /// `backfill`, `resend`, ...
    pub kind: &'static str,
    /// Which dataflow is told.
    pub dataflow: String,
    /// Of whom, in words.
    pub scope: String,
    /// `running`, `paused`, `cancelled`, `done` or `failed`.
    pub state: &'static str,
    /// What a running job waits for, if it waits: `queue`, `dataflow` or `turn`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waits_for: Option<&'static str>,
    /// Why it failed or was cancelled.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub why: String,
    /// How many profiles it is to look at.
    pub total: u64,
    /// At how many it has looked: `exported + live + left + failed`.
    pub done: u64,
    /// Told by the job.
    pub exported: u64,
    /// Told by something else since it was made.
    pub live: u64,
    /// There was nothing to tell of them.
    pub left: u64,
    /// Looking at them failed.
    pub failed: u64,
    /// Profiles a second of late, while it runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate: Option<f64>,
    /// Seconds until it is done at that rate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub eta_seconds: Option<u64>,
    /// At most this many profiles a second.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate_limit: Option<u32>,
    /// It fails at more errors than this.
    pub error_budget: u64,
    /// When it was made, RFC 3339.
    pub made: String,
    /// When it last moved, RFC 3339.
    pub updated: String,
}

impl Progress {
    /// `job` has looked at so many more.
    pub(crate) fn did(&self, job: JobNo, profiles: u64) {
        counter!(names::JOB_PROFILES).increment(profiles);
        let now = Instant::now();
        let mut runs = self.runs();
        let fresh = Run {
            since: now,
            last: now,
            done: 0,
            waits: false,
        };
        let run = runs.entry(job).or_insert(fresh);
        if now.duration_since(run.last) > REST {
            *run = fresh;
        } else {
            run.done += profiles;
        }
        run.last = now;
        run.waits = false;
    }

    /// `job` waits until something was sent.
    pub(crate) fn waits(&self, job: JobNo) {
        if let Some(run) = self.runs().get_mut(&job) {
            run.waits = true;
        }
    }

    /// A job as it is shown; `flow` says whether its dataflow decides, `first` whether it is the first of it.
    pub(crate) fn view(&self, job: &Job, flow: bool, first: bool) -> JobView {
        let running = job.state == JobState::Running;
        let run = self.runs().get(&job.no).copied().filter(|_| running);
        let rate = run.and_then(|run| {
            let seconds = run.last.duration_since(run.since).as_secs_f64();
            (seconds > 0.0).then(|| run.done as f64 / seconds)
        });
        let left = job.counts.total.saturating_sub(job.counts.done());
        let eta = rate.filter(|rate| *rate > 0.0).map(|rate| left as f64 / rate);
        let waits_for = match (flow, first, run.is_some_and(|run| run.waits)) {
            _ if !running => None,
            (false, ..) => Some("dataflow"),
            (_, false, _) => Some("turn"),
            (_, _, true) => Some("queue"),
            _ => None,
        };
        JobView {
            job: job.no.0,
            kind: job.kind.as_str(),
            dataflow: job.dataflow_id.to_string(),
            scope: job.scope.clone(),
            state: job.state.as_str(),
            waits_for,
            why: job.why.clone(),
            total: job.counts.total,
            done: job.counts.done(),
            exported: job.counts.exported,
            live: job.counts.live,
            left: job.counts.left,
            failed: job.counts.failed,
            rate,
            eta_seconds: eta.map(|seconds| seconds.ceil() as u64),
            rate_limit: job.rate,
            error_budget: job.error_budget,
            made: job.made.to_string(),
            updated: job.updated.to_string(),
        }
    }

    fn runs(&self) -> MutexGuard<'_, HashMap<JobNo, Run>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
