//! Counts what a store of format 1 or 2 keeps, and finds its dead letters by profile: it told neither.

use crate::account::Stock;
use crate::engine::{Batch, Engine};
use crate::error::Result;
use crate::format;
use crate::keys::{COUNTERS, DEAD_LETTERS, EXPORTS, GRAVES, PROFILES};
use model::{DataflowNo, ExportSeq};
use std::collections::BTreeMap;

/// The format whose counters tell it.
const BOUNDED: u32 = 3;
/// Letters indexed in one commit.
const PAGE: usize = 1000;

/// Adds the figures to the counters of a store of an older format, before it is called format 3. A cut leaves the older
/// one, and it is all counted again.
pub(crate) fn run(engine: &dyn Engine) -> Result<()> {
    if format::read(engine)?.is_none_or(|format| format >= BOUNDED) {
        return Ok(());
    }
    let mut batch = Batch::default();
    for (dataflow, mut counters) in COUNTERS.scan(engine, COUNTERS.prefix(&()), usize::MAX, false)? {
        dig(engine, dataflow)?;
        let stock = |(rows, bytes)| Stock { rows, bytes };
        counters.queue = stock(EXPORTS.weigh(engine, &dataflow)?);
        counters.letters = stock(DEAD_LETTERS.weigh(engine, &dataflow)?);
        COUNTERS.put(&mut batch, &dataflow, &counters)?;
    }
    if batch.is_empty() {
        return Ok(());
    }
    engine.commit(batch)
}

/// Makes the graves of the letters of a dataflow. Nothing was noted of what was delivered after them: where a newer
/// revision was decided, it is taken for delivered, so that a replay errs on the side of refusing.
fn dig(engine: &dyn Engine, dataflow: DataflowNo) -> Result<()> {
    let mut from = ExportSeq(0);
    loop {
        let range = DEAD_LETTERS.key(&(dataflow, from)).to_vec()..DEAD_LETTERS.prefix(&dataflow).end;
        let letters = DEAD_LETTERS.scan(engine, range, PAGE, false)?;
        let Some(((_, last), _)) = letters.last() else {
            return Ok(());
        };
        from = last.next();
        let mut batch = Batch::default();
        let mut passed = BTreeMap::new();
        for ((_, seq), letter) in &letters {
            let (profile, revision) = (letter.export.profile, letter.export.revision);
            let hot = PROFILES.get(engine, &profile)?.unwrap_or_default();
            let told = hot.ledger.iter().find(|entry| entry.dataflow == dataflow);
            let newer = told
                .map(|entry| entry.revision)
                .filter(|newest| *newest > revision);
            GRAVES.put(&mut batch, &(profile, dataflow, *seq), &revision)?;
            let key = (profile, dataflow, ExportSeq(0));
            let before = passed.remove(&key).or(GRAVES.get(engine, &key)?);
            passed.insert(key, newer.max(before).unwrap_or_default());
        }
        for (key, revision) in passed {
            GRAVES.put(&mut batch, &key, &revision)?;
        }
        engine.commit(batch)?;
    }
}
