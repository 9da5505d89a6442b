//! `GET /api/backup`: the whole store as one file, while the server goes on.

use crate::problem::Problem;
use crate::query::Parameters;
use crate::state::State as Shared;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use http_body::Frame;
use std::io::{self, Write};
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// Parts of the file that wait for the client, 1 MiB each.
const WAITING: usize = 4;
/// A client that takes nothing for so long is gone: the log is kept for it.
const PATIENCE: Duration = Duration::from_mins(1);

/// Streams a backup. The answer breaks off where it cannot go on, so that what came is not taken for the whole.
pub(crate) async fn stream(
    State(state): State<Arc<Shared>>,
    parameters: Parameters,
) -> Result<Response, Problem> {
    parameters.only(&[])?;
    let Ok(permit) = Arc::clone(&state.backups).try_acquire_owned() else {
        return Err(Problem::new(
            StatusCode::CONFLICT,
            "Busy",
            "another backup is being made",
            "wait until it is done; each keeps a part of the log",
        ));
    };
    let (parts, mut made) = mpsc::channel(WAITING);
    let (store, stopping) = (state.api.store.clone(), state.api.stopping.clone());
    let making = tokio::task::spawn_blocking(move || {
        let _permit = permit;
        let mut out = Parts { parts, stopping };
        let done = store.backup_into(&mut out, Path::new("to the client"), |_| ());
        match &done {
            Ok(dumped) => {
                tracing::info!(
                    rows = dumped.rows,
                    changes = dumped.changes,
                    bytes = dumped.bytes,
                    "a backup was made"
                );
                // A client that is gone has seen no end.
                drop(out.send(Part::End));
            }
            Err(error) => tracing::error!(%error, "a backup was not made"),
        }
        done.map(drop)
    });
    // An error before the first part is an answer of its own.
    let Some(first) = made.recv().await else {
        return match making.await {
            Ok(Err(error)) => Err(error.into()),
            _ => Err(Problem::unavailable("the backup could not be begun")),
        };
    };
    let body = Made {
        first: Some(first),
        rest: made,
        ended: false,
    };
    let headers = [
        (CONTENT_TYPE, "application/octet-stream"),
        (CONTENT_DISPOSITION, "attachment; filename=\"backup.weir\""),
    ];
    Ok((headers, Body::new(body)).into_response())
}

/// A part of the file.
enum Part {
    Bytes(Bytes),
    /// All came before.
    End,
}

/// Hands over what is written.
struct Parts {
    parts: mpsc::Sender<Part>,
    stopping: CancellationToken,
}

impl Parts {
    fn send(&self, part: Part) -> io::Result<()> {
        let other = |why: &str| Err(io::Error::other(why));
        Handle::current().block_on(async {
            tokio::select! {
                biased;
                () = self.stopping.cancelled() => other("the server stops"),
                sent = tokio::time::timeout(PATIENCE, self.parts.send(part)) => match sent {
                    Ok(Ok(())) => Ok(()),
                    Ok(Err(_)) => other("the client is gone"),
                    Err(_) => other("the client has taken nothing for a minute"),
                },
            }
        })
    }
}

impl Write for Parts {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.send(Part::Bytes(Bytes::copy_from_slice(bytes)))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What is made, as the body of an answer.
struct Made {
    first: Option<Part>,
    rest: mpsc::Receiver<Part>,
    ended: bool,
}

impl http_body::Body for Made {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        if self.ended {
            return Poll::Ready(None);
        }
        let part = match self.first.take() {
            Some(first) => Some(first),
            None => ready!(self.rest.poll_recv(cx)),
        };
        Poll::Ready(match part {
            Some(Part::Bytes(bytes)) => Some(Ok(Frame::data(bytes))),
            Some(Part::End) => {
                self.ended = true;
                None
            }
            None => {
                self.ended = true;
                Some(Err(io::Error::other("the backup could not go on")))
            }
        })
    }
}
