//! Format 6: a segment has a time zone. The row of the definitions has version byte 4, and `store` reads version 3 and
//! older as segments in UTC, which is what they were.

use crate::Step;

/// Nothing is converted: the next publish writes the row anew. The step keeps older programs away from rows they cannot
/// read.
pub(crate) const STEP: Step = Step {
    to: 6,
    what: "time zones",
    row: |_, _| Ok(Vec::new()),
};
