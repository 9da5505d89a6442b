//! Reads a body up to a limit and no further.

use super::refused::Refused;
use axum::body::Bytes;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::http::header::CONTENT_LENGTH;
use http_body_util::BodyExt;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// A body that takes longer is given up.
const PATIENCE: Duration = Duration::from_secs(30);

/// The whole body, if it has at most `limit` bytes; and what to hold for as long as it is in memory.
pub(super) async fn read(
    room: &Arc<Semaphore>,
    request: Request,
    limit: usize,
) -> Result<(Bytes, OwnedSemaphorePermit), Refused> {
    let said = request
        .headers()
        .get(CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if said.is_some_and(|length| length > limit) {
        return Err(too_large(limit));
    }
    let kib = u32::try_from(said.unwrap_or(limit).div_ceil(1024)).unwrap_or(u32::MAX);
    let held = Arc::clone(room).try_acquire_many_owned(kib).map_err(|_| {
        Refused::later(
            "too many requests are being read at the moment; send it again later",
            1,
        )
    })?;
    let reading = collect(request, said.unwrap_or(0), limit);
    let body = tokio::time::timeout(PATIENCE, reading).await.map_err(|_| {
        let message = format!("the body did not come within {} seconds", PATIENCE.as_secs());
        Refused::new(StatusCode::REQUEST_TIMEOUT, message)
    })??;
    Ok((body, held))
}

async fn collect(request: Request, expected: usize, limit: usize) -> Result<Bytes, Refused> {
    let mut body = request.into_body();
    let mut bytes = Vec::with_capacity(expected.min(limit));
    while let Some(frame) = body.frame().await {
        let frame = frame
            .map_err(|error| Refused::new(StatusCode::BAD_REQUEST, format!("the body broke off: {error}")))?;
        if let Ok(data) = frame.into_data() {
            if bytes.len() + data.len() > limit {
                return Err(too_large(limit));
            }
            bytes.extend_from_slice(&data);
        }
    }
    Ok(bytes.into())
}

fn too_large(limit: usize) -> Refused {
    let message = format!(
        "the request is larger than {} MiB: send less in one request",
        limit >> 20
    );
    Refused::new(StatusCode::PAYLOAD_TOO_LARGE, message)
}
