//! The one writer: gathers what callers handed in, commits it at once, and answers everybody.

use crate::decisions::Decisions;
use crate::error::Result;
use crate::group::{self, Done};
use crate::inbox::Inbox;
use crate::letters::LetterKey;
use crate::metrics;
use crate::settlement::{Outcome, Settlement};
use crate::shared::{Shared, locked};
use crate::thread::EngineThread;
use ::metrics::histogram;
use model::{DataflowNo, ExportSeq};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

/// Between two attempts to open the engine again.
const REOPEN_DELAY: Duration = Duration::from_secs(1);

/// What a caller wants written.
pub(crate) enum Work {
    Commit(Arc<Decisions>),
    Settle(Vec<Settlement>),
    /// What becomes of exports of one dataflow that nobody has claimed.
    GiveUp(DataflowNo, Vec<ExportSeq>, Outcome),
    /// And where to tell how many there were.
    Purge(Vec<LetterKey>, Arc<Mutex<u64>>),
}

impl Work {
    /// How much there is to write, roughly: profiles and exports.
    pub(crate) fn weight(&self) -> usize {
        match self {
            Self::Commit(decisions) => decisions.profiles.len() + decisions.outbox.len(),
            Self::Settle(settlements) => settlements.len(),
            Self::GiveUp(_, exports, _) => exports.len(),
            Self::Purge(letters, _) => letters.len(),
        }
    }
}

/// What a caller wants written, and who waits for it.
pub(crate) struct Request {
    pub(crate) work: Work,
    pub(crate) answer: oneshot::Sender<Result<()>>,
}

/// The committer. Nothing is written before [`Committer::run`] runs.
pub struct Committer {
    pub(crate) shared: Arc<Shared>,
    pub(crate) inbox: Inbox,
    /// Set if the engine waits for a disk.
    pub(crate) thread: Option<EngineThread>,
}

impl Committer {
    /// Commits until `stop`, then commits what was handed in before it and returns. Also returns when no handle
    /// is left. A failed commit fails its whole group; then the engine is dropped and opened again, as often as
    /// it takes, and requests that come meanwhile fail with `Unavailable`.
    pub async fn run(mut self, stop: CancellationToken) {
        loop {
            let group = self.inbox.gather(&stop).await;
            if group.is_empty() {
                return;
            }
            let done = self.commit(group).await;
            let pause = done.pause;
            let open = match done.failed {
                None => true,
                Some(why) => {
                    tracing::error!(error = %why, "a commit failed: the engine was dropped and is opened again");
                    self.reopen().await
                }
            };
            // After the first attempt to open it again: whoever is told of the failure can look at what is left.
            for (caller, answer) in done.answers {
                // A caller that no longer waits has lost interest; its request was carried out all the same.
                drop(caller.send(answer));
            }
            if !open {
                self.keep_reopening(&stop).await;
            } else if !pause.is_zero() {
                histogram!(metrics::PAUSED_SECONDS).record(pause);
                tokio::time::sleep(pause).await;
            }
        }
    }

    async fn commit(&self, group: Vec<Request>) -> Done {
        let shared = Arc::clone(&self.shared);
        self.on_engine(move || group::commit(&shared, group))
            .await
            // The answers went with it: those who wait are told that the store has stopped.
            .unwrap_or_else(|why| {
                group::close(&self.shared, &why);
                Done {
                    failed: Some(why),
                    ..Done::default()
                }
            })
    }

    /// Tries to open the engine again.
    async fn reopen(&self) -> bool {
        let shared = Arc::clone(&self.shared);
        let opened = self.on_engine(move || shared.reopen()).await;
        let why = match opened {
            Ok(Ok(())) => {
                tracing::warn!("the engine is open again");
                return true;
            }
            Ok(Err(error)) => error.to_string(),
            Err(why) => why,
        };
        tracing::error!(error = %why, "the engine cannot be opened yet");
        *locked(&self.shared.failure) = Some(why);
        false
    }

    /// Tries again and again, and refuses what comes meanwhile; gives up only when stopped.
    async fn keep_reopening(&mut self, stop: &CancellationToken) {
        loop {
            self.refuse_for(REOPEN_DELAY, stop).await;
            if stop.is_cancelled() {
                self.inbox.close();
                while let Some(request) = self.inbox.next().await {
                    drop(request.answer.send(Err(self.shared.unavailable())));
                }
                return;
            }
            if self.reopen().await {
                return;
            }
        }
    }

    /// Refuses what comes for a while.
    async fn refuse_for(&mut self, delay: Duration, stop: &CancellationToken) {
        let end = tokio::time::sleep(delay);
        tokio::pin!(end);
        loop {
            tokio::select! {
                biased;
                () = stop.cancelled() => return,
                () = &mut end => return,
                Some(request) = self.inbox.next() => {
                    drop(request.answer.send(Err(self.shared.unavailable())));
                }
            }
        }
    }

    /// Calls the engine where it may wait: on its thread if it waits for a disk, in line if it does not. The error is
    /// a panic.
    async fn on_engine<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, String> {
        match &self.thread {
            None => Ok(work()),
            Some(thread) => thread.call(work).await.map_err(str::to_owned),
        }
    }
}
