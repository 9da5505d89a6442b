//! Kinds of destination: one file each, and one line in [`all`].
//!
//! What this crate is not: it retries nothing, waits for nothing and limits no rate; `dispatcher` does, in one
//! place for all kinds. A kind says what became of each export, in the words of `dispatcher::Verdict`.
//!
//! Start reading at [`all`], then [`mod@file`], the simplest.

pub mod event_hubs;
pub mod file;
pub mod kinesis;
mod tls;

use dispatcher::Registry;
use std::sync::Arc;

/// Tells the recorder what the names of metrics mean. Call it once, after the recorder is installed.
pub fn describe() {
    file::describe();
}

/// Every kind there is. The contract tests in `tests/` loop over them.
pub fn all() -> Registry {
    Registry::new(vec![
        Arc::new(event_hubs::EventHubsKind::default()),
        Arc::new(file::FileKind::default()),
        Arc::new(kinesis::KinesisKind),
    ])
}
