//! What people decide, as batches of their own: new definitions, new jobs, and what becomes of a job.

use super::Ingest;
use super::asked::Asked;
use super::flight::Ready;
use crate::bulk::{JobAction, JobError, act, begin, redefined, with_leaving};
use crate::handle::{RedefineError, SubmitError};
use evaluator::Rules;
use model::{Candidates, Definitions, Job, JobNo, NewJob};
use std::sync::Arc;
use store::JobOp;

/// Whether a job that made segments leave is at its end with this.
pub(super) fn ends_leaving(op: &JobOp) -> bool {
    matches!(op, JobOp::Put(job) if job.state.ended() && !job.leaving.is_empty())
}

impl Ingest {
    /// A publish is a batch of its own: the definitions and the jobs become durable, then they are in force.
    pub(super) async fn redefine(
        &mut self,
        mut definitions: Definitions,
        new: Vec<NewJob>,
    ) -> Result<Vec<Job>, RedefineError> {
        let now = self.now();
        if definitions.version > self.core.rules().version {
            definitions.published_at = now;
        }
        let rules = Rules::compile(&definitions).map_err(RedefineError::Rules)?;
        let mut jobs = match self.store.jobs(JobNo(0), usize::MAX) {
            Ok(jobs) => jobs,
            Err(error) => return Err(self.give_up(&error).into()),
        };
        let ops = redefined(&jobs, &definitions, now);
        for op in &ops {
            if let JobOp::Put(changed) = op {
                jobs.retain(|job| job.no != changed.no);
                jobs.push(changed.clone());
            }
        }
        let dataflows: Vec<_> = definitions.dataflows.iter().map(|flow| flow.no).collect();
        let made = self.commit_jobs(&new, ops, Some(definitions)).await?;
        self.members.keep(
            |segment| rules.segment(segment).is_some(),
            |dataflow| dataflows.contains(&dataflow),
        );
        jobs.extend(made.iter().cloned());
        self.enforce(with_leaving(rules, &jobs));
        Ok(made)
    }

    /// Makes a job, with the candidates there are now.
    pub(super) async fn begin(&mut self, new: &NewJob) -> Result<Option<Job>, JobError> {
        if self.core.rules().flow(new.dataflow).is_none() {
            return Err(JobError::Dataflow(new.dataflow_id.to_string()));
        }
        let made = self
            .commit_jobs(std::slice::from_ref(new), Vec::new(), None)
            .await?;
        Ok(made.into_iter().next())
    }

    /// Does what somebody wants of a job.
    pub(super) async fn act(&mut self, no: JobNo, action: JobAction) -> Result<Job, JobError> {
        let job = match self.store.job(no) {
            Ok(job) => job.ok_or(JobError::Unknown(no))?,
            Err(error) => return Err(self.give_up(&error).into()),
        };
        let now = self.now();
        let (job, ops) = act(job, action, now)?;
        let ends = ops.iter().any(ends_leaving);
        self.commit_jobs(&[], ops, None).await?;
        if ends {
            self.renew_rules();
        }
        Ok(job)
    }

    pub(super) fn count(&mut self, candidates: &[Candidates]) -> Result<u64, SubmitError> {
        match self.members.select(candidates, &self.store) {
            Ok(selected) => Ok(selected.len()),
            Err(error) => Err(self.give_up(&error)),
        }
    }

    /// Compiles the definitions anew, after what leaves a dataflow has changed. Where that fails, exits go on being
    /// told until the next publish. Gives whether they could be read.
    pub(super) fn renew_rules(&mut self) -> bool {
        let read = self.store.definitions().and_then(|definitions| {
            let jobs = self.store.jobs(JobNo(0), usize::MAX)?;
            Ok((definitions, jobs))
        });
        match read {
            // They compiled when they were put in force.
            Ok((definitions, jobs)) => {
                match Rules::compile(&definitions) {
                    Ok(rules) => self.enforce(with_leaving(rules, &jobs)),
                    Err(errors) => tracing::error!(?errors, "the definitions in the store do not compile"),
                }
                true
            }
            Err(error) => {
                tracing::warn!(%error, "what leaves dataflows cannot be read");
                false
            }
        }
    }

    fn enforce(&mut self, rules: Rules) {
        let rules = Arc::new(rules);
        let now = self.now();
        self.ledger.enforce(&rules, now);
        self.core.set_rules(Arc::clone(&rules));
        self.rules.send_replace(rules);
    }

    /// Commits a batch without inputs, while nothing else is on its way: these rows of jobs, new jobs, and definitions. Gives the jobs made.
    async fn commit_jobs(
        &mut self,
        new: &[NewJob],
        mut jobs: Vec<JobOp>,
        definitions: Option<Definitions>,
    ) -> Result<Vec<Job>, SubmitError> {
        let now = self.now();
        self.core.advance_clock(now);
        let decided = self.core.decide(Vec::new());
        let batch = match decided {
            Ok(batch) => batch,
            Err(error) => return Err(self.give_up(&error)),
        };
        let mut decisions = batch.decisions;
        let mut made = Vec::new();
        for new in new {
            let begun = self.store.next_job().and_then(|first| {
                let no = JobNo(first.0 + made.len() as u64);
                begin(new, no, &self.members, &self.store, (decisions.batch, now))
            });
            let begun = match begun {
                Ok(begun) => begun,
                Err(error) => return Err(self.give_up(&error)),
            };
            if let Some(JobOp::Put(job)) = begun.first() {
                made.push(job.clone());
            }
            jobs.extend(begun);
        }
        decisions.jobs = jobs;
        decisions.definitions = definitions;
        let ready = Ready {
            decisions,
            ..Ready::default()
        };
        self.launch(ready, Asked::default()).await?;
        self.land().await?;
        Ok(made)
    }
}
