//! Values: one byte that tells the version, then postcard.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// The version every value has so far. A step of `migrations` that changes the form of a key space writes the
/// next one, so that a row tells by itself whether it is already converted.
const VERSION: u8 = 1;

pub(super) fn encode<V: Serialize>(value: &V) -> Result<Vec<u8>, &'static str> {
    postcard::to_extend(value, vec![VERSION]).map_err(|_| "it cannot be written in postcard")
}

pub(super) fn decode<V: DeserializeOwned>(bytes: &[u8]) -> Result<V, &'static str> {
    let Some((&VERSION, body)) = bytes.split_first() else {
        return Err("its version is unknown");
    };
    match postcard::take_from_bytes(body) {
        Ok((value, [])) => Ok(value),
        Ok(_) => Err("bytes are left over behind its value"),
        Err(_) => Err("its value is malformed"),
    }
}
