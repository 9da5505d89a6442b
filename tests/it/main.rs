//! End-to-end tests: the real program, real files, real kills. One module a behaviour.

#[path = "../common/mod.rs"]
mod common;

mod backfill;
mod backtest;
mod backup;
mod campaign;
mod cli;
mod demo;
mod destinations;
mod failing_sync;
mod segments;
mod sigkill;
mod syncs;
mod torn_file;
mod transport;
mod why;
