//! Every long-lived task: its name, and the server's answer to its end.

use anyhow::Result;
use std::collections::HashMap;
use std::time::Duration;
use tokio::task::{Id, JoinError, JoinSet};
use tokio_util::sync::CancellationToken;

/// What the end of a task means before it was told to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OnFailure {
    /// The server cannot do its work without it, and goes down with it: a new start begins from what is durable.
    StopServer,
    /// The server goes on without it, and says so.
    GoOn,
}

/// The tasks of a server. Dropping it aborts them.
#[derive(Default)]
pub(crate) struct Tasks {
    running: JoinSet<Result<()>>,
    known: HashMap<Id, Known>,
}

struct Known {
    name: &'static str,
    on_failure: OnFailure,
    stop: CancellationToken,
}

/// A task that ended without having been told to.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) name: &'static str,
    pub(crate) why: String,
}

impl Tasks {
    /// Runs `task` until it ends by itself after `stop` is cancelled.
    pub(crate) fn spawn(
        &mut self,
        name: &'static str,
        on_failure: OnFailure,
        stop: &CancellationToken,
        task: impl Future<Output = Result<()>> + Send + 'static,
    ) {
        let id = self.running.spawn(task).id();
        self.known.insert(
            id,
            Known {
                name,
                on_failure,
                stop: stop.clone(),
            },
        );
    }

    /// Waits for a task whose end the server cannot survive. Others are logged on the way. Never resolves while
    /// all is well.
    pub(crate) async fn failure(&mut self) -> Failure {
        loop {
            match self.running.join_next_with_id().await {
                None => std::future::pending().await,
                Some(ended) => {
                    if let Some(failure) = self.judge(ended) {
                        return failure;
                    }
                }
            }
        }
    }

    /// Waits until the tasks called one of `names` have ended; `false` if they have not within `patience`. A task
    /// that fails meanwhile is logged: the server is stopping anyhow.
    pub(crate) async fn ended(&mut self, names: &[&str], patience: Duration) -> bool {
        let wait = async {
            while self.known.values().any(|known| names.contains(&known.name)) {
                match self.running.join_next_with_id().await {
                    Some(ended) => drop(self.judge(ended)),
                    None => return,
                }
            }
        };
        tokio::time::timeout(patience, wait).await.is_ok()
    }

    /// The names of the tasks that still run.
    pub(crate) fn names(&self) -> Vec<&'static str> {
        let mut names: Vec<_> = self.known.values().map(|known| known.name).collect();
        names.sort_unstable();
        names
    }

    fn judge(&mut self, ended: std::result::Result<(Id, Result<()>), JoinError>) -> Option<Failure> {
        let (id, outcome) = match ended {
            Ok((id, outcome)) => (id, outcome.map_err(|error| format!("{error:#}"))),
            Err(error) => (error.id(), Err(error.to_string())),
        };
        let Known {
            name,
            on_failure,
            stop,
        } = self.known.remove(&id)?;
        let why = match outcome {
            Ok(()) if stop.is_cancelled() => {
                tracing::debug!(task = name, "a task ended");
                return None;
            }
            Ok(()) => "it ended without having been told to".to_owned(),
            Err(why) => why,
        };
        match on_failure {
            OnFailure::GoOn => {
                tracing::error!(task = name, why, "a task failed; the server goes on without it");
                None
            }
            OnFailure::StopServer => {
                tracing::error!(
                    task = name,
                    why,
                    "a task failed that the server cannot do without"
                );
                Some(Failure { name, why })
            }
        }
    }
}

#[cfg(test)]
mod tests;
