//! Values: one byte that tells the version, then postcard.

use serde::Serialize;
use serde::de::DeserializeOwned;
use std::cell::Cell;

/// What is kept for the next value.
const ROOM: usize = 64 << 10;

thread_local! {
    /// Where values are written before it is known how long they are: in memory for long they take no more than that.
    static DRAFT: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// Reads the postcard of a value that has an older version; `None` if there never was such a version.
pub(super) type Older<V> = fn(u8, &[u8]) -> Option<V>;

pub(super) fn encode<V: Serialize>(version: u8, value: &V) -> Result<Vec<u8>, &'static str> {
    let mut draft = DRAFT.take();
    draft.clear();
    draft.push(version);
    let written = postcard::to_extend(value, draft).map_err(|_| "it cannot be written in postcard")?;
    let exact = written.as_slice().to_vec();
    if written.capacity() <= ROOM {
        DRAFT.set(written);
    }
    Ok(exact)
}

pub(super) fn decode<V: DeserializeOwned>(
    version: u8,
    older: Older<V>,
    bytes: &[u8],
) -> Result<V, &'static str> {
    match bytes.split_first() {
        Some((&found, body)) if found == version => whole(body),
        Some((&found, body)) if found < version => older(found, body).ok_or("its version is unknown"),
        _ => Err("its version is unknown"),
    }
}

/// A value that takes up all of `body`.
pub(crate) fn whole<V: DeserializeOwned>(body: &[u8]) -> Result<V, &'static str> {
    match postcard::take_from_bytes(body) {
        Ok((value, [])) => Ok(value),
        Ok(_) => Err("bytes are left over behind its value"),
        Err(_) => Err("its value is malformed"),
    }
}
