//! From requests to decisions.

use super::asked::{Asked, ItemsRequest};
use super::flight::{Flight, Ready};
use super::jobs::ends_leaving;
use super::{Ingest, Time};
use crate::cost::segments;
use crate::handle::{Request, SubmitError};
use crate::input::{Input, Item, Posted, What};
use crate::tally::Tally;
use crate::{Batch, metrics as names};
use metrics::histogram;
use model::Timestamp;
use std::sync::Arc;
use store::{DeadMessage, RawInput, UpgradeProgress};
use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::time::Instant;

impl Ingest {
    /// Gathers the items that wait, and has each request answered when all of it is durable.
    pub(super) async fn items(&mut self, first: ItemsRequest) {
        let mut asked = Asked::default();
        let whats = self.gather(first, &mut asked).await;
        match self.slices(whats).await {
            // Whoever asked is told by the last batch.
            Ok(last) => drop(self.batch(last, None, asked).await),
            Err(error) => asked.refuse(&error),
        }
    }

    /// What waits, up to a batch. While one is on its way there is time to wait for as much as that has.
    async fn gather(&mut self, first: ItemsRequest, asked: &mut Asked) -> Vec<What> {
        let mut whats = Vec::new();
        let mut add = |request: ItemsRequest, whats: &mut Vec<What>| {
            whats.extend(asked.add(request).into_iter().map(What::Item));
        };
        add(first, &mut whats);
        while whats.len() < self.options.batch {
            let arrived = match self.queue.try_recv() {
                Ok(request) => request,
                Err(_) => match &mut self.flight {
                    Some(flight) if whats.len() < flight.inputs() => tokio::select! {
                        biased;
                        durable = flight.lands() => {
                            drop(self.landed(durable));
                            continue;
                        }
                        Some(request) = self.queue.recv() => request,
                    },
                    _ => break,
                },
            };
            match arrived {
                Request::Items(items, permit, answer) => add((items, permit, answer), &mut whats),
                other => {
                    self.held = Some(other);
                    break;
                }
            }
        }
        whats
    }

    /// Decides and commits in batches of the agreed size what is more than one: a large request must not hold up timers.
    /// Gives what is left for the last.
    async fn slices(&mut self, mut whats: Vec<What>) -> Result<Vec<What>, SubmitError> {
        let most = self.options.batch.max(1);
        while whats.len() > most {
            let rest = whats.split_off(most);
            let slice = std::mem::replace(&mut whats, rest);
            self.batch(slice, None, Asked::default()).await?;
        }
        Ok(whats)
    }

    /// Decides one batch: `whats` at their times, then a page, then the ticks that are due. Sends it on its way when the one
    /// before has arrived. Whoever asked is told in any case.
    pub(super) async fn batch(
        &mut self,
        whats: Vec<What>,
        progress: Option<UpgradeProgress>,
        mut asked: Asked,
    ) -> Result<(), SubmitError> {
        // A page of a job shares the commit of others, unless their batch is full as it is.
        if !whats.is_empty()
            && whats.len() < self.options.batch
            && let Ok(page) = self.pages.try_recv()
        {
            asked.add_page(page);
        }
        match self.ready(whats, progress, &asked).await {
            Ok(Some(ready)) => self.launch(ready, asked).await,
            Ok(None) => {
                asked.tell(&mut Vec::new());
                Ok(())
            }
            Err(error) => {
                asked.refuse(&error);
                Err(error)
            }
        }
    }

