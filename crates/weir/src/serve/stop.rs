//! Taking a server apart, in the order in which its parts need each other.

use super::Server;
use std::time::Duration;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

pub(super) const HTTP: &str = "http";
pub(super) const INGEST: &str = "ingest";
pub(super) const DISPATCHER: &str = "dispatcher";
pub(super) const COMMITTER: &str = "committer";
pub(super) const CONTROL: &str = "control";
pub(super) const METRICS: &str = "metrics";

/// What tells each part to end softly.
#[derive(Debug, Default)]
pub(super) struct Stops {
    pub(super) http: CancellationToken,
    pub(super) jobs: CancellationToken,
    pub(super) ingest: CancellationToken,
    pub(super) dispatcher: CancellationToken,
    pub(super) committer: CancellationToken,
}

/// How a server stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stopped {
    /// Everything that was in work is done.
    Softly,
    /// Something was given up: it is sent, or asked, again.
    Hard,
}

/// Stops what makes `server` decide anything: requests, jobs and the clock. What is pending goes on to be sent.
pub(super) async fn stop_deciding(server: &mut Server, patience: Duration) {
    let deadline = Instant::now() + patience;
    let Server { tasks, stops, .. } = server;
    let stages: [(&[&CancellationToken], &[&str]); 2] = [
        (&[&stops.http, &stops.jobs], &[HTTP, CONTROL, METRICS]),
        (&[&stops.ingest], &[INGEST]),
    ];
    for (tokens, names) in stages {
        for token in tokens {
            token.cancel();
        }
        tasks
            .ended(names, deadline.saturating_duration_since(Instant::now()))
            .await;
    }
}

/// Stops `server` within `patience`.
pub(super) async fn stop(server: &mut Server, patience: Duration) -> Stopped {
    let deadline = Instant::now() + patience;
    let Server { tasks, stops, .. } = server;
    // Requests in work wait for the ingest loop, so that one goes on until they have their answers. The dispatcher
    // claims nothing more from here on.
    let stages: [(&[&CancellationToken], &[&str]); 3] = [
        (
            &[&stops.http, &stops.jobs, &stops.dispatcher],
            &[HTTP, CONTROL, METRICS],
        ),
        (&[&stops.ingest], &[INGEST, DISPATCHER]),
        (&[&stops.committer], &[COMMITTER]),
    ];
    let mut softly = true;
    for (tokens, names) in stages {
        for token in tokens {
            token.cancel();
        }
        // Half of what is left: a client that never finishes its request must not use up the time of what follows.
        let most = deadline.saturating_duration_since(Instant::now()) / 2;
        softly &= tasks.ended(names, most).await;
    }
    if softly {
        return Stopped::Softly;
    }
    tracing::warn!(tasks = ?tasks.names(), "what did not end in time is given up");
    Stopped::Hard
}
