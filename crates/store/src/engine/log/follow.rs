//! The records of a log whose engine is gone, behind a backup.

use super::recover::{self, Each, Reading, list};
use super::{Mark, segment};
use crate::error::{Error, Result};
use std::fs;
use std::path::Path;

/// Hands `each` every record of the log in `folder` behind `after`, which must be in it, and returns how many those are. Nothing
/// is changed there.
pub(crate) fn follow(folder: &Path, after: Mark, each: Each<'_>) -> Result<u64> {
    let refused = |why: String| Error::NotFollowing {
        log: folder.to_owned(),
        why,
    };
    if after.number == 0 {
        let why = "the backup does not say with which record it ends";
        return Err(refused(why.to_owned()));
    }
    let mut reading = Reading::behind(folder, after.number);
    let mut first = None;
    let end = after.number;
    for (number, path) in list(folder)? {
        let bytes = fs::read(&path).map_err(Error::io("read", &path))?;
        if let Some(salt) = segment::salt(number, &bytes) {
            let found = reading.file(&path, salt, &bytes, &mut |number, writes| {
                first.get_or_insert(number);
                each(number, writes)
            });
            match found {
                // Nothing was handed over: what comes is not the next.
                Err(Error::Unopenable { .. }) if first.is_none() => {
                    first = Some(recover::first(&path)?);
                    break;
                }
                found => found?,
            };
        }
    }
    match (reading.mark, first) {
        (Some(mark), _) if mark == after => Ok(reading.last.unwrap_or(end) - end),
        (Some(_), _) => Err(refused(format!(
            "its record {end} is not the one with which the backup ends, so it is the log of another store"
        ))),
        (None, Some(first)) => Err(refused(format!(
            "the backup ends with record {end}, and the log begins with record {first}"
        ))),
        (None, None) => Err(refused(format!(
            "the backup ends with record {end}, which is not in it; its last is {}",
            reading.last.unwrap_or(0)
        ))),
    }
}