    /// Decides a batch while the one before is on its way, and waits for that. `None` if there is nothing to decide.
    async fn ready(
        &mut self,
        mut whats: Vec<What>,
        progress: Option<UpgradeProgress>,
        asked: &Asked,
    ) -> Result<Option<Ready>, SubmitError> {
        if self.broken {
            let why = "the batch before it could not be committed".to_owned();
            return Err(SubmitError::Commit(why));
        }
        let mut paged = None;
        if let Some(page) = asked.has_page() {
            // It goes by where its job stands.
            if self.flight.as_ref().is_some_and(|flight| flight.moves(page.job)) {
                self.land().await?;
            }
            match page.open(&self.store, self.core.rules()) {
                Ok(opened) => paged = opened,
                Err(error) => return Err(self.give_up(&error)),
            }
            let visits = paged.as_mut().map(|(_, visits)| std::mem::take(visits));
            whats.extend(visits.into_iter().flatten());
        }
        let mut inputs = self.dated(whats);
        if let Err(error) = self.add_ticks(&mut inputs) {
            return Err(self.give_up(&error));
        }
        if inputs.is_empty() && progress.is_none() && paged.is_none() {
            return Ok(None);
        }
        let count = inputs.len();
        let raw: Vec<RawInput> = inputs.iter().filter_map(|input| input.what.raw()).collect();
        let decided = at_length(|| self.core.attempt(Arc::new(inputs)));
        self.land().await?;
        let decided = decided.or_else(|inputs| at_length(|| self.core.decide_anew(inputs)));
        let Batch {
            mut decisions,
            answers,
            steps,
            effort,
            told,
            costs,
            ..
        } = match decided {
            Ok(batch) => batch,
            Err(error) => return Err(self.give_up(&error)),
        };
        self.ledger.add(self.core.rules(), &costs);
        decisions.upgrade = progress;
        decisions.inputs = raw;
        let mut job_no = None;
        if let (Some((job, _)), Some(page)) = (paged, asked.has_page()) {
            let dead = match self.store.dead(job.dataflow) {
                Ok(dead) => dead,
                Err(error) => return Err(self.give_up(&error)),
            };
            job_no = Some(job.no);
            decisions.jobs = page.close(job, told, dead, decisions.clock);
        }
        Ok(Some(Ready {
            tally: Some(Tally::of(&decisions, &answers, (steps, effort), count)),
            flips: segments(&decisions.transitions),
            ends_leaving: decisions.jobs.iter().any(ends_leaving),
            inputs: count,
            job: job_no,
            answers,
            decisions,
        }))
    }

    /// Gives each input its instant.
    fn dated(&mut self, whats: Vec<What>) -> Vec<Input> {
        let mut now = self.now();
        let by_input = matches!(self.time, Time::Input);
        let date = |what| {
            if let (true, What::Item(Item::Posted(posted))) = (by_input, &what) {
                now = now.max(posted.message.own_time.unwrap_or(Timestamp::MIN));
                if now == Timestamp::MIN {
                    let what = What::Item(Item::Bad(timeless(posted)));
                    return Input { now, what };
                }
            }
            Input { now, what }
        };
        whats.into_iter().map(date).collect()
    }

    /// Adds the timers that are due, behind the live traffic.
    fn add_ticks(&mut self, inputs: &mut Vec<Input>) -> Result<(), store::Error> {
        // They stay due, and are stepped in their order when there is room.
        if self.store.blocked().is_some() {
            return Ok(());
        }
        let now = inputs.last().map_or_else(|| self.now(), |input| input.now);
        // The store still has the rows of those that were stepped in the batch on its way.
        let stepped = self.flight.as_ref().map_or(0, Flight::inputs);
        let listed = self.store.timers_due(now, self.options.batch + stepped)?;
        let due = listed.into_iter().filter(|(due, id)| self.core.is_due(*id, *due));
        inputs.extend(due.take(self.options.batch).map(|(due, id)| Input {
            now,
            what: What::Tick(id, due),
        }));
        Ok(())
    }
}

/// Decides, which takes long, and leaves the other tasks of this worker thread to another meanwhile.
fn at_length<T>(deciding: impl FnOnce() -> T) -> T {
    let started = Instant::now();
    let decided = match Handle::try_current().map(|runtime| runtime.runtime_flavor()) {
        Ok(RuntimeFlavor::MultiThread) => tokio::task::block_in_place(deciding),
        _ => deciding(),
    };
    histogram!(names::EVALUATE_SECONDS).record(started.elapsed());
    decided
}

/// A message by which the clock would begin nowhere.
fn timeless(posted: &Posted) -> DeadMessage {
    DeadMessage {
        at: Timestamp::MIN,
        inlet: Some(posted.inlet.clone()),
        dataset: posted.message.dataset.clone(),
        code: "no_time".to_owned(),
        reason: "the server takes its clock from messages, and the first one needs a time of its own"
            .to_owned(),
        body: posted.raw.to_vec(),
    }
}
