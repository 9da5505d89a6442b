//! Format 1: the first. Every key is the byte of its key space and big-endian parts of fixed width; every value is
//! the version byte 1 and postcard. `fixtures/0001.dump` holds rows of every key space in it.

use crate::Step;

/// There is nothing before it, so no row is ever converted.
pub(crate) const STEP: Step = Step {
    to: 1,
    what: "the first format",
    row: |_, _| Ok(Vec::new()),
};
