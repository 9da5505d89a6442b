//! One group commit, from the requests to the answers. Synchronous: it reads, builds one batch, writes it.

use crate::apply::apply;
use crate::committer::{Request, Work};
use crate::draft::{Draft, Effects};
use crate::engine::{Batch, Engine};
use crate::error::{Error, Result};
use crate::meta::Meta;
use crate::outbox;
use crate::shared::{Shared, locked};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, PoisonError};
use std::time::Duration;
use tokio::sync::oneshot;

/// Who is told what.
type Answers = Vec<(oneshot::Sender<Result<()>>, Result<()>)>;

/// A group after its commit.
#[derive(Default)]
pub(crate) struct Done {
    pub(crate) answers: Answers,
    /// Why the engine was dropped, if it was.
    pub(crate) failed: Option<String>,
    /// How long the engine asks to wait before the next group.
    pub(crate) pause: Duration,
}

/// Commits `group` as one batch. A request that cannot be carried out fails alone; if the engine fails, all fail.
pub(crate) fn commit(shared: &Shared, group: Vec<Request>) -> Done {
    let (answers, built) = build(shared, group);
    let written = match built {
        Ok((batch, meta, effects)) => write(shared, batch).map(|()| {
            *locked(&shared.meta) = meta;
            follow(shared, &effects);
        }),
        Err(error) => {
            close(shared, &error.to_string());
            Err(error)
        }
    };
    match written {
        Ok(()) => Done {
            answers,
            failed: None,
            pause: shared.read(|engine| Ok(engine.pause())).unwrap_or_default(),
        },
        Err(error) => Done {
            answers: answers
                .into_iter()
                .map(|(caller, _)| (caller, Err(error.clone())))
                .collect(),
            failed: (!matches!(error, Error::Full { .. })).then(|| error.to_string()),
            pause: Duration::ZERO,
        },
    }
}

/// Builds the batch. The error is the engine's; what is wrong with a single request is in its answer.
fn build(shared: &Shared, group: Vec<Request>) -> (Answers, Result<(Batch, Meta, Effects)>) {
    let before = *locked(&shared.meta);
    let queues = locked(&shared.queues);
    let (bounds, together) = (Arc::clone(&queues.bounds), queues.together());
    drop(queues);
    let mut answers: Answers = Vec::with_capacity(group.len());
    let built = shared.read(|engine| {
        let mut draft = Draft::new(engine, before, &shared.claims, bounds, together);
        let mut broken = None;
        for request in group {
            let mark = draft.mark();
            let result = carry_out(&mut draft, &request.work);
            if let Err(error) = &result {
                draft.back_to(&mark);
                if matches!(error, Error::Engine { .. }) {
                    broken = Some(error.clone());
                }
            }
            answers.push((request.answer, result));
        }
        broken.map_or_else(|| draft.finish(&before), Err)
    });
    (answers, built)
}

fn carry_out(draft: &mut Draft<'_>, work: &Work) -> Result<()> {
    match work {
        Work::Commit(decisions) => apply(draft, decisions),
        Work::Settle(settlements) => settlements.iter().try_for_each(|of| outbox::settle(draft, of)),
        Work::GiveUp(dataflow, exports, outcome) => outbox::give_up(draft, *dataflow, exports, outcome),
        Work::Purge(letters, told) => outbox::purge(draft, letters, &mut locked(told)),
    }
}

/// Makes the batch durable while others read, and has them see it.
fn write(shared: &Shared, batch: Batch) -> Result<()> {
    if batch.is_empty() {
        return Ok(());
    }
    let prepared = shared.read(|engine| guarded(|| engine.prepare(&batch)));
    let mut engine = shared.engine.write().unwrap_or_else(PoisonError::into_inner);
    let open = engine.as_ref().ok_or_else(|| shared.unavailable())?;
    let committed = prepared.and_then(|()| guarded(|| open.apply(batch)));
    let mut missing = None;
    match &committed {
        Ok(()) => {}
        Err(Error::Full { needed, .. }) => {
            missing = Some(*needed);
            locked(&shared.claims).commit_failed();
        }
        Err(error) => {
            // Under the same lock: nobody may read what the failed commit has left behind.
            *locked(&shared.failure) = Some(error.to_string());
            drop_engine(engine.take());
        }
    }
    shared.tell_of_room(missing);
    committed
}

/// Engines answer some errors with a panic.
fn guarded(writing: impl FnOnce() -> Result<()>) -> Result<()> {
    catch_unwind(AssertUnwindSafe(writing)).unwrap_or_else(|_| {
        let why = "it panicked".to_owned();
        Err(Error::Engine { doing: "commit", why })
    })
}

/// Drops the engine, if it is still there.
pub(crate) fn close(shared: &Shared, why: &str) {
    let mut engine = shared.engine.write().unwrap_or_else(PoisonError::into_inner);
    *locked(&shared.failure) = Some(why.to_owned());
    drop_engine(engine.take());
}

fn drop_engine(engine: Option<Box<dyn Engine>>) {
    // Dropping sled flushes it, and panics if that fails; what it says no longer matters.
    if catch_unwind(AssertUnwindSafe(|| drop(engine))).is_err() {
        tracing::warn!("the engine panicked while it was dropped");
    }
}

/// What a durable batch changes in memory.
fn follow(shared: &Shared, effects: &Effects) {
    let mut queues = locked(&shared.queues);
    queues.bind(&effects.bounds);
    for (&dataflow, &queue) in &effects.kept {
        queues.set(dataflow, queue);
    }
    for &dataflow in &effects.stuck {
        queues.stick(dataflow);
    }
    drop(queues);
    if let Some(due) = effects.timer {
        locked(&shared.timers).lower(due);
    }
    let mut claims = locked(&shared.claims);
    for &seq in effects.ended.iter().chain(&effects.held) {
        claims.end(seq);
    }
    for &seq in &effects.crowded {
        claims.crowd(seq);
    }
    for &(lane, seq) in &effects.offered {
        claims.offer(lane, seq);
    }
    drop(claims);
    for &(lane, _) in &effects.offered {
        shared.wakes.wake(lane);
    }
}
