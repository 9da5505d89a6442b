//! The whole store into a new folder, of the other engine.

mod sums;

use crate::engine::{Base, Batch, EngineKind, Read};
use crate::error::{Error, Result};
use crate::format;
use crate::keys::{FORMAT, after};
use crate::lock::FolderLock;
use crate::options::Options;
use crate::unfinished::Unfinished;
use std::path::Path;
pub use sums::SpaceSum;
use sums::Sums;

/// Rows read or committed at once.
const PAGE: usize = 1000;
/// Bytes committed at once, about.
const CHUNK: usize = 8 << 20;

/// How far a conversion is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Whether all rows are copied, and now compared.
    pub comparing: bool,
    /// Rows copied, or compared.
    pub rows: u64,
    /// Bytes of their keys and values.
    pub bytes: u64,
    /// The name of the key space being copied or compared.
    pub space: &'static str,
}

/// What a conversion has copied and compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Converted {
    /// The engine of the old folder.
    pub from: EngineKind,
    /// The engine of the new one.
    pub to: EngineKind,
    /// By key space, in the order on disk.
    pub spaces: Vec<SpaceSum>,
}

/// Copies the store in `from` to the empty or missing folder `to`, for the other engine, then opens the copy anew and
/// compares row counts and digests of each key space. Nobody may have the store open. Its rows are left as they are,
/// and the copy's are the same byte for byte: the same incarnation, so that only one of the two may be served from then
/// on. A copy that was cut anywhere before the end is refused by [`open`](crate::open()). `options.engine` is not looked
/// at. `told` is called every thousand rows or so.
pub fn convert(
    from: &Path,
    to: &Path,
    options: &Options,
    mut told: impl FnMut(Progress),
) -> Result<Converted> {
    let Some(kind) = EngineKind::of(from)? else {
        let folder = from.to_owned();
        return Err(Error::NoStore { folder });
    };
    let _from_lock = FolderLock::take(from)?;
    Unfinished::check(from)?;
    let source = kind.place(from, options).open()?;
    let Some(format) = format::read(&*source)? else {
        return Err(Error::Unfinished);
    };

    let mark = Unfinished::begin(to)?;
    let _to_lock = FolderLock::take(to)?;
    let other = kind.other();
    let place = other.base(to, options);
    let target = place.open()?;
    let copied = copy(&*source, &*target, &mut told)?;
    // What is compared is what can be read from the disk.
    drop((source, target));
    let target = place.open()?;
    compare(&copied, &*target, to, &mut told)?;

    let mut last = Batch::default();
    format::write(&mut last, format);
    target.fill(&last)?;
    drop(target);
    mark.finish()?;
    Ok(Converted {
        from: kind,
        to: other,
        spaces: copied.finish(),
    })
}

/// Copies every row but the format row, without which nobody takes the copy for a store.
fn copy(source: &dyn Read, target: &dyn Base, told: &mut impl FnMut(Progress)) -> Result<Sums> {
    let mut sums = Sums::default();
    let mut batch = Batch::default();
    let mut bytes = 0;
    walk(source, |key, value| {
        bytes += key.len() + value.len();
        sums.add(&key, &value);
        batch.put(key, value);
        if bytes >= CHUNK || batch.writes().len() >= PAGE {
            target.fill(&std::mem::take(&mut batch))?;
            bytes = 0;
            told(sums.progress(false));
        }
        Ok(())
    })?;
    target.fill(&batch)?;
    Ok(sums)
}

fn compare(copied: &Sums, target: &dyn Read, to: &Path, told: &mut impl FnMut(Progress)) -> Result<()> {
    let mut found = Sums::default();
    walk(target, |key, value| {
        found.add(&key, &value);
        if found.rows().is_multiple_of(PAGE as u64) {
            told(found.progress(true));
        }
        Ok(())
    })?;
    let Some((space, copied, found)) = copied.first_difference(&found) else {
        return Ok(());
    };
    let folder = to.to_owned();
    Err(Error::Differs {
        folder,
        space,
        copied,
        found,
    })
}

/// Calls `each` with every row but the format row, in order.
fn walk(engine: &dyn Read, mut each: impl FnMut(Vec<u8>, Vec<u8>) -> Result<()>) -> Result<()> {
    let mut start = vec![0];
    loop {
        let page = engine.scan(start..vec![0xff], PAGE, false)?;
        let Some((last, _)) = page.last() else {
            return Ok(());
        };
        start = after(last);
        for (key, value) in page {
            if key != FORMAT {
                each(key, value)?;
            }
        }
    }
}
