//! Weir decides which people are in which segment, notices the instant that changes, and exports only the
//! changed profiles.
//!
//! This crate is the binary: settings, wiring, life cycle and the command line. It holds no rule.
//!
//! Start reading at [`cli`] (what can be said), then `serve` (how the parts are put together) and `tasks` (who
//! runs, and what happens when one fails).

mod apply;
mod backtest;
mod backup;
mod check;
mod cli;
mod client;
mod dead_letters;
mod demo;
mod destinations_command;
mod exit;
mod folder;
mod jobs;
mod logs;
mod pql_command;
mod recorder;
mod segments;
mod serve;
mod settings;
mod store_command;
mod tasks;
mod why;

use clap::Parser;
use std::process::ExitCode;

/// Rows come and go by the million, of all sizes and between threads: the allocator is on the hot path.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    exit::of(cli::Cli::parse().run())
}
