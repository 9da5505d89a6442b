//! Values: one byte that tells the version, then postcard.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// Reads the postcard of a value that has an older version; `None` if there never was such a version.
pub(super) type Older<V> = fn(u8, &[u8]) -> Option<V>;

pub(super) fn encode<V: Serialize>(version: u8, value: &V) -> Result<Vec<u8>, &'static str> {
    postcard::to_extend(value, vec![version]).map_err(|_| "it cannot be written in postcard")
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
