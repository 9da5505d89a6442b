//! A restored store begins a new incarnation, in the commit that says so.

use crate::engine::{Batch, Engine};
use crate::error::{Error, Result};
use crate::keys::{META, RESTORED};
use crate::shared::load_meta;
use model::Timestamp;

/// Hours of a year.
const YEAR: i64 = 8_760;

/// Notes that the rows were restored at `now`.
pub(crate) fn mark(batch: &mut Batch, now: Timestamp) {
    batch.put(RESTORED.to_vec(), now.millis().to_be_bytes().to_vec());
}

/// Begins the new incarnation if the store was restored and never opened since.
pub(crate) fn finish(engine: &dyn Engine) -> Result<()> {
    let Some(mark) = engine.get(RESTORED)? else {
        return Ok(());
    };
    let now = mark.try_into().map_or(Timestamp::MIN, |ms| {
        Timestamp::from_millis(i64::from_be_bytes(ms))
    });
    let mut meta = load_meta(engine)?;
    let last = meta.incarnation;
    let hours = (now.since(meta.clock).millis() / 3_600_000).min(YEAR);
    let next = i64::from(last) + 1 + hours;
    meta.incarnation = u16::try_from(next).map_err(|_| Error::NoIncarnation { last })?;
    let mut batch = Batch::default();
    batch.delete(RESTORED.to_vec());
    META.put(&mut batch, &(), &meta)?;
    engine.commit(batch)
}
