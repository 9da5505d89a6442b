//! `cargo xtask bench drain`: how fast a collected outbox flows into a stream.
//!
//! A peer of the tests runs as a process of its own, the release server as another. Exports collect while the
//! dataflow is paused; then it is let go, and the time runs until the last of them is delivered. The CPU time of both
//! is read from the operating system. Afterwards the stream is read back: every export has to be there, once, and those
//! of a person in the order of their revisions.

mod arrived;
mod kind;
mod report;
mod workload;

use super::{cpu, metrics};
use crate::cargo;
use crate::command::folder;
use crate::peer::Peer;
use crate::stopwatch::Stopwatch;
use crate::weir::{self, Account, Load, Server};
use anyhow::{Context, Result, ensure};
pub(crate) use arrived::{Arrived, check};
pub(crate) use kind::{Kind, NAMESPACE, SECRETS};
use report::Report;
use std::path::PathBuf;
use std::time::Duration;
pub(crate) use workload::{DATAFLOW, Workload, definitions, path};

#[derive(clap::Args)]
pub(crate) struct Options {
    /// The stream that is filled.
    #[arg(long, value_enum)]
    kind: Kind,

    /// How many exports collect first.
    #[arg(long, value_name = "N", default_value_t = 200_000, value_parser = clap::value_parser!(u32).range(1..))]
    exports: u32,

    /// Shards or partitions of the stream. A shard takes 1,000 records a second.
    #[arg(long, visible_alias = "partitions", value_name = "N", default_value_t = 32, value_parser = clap::value_parser!(u32).range(1..))]
    shards: u32,

    /// Calls of the destination at a time.
    #[arg(long, value_name = "N", default_value_t = 8)]
    concurrency: u32,

    /// The program to measure; a release build of this tree if not given.
    #[arg(long, value_name = "PROGRAM")]
    weir: Option<PathBuf>,
}

/// How often one looks whether all is delivered.
const LOOK: Duration = Duration::from_millis(50);
/// A server that delivers nothing for this long is stuck.
const PATIENCE: Duration = Duration::from_mins(1);

pub(super) fn run(options: &Options) -> Result<()> {
    let program = weir::program(options.weir.as_deref())?;
    let scratch = tempfile::tempdir_in(folder(&cargo::metadata()?, "bench")?)?;
    let peer = options.kind.start(options.shards)?;
    let workload = Workload::of(options.exports);
    let destination = options.kind.destination(&peer, options.concurrency);
    let write = |name: &str, state: &str| -> Result<PathBuf> {
        let path = scratch.path().join(name);
        let definitions = definitions(&destination, state);
        std::fs::write(&path, definitions.to_string())
            .with_context(|| format!("cannot write {}", path.display()))?;
        Ok(path)
    };
    let server = Server::start_with(
        &program,
        &scratch.path().join("data"),
        &scratch.path().join("server.log"),
        &["--set", "delivery.endpoints=true"],
        SECRETS,
    )?;
    server.apply(&write("paused.yaml", "paused")?, &[])?;
    collect(&server, &workload)?;
    let account = Account::read(&mut server.connect()?, DATAFLOW)?;
    ensure!(
        account.decided == u64::from(options.exports) && account.pending == account.decided,
        "{} exports should have collected: {account:?}",
        options.exports
    );

    let enabled = write("enabled.yaml", "enabled")?;
    let before = Reading::take(&server, &peer)?;
    let stopwatch = Stopwatch::start();
    server.apply(&enabled, &[])?;
    wait(&server, account.decided)?;
    let took = stopwatch.elapsed();
    let after = Reading::take(&server, &peer)?;

    let account = Account::read(&mut server.connect()?, DATAFLOW)?;
    account.ensure_all_delivered()?;
    server.stop()?;
    let arrived = options.kind.read(&peer, options.shards)?;
    let report = Report {
        kind: options.kind,
        exports: account.delivered,
        parts: options.shards,
        took,
        weir_cpu: after.weir - before.weir,
        peer_cpu: after.peer - before.peer,
        duplicates: all_there(&arrived, account.delivered)?,
    };
    print!("\n{}", report.table());
    println!("{}", report.json());
    scratch.close().context("cannot remove the folder of this run")?;
    Ok(())
}

/// Posts everything; each line makes one export.
fn collect(server: &Server, workload: &Workload) -> Result<()> {
    let load = Load {
        address: server.address,
        token: &server.token,
        path: &path(),
        lines_a_request: 1_000,
        connections: 1, // The revisions of a person are in the order of the lines.
        rate: None,
    };
    load.post(&load.requests(&workload.lines)).map(drop)
}

/// Waits until so many exports are delivered. The counter is asked: the account walks over all that is pending.
fn wait(server: &Server, exports: u64) -> Result<()> {
    let mut client = server.connect()?;
    let (mut last, mut changed) = (0, Stopwatch::start());
    while last < exports {
        nap();
        let delivered = metrics::counter(&mut client, "weir_exports_delivered_total")?;
        if delivered != last {
            (last, changed) = (delivered, Stopwatch::start());
        }
        ensure!(
            changed.elapsed() < PATIENCE,
            "nothing is delivered any more, after {last} of {exports} exports\n{}",
            server.last_words()
        );
    }
    Ok(())
}

/// Fails unless all that was delivered is there in order; gives how many are there more than once.
fn all_there(arrived: &[Arrived], delivered: u64) -> Result<u64> {
    let found = check(arrived)?;
    ensure!(
        found.exports == delivered,
        "{delivered} exports were delivered, and {} are in the stream",
        found.exports
    );
    Ok(found.duplicates)
}

/// CPU seconds so far.
struct Reading {
    weir: f64,
    peer: f64,
}

impl Reading {
    fn take(server: &Server, peer: &Peer) -> Result<Self> {
        Ok(Self {
            weir: cpu::seconds(server.pid())?,
            peer: cpu::seconds(peer.pid())?,
        })
    }
}

#[expect(clippy::disallowed_methods, reason = "waits for another process")]
fn nap() {
    std::thread::sleep(LOOK);
}
