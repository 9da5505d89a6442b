//! Which format the stored rows have, and how an older one is brought to this one.

use crate::engine::{self, Batch, Engine, Read, Row};
use crate::error::{Error, Result};
use crate::keys::{FORMAT, Write, after, hex};
use migrations::{Change, STEPS, Step};

/// Rows converted in one commit.
const PAGE: usize = 1000;

/// Checks that this program can use the rows, and brings them to the current format. `false` if there are none.
pub(crate) fn check(engine: &dyn Engine) -> Result<bool> {
    migrate(engine, STEPS)
}

/// Puts the format row.
pub(crate) fn write<W: Write>(to: &mut W, format: u32) {
    to.write(FORMAT.into(), engine::Change::Put(format.to_be_bytes().to_vec()));
}

/// The stored format; `None` if there are no rows at all.
pub(crate) fn read<R: Read + ?Sized>(rows: &R) -> Result<Option<u32>> {
    if let Some(row) = rows.get(FORMAT)? {
        let number = row.try_into().map_err(|_| Error::Corrupt {
            space: "meta",
            key: hex(FORMAT),
            why: "it is not a number of four bytes",
        })?;
        return Ok(Some(u32::from_be_bytes(number)));
    }
    if rows.scan(vec![0]..vec![0xff], 1, false)?.is_empty() {
        return Ok(None);
    }
    Err(Error::Unfinished)
}

/// Runs the steps that lead from the stored format to the last of `steps`. A step that was cut runs again from the
/// beginning, and leaves alone what it has converted already.
pub(crate) fn migrate(engine: &dyn Engine, steps: &[Step]) -> Result<bool> {
    let known = steps.last().map_or(0, |step| step.to);
    let Some(found) = read(engine)? else {
        return Ok(false);
    };
    if found > known {
        return Err(Error::FormatTooNew { found, known });
    }
    for step in steps.iter().filter(|step| step.to > found) {
        tracing::info!(
            to = step.to,
            what = step.what,
            "the stored format is brought up to date"
        );
        run(engine, step)?;
    }
    Ok(true)
}

fn run(engine: &dyn Engine, step: &Step) -> Result<()> {
    let mut start = vec![0];
    loop {
        let page = engine.scan(start..vec![0xff], PAGE, false)?;
        let mut batch = Batch::default();
        for row in &page {
            convert(step, row, &mut batch)?;
        }
        let Some((last, _)) = page.last() else {
            write(&mut batch, step.to);
            return engine.commit(batch);
        };
        start = after(last);
        engine.commit(batch)?;
    }
}

fn convert(step: &Step, (key, value): &Row, batch: &mut Batch) -> Result<()> {
    if key == FORMAT {
        return Ok(());
    }
    let changes = (step.row)(key, value).map_err(|why| Error::Migration {
        to: step.to,
        key: hex(key),
        why,
    })?;
    for change in changes {
        match change {
            Change::Put(key, value) => batch.put(key, value),
            Change::Delete(key) => batch.delete(key),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
