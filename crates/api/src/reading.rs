//! Reads of the store, away from the threads that serve requests: they wait for commits.

use crate::problem::Problem;
use axum::http::StatusCode;

/// Runs `read` where it may block.
pub(crate) async fn reading<T: Send + 'static>(
    read: impl FnOnce() -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    tokio::task::spawn_blocking(read).await.unwrap_or_else(|error| {
        tracing::error!(%error, "answering a request panicked");
        let what = "this is a defect of Weir: please report it with the server's log";
        Err(Problem::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "Defect",
            "the answer could not be made",
            what,
        ))
    })
}
