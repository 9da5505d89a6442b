//! Format 2: key spaces `J` (bulk jobs) and `K` (their candidates); exports may bear the causes of jobs, and a
//! dataflow may be ending. No row of format 1 changes: the step keeps older programs away from rows they cannot read.

use crate::Step;

/// Nothing is converted.
pub(crate) const STEP: Step = Step {
    to: 2,
    what: "bulk jobs",
    row: |_, _| Ok(Vec::new()),
};
