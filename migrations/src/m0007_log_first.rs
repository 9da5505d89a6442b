//! Format 7: what is committed is in a log before it is in the engine, and older programs know nothing of a log. And an event
//! is found by its id alone: its key was `E`, owner, timestamp and hash, and is `E`, owner and hash; the rows under `U` that
//! led from one to the other are gone.

use crate::{Change, Step};

/// The prefix, the owner, the timestamp and the hash.
const OLD_KEY: usize = 1 + 8 + 8 + 16;

/// A key of the old form is longer than one of the new.
pub(crate) const STEP: Step = Step {
    to: 7,
    what: "log first",
    row: |key, value| {
        Ok(match key.first() {
            Some(b'E') if key.len() == OLD_KEY => {
                let new = [&key[..9], &key[17..]].concat();
                vec![Change::Delete(key.to_vec()), Change::Put(new, value.to_vec())]
            }
            Some(b'U') => vec![Change::Delete(key.to_vec())],
            _ => Vec::new(),
        })
    },
};
