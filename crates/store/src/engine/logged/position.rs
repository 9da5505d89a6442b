//! Up to which record of the log the engine has all: a row of its own in the engine.

use crate::engine::{Base, Change};
use crate::error::Result;

/// The key of the engine's row that tells up to which record of the log it has all.
const POSITION: [u8; 9] = *b"\xe0position";

/// Up to which record the engine has all; `None` if it never had a log.
pub(super) fn position(base: &dyn Base) -> Result<Option<u64>> {
    let row = base.get(&POSITION)?;
    let number = |row: Vec<u8>| row.try_into().map(u64::from_be_bytes).unwrap_or_default();
    Ok(row.map(number))
}

/// Notes up to which record the engine has all.
pub(super) fn note(base: &dyn Base, position: u64) -> Result<()> {
    let (key, change) = (POSITION.into(), Change::Put(position.to_be_bytes().to_vec()));
    base.write(&[(&key, &change)])?;
    base.sync()
}
