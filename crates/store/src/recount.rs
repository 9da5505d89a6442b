//! Counts what a store of format 1 keeps: its counters did not tell how much is pending.

use crate::account::Stock;
use crate::engine::{Batch, Engine};
use crate::error::Result;
use crate::format;
use crate::keys::{COUNTERS, DEAD_LETTERS, EXPORTS};

/// Adds the figures to the counters of a store of format 1, before it is called format 2. A cut leaves format 1,
/// and it is all counted again.
pub(crate) fn run(engine: &dyn Engine) -> Result<()> {
    if format::read(engine)? != Some(1) {
        return Ok(());
    }
    let mut batch = Batch::default();
    for (dataflow, mut counters) in COUNTERS.scan(engine, COUNTERS.prefix(&()), usize::MAX, false)? {
        let stock = |(rows, bytes)| Stock { rows, bytes };
        counters.queue = stock(EXPORTS.weigh(engine, &dataflow)?);
        counters.letters = stock(DEAD_LETTERS.weigh(engine, &dataflow)?);
        COUNTERS.put(&mut batch, &dataflow, &counters)?;
    }
    if batch.is_empty() {
        return Ok(());
    }
    engine.commit(&batch)
}
