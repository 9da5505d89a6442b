//! `cargo xtask bench`: figures of the release server, which runs as a process of its own.
//!
//! One file a measurement. The server's CPU time is read from the operating system, so that the client's and the
//! peers' are not in it.

mod backfill;
mod check;
mod cpu;
pub(crate) mod drain;
mod fanout;
mod ingest;
mod latency;
mod metrics;
mod pending;
mod people;
mod rig;
mod traffic;
mod watch;

use anyhow::Result;
use std::process::ExitCode;

#[derive(clap::Subcommand)]
pub(crate) enum Bench {
    /// How many changes a second are made durable and evaluated, over HTTP.
    Ingest(ingest::Options),
    /// How long exports take from decision to delivery, at most of the highest rate.
    Latency(latency::Options),
    /// How fast a thousand destinations are served, and when some of them are dead, against one.
    Fanout(fanout::Options),
    /// How fast a backfill is, and what it does to live exports.
    Backfill(backfill::Options),
    /// How fast a collected outbox flows into a stream, which is read back.
    Drain(drain::Options),
    /// What memory pending exports cost.
    Pending(pending::Options),
    /// How long a thousand segments take to be read and checked.
    Check(check::Options),
}

pub(crate) fn run(bench: &Bench) -> Result<ExitCode> {
    match bench {
        Bench::Ingest(options) => ingest::run(options)?,
        Bench::Latency(options) => latency::run(options)?,
        Bench::Fanout(options) => fanout::run(options)?,
        Bench::Backfill(options) => backfill::run(options)?,
        Bench::Drain(options) => drain::run(options)?,
        Bench::Pending(options) => pending::run(options)?,
        Bench::Check(options) => check::run(options)?,
    }
    Ok(ExitCode::SUCCESS)
}
