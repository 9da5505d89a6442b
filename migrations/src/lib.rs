//! The steps of the stored format, in order.
//!
//! What this crate is not: it opens nothing and runs nothing. A step is a pure function over one stored row;
//! `store` feeds it every row and commits what it returns. A step knows the bytes of its two formats by itself,
//! never through today's types, so that it still means the same when those have moved on.
//!
//! To change the stored format: write `mNNNN_<what>.rs` with its frozen fixture, and add one line to [`STEPS`].

mod m0001_first_format;
mod m0002_bulk_jobs;
mod m0003_bounded_queues;
mod m0004_lone_exports;
mod m0005_schemas;
mod m0006_time_zones;
mod m0007_log_first;
mod m0008_whole_records;
#[cfg(test)]
mod tests;

/// One step of the format.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    /// The format it leads to, from the one before.
    pub to: u32,
    /// What it changes, in a few words for the log.
    pub what: &'static str,
    /// Converts one row. Returning nothing keeps the row as it is. It must keep rows that already have the new
    /// form (their version byte tells), because it can meet rows that it has put itself: further on, or when it runs again after a cut.
    pub row: Convert,
}

/// A pure function of a stored key and value. The error says what is wrong with the row.
pub type Convert = fn(&[u8], &[u8]) -> Result<Vec<Change>, String>;

/// What a step does to the store for one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Puts a value at a key.
    Put(Vec<u8>, Vec<u8>),
    /// Deletes what is at a key.
    Delete(Vec<u8>),
}

/// All steps, by the format they lead to, without gaps.
pub const STEPS: &[Step] = &[
    m0001_first_format::STEP,
    m0002_bulk_jobs::STEP,
    m0003_bounded_queues::STEP,
    m0004_lone_exports::STEP,
    m0005_schemas::STEP,
    m0006_time_zones::STEP,
    m0007_log_first::STEP,
    m0008_whole_records::STEP,
];

/// The format this program writes.
pub const FORMAT: u32 = STEPS[STEPS.len() - 1].to;
