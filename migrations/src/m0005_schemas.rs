//! Format 5: definitions hold field groups and schemas, and datasets their schema and retention. That row has version byte
//! 3, and `store` reads versions 1 and 2 as definitions without schemas.

use crate::Step;

/// Nothing is converted: the next publish writes the row anew. The step keeps older programs away from rows they cannot
/// read.
pub(crate) const STEP: Step = Step {
    to: 5,
    what: "schemas",
    row: |_, _| Ok(Vec::new()),
};
