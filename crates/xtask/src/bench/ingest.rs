//! `cargo xtask bench ingest`: how fast `weir serve` takes in changes that it makes durable and evaluates.
//!
//! A seeded workload is made first; then the release server runs as a process of its own, and a client in this
//! process posts NDJSON. The server's CPU time is read from the operating system, so that the client's is
//! not in it. The messages' own times are the clock, so that events are inside their windows.

mod disk;
mod report;
pub(super) mod workload;

use super::cpu;
use super::metrics::{self, Totals};
use super::watch;
use crate::cargo;
use crate::command::folder;
use crate::stopwatch::Stopwatch;
use crate::weir::{self, Account, Load, Server, Time};
use anyhow::{Context, Result, ensure};
use report::{Exports, Phase};
use serde_json::json;
use std::path::PathBuf;
use workload::{DATAFLOW, Size, Workload};

#[derive(clap::Args)]
pub(crate) struct Options {
    /// Draws the workload.
    #[arg(long, default_value_t = 7)]
    seed: u64,

    /// How many people there are; each has one full record before the updates begin.
    #[arg(long, value_name = "N", default_value_t = 20_000)]
    profiles: u32,

    /// How many records and events follow.
    #[arg(long, value_name = "N", default_value_t = 100_000)]
    updates: u32,

    /// How many segments are evaluated.
    #[arg(long, value_name = "N", default_value_t = 100)]
    segments: u32,

    /// Takes the workload from this folder of the workload kit (`workload gen --out DIR`) instead of drawing one.
    #[arg(long, value_name = "DIR")]
    kit: Option<PathBuf>,

    /// Lines a request.
    #[arg(long, value_name = "N", default_value_t = 500)]
    lines: usize,

    /// Requests at a time.
    #[arg(long, value_name = "N", default_value_t = 4)]
    connections: usize,

    /// Lines a second, if not as many as the server takes.
    #[arg(long, value_name = "N")]
    rate: Option<f64>,

    /// Also send the exports of one dataflow, which maps 10 segments, to files.
    #[arg(long)]
    dataflow: bool,

    /// Keeps all of it from the engine, kills the server at the end, and measures how long it takes to start again.
    #[arg(long)]
    kill: bool,

    /// What keeps the rows: `sled` or `fjall`.
    #[arg(long, value_name = "ENGINE", default_value = "sled")]
    engine: String,

    /// A setting of the server, such as `memory=1GiB`; may be given more than once.
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,

    /// The program to measure; a release build of this tree if not given.
    #[arg(long, value_name = "PROGRAM")]
    weir: Option<PathBuf>,

    /// A new folder for the server's data, which stay; one below the target folder if not given, which goes.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

/// Files of the log that the engine does not have whole.
const LOG_BEHIND_BYTES: &str = "weir_log_behind_bytes";
/// Flags of a server whose engine takes nothing in.
const BEHIND: [&str; 4] = ["--set", "memory=32GiB", "--set", "store.catch_up=10h"];

pub(super) fn run(options: &Options) -> Result<()> {
    let program = weir::program(options.weir.as_deref())?;
    let scratch = tempfile::tempdir_in(folder(&cargo::metadata()?, "bench")?)?;
    let data = options
        .data
        .clone()
        .unwrap_or_else(|| scratch.path().join("data"));
    ensure!(
        !data.exists(),
        "{} is there already: measure on a new folder",
        data.display()
    );
    let workload = match &options.kit {
        Some(kit) => Workload::read(kit)?,
        None => Workload::draw(
            options.seed,
            Size {
                profiles: options.profiles,
                updates: options.updates,
                segments: options.segments,
            },
        ),
    };
    let definitions = scratch.path().join("definitions.yaml");
    std::fs::write(&definitions, workload.definitions(options.dataflow)?)
        .with_context(|| format!("cannot write {}", definitions.display()))?;

    let engine = format!("store.engine={}", options.engine);
    let log = scratch.path().join("server.log");
    let mut flags = vec!["--set", &engine];
    if options.kill {
        flags.extend(BEHIND);
    }
    // The last one holds: what is asked for is what is measured.
    flags.extend(options.set.iter().flat_map(|set| ["--set", set.as_str()]));
    let server = Server::start(&program, &data, &log, Time::Input, &flags)?;
    server.apply(&definitions, &[])?;
    let mut before = Account::default();
    let mut measure = |name, lines: &[String]| -> Result<Phase> {
        let mut phase = measure(name, options, &server, lines)?;
        if options.dataflow {
            let (account, after) = weir::drain(&mut server.connect()?, DATAFLOW)?;
            account.ensure_all_delivered()?;
            let delivered = account.delivered - before.delivered;
            phase.exports = Some(Exports { delivered, after });
            before = account;
        }
        Ok(phase)
    };
    let base = measure("base", &workload.base)?;
    let updates = measure("updates", &workload.updates)?;
    let mut recovery = None;
    if options.kill {
        let behind = metrics::counter(&mut server.connect()?, LOG_BEHIND_BYTES)?;
        drop(server);
        let stopwatch = Stopwatch::start();
        let again = Server::start(&program, &data, &log, Time::Input, &flags)?;
        recovery = Some((behind, stopwatch.elapsed()));
        again.stop()?;
    } else {
        server.stop()?;
    }
    let disk = disk::bytes(&data.join("store"))?;

    print!("\n{}", report::table(&title(options), &[&base, &updates]));
    println!("the store takes {} MiB on the disk", disk >> 20);
    if let Some((behind, took)) = recovery {
        let (behind, took) = (behind >> 20, took.as_secs_f64());
        println!(
            "killed with {behind} MiB of log that the engine did not have: ready again after {took:.2} s"
        );
    }
    if let Some(data) = &options.data {
        println!("the store is in {}", data.display());
    }
    println!("{}", line(options, &base, &updates, disk));
    scratch.close().context("cannot remove the folder of this run")?;
    Ok(())
}

/// Posts all lines and measures the server while it takes them.
fn measure(name: &'static str, options: &Options, server: &Server, lines: &[String]) -> Result<Phase> {
    let load = Load {
        address: server.address,
        token: &server.token,
        path: &workload::path(),
        lines_a_request: options.lines,
        connections: options.connections,
        rate: options.rate,
    };
    let requests = load.requests(lines);
    let before = Reading::take(server)?;
    let stopwatch = Stopwatch::start();
    let answers = load.post(&requests)?;
    let took = stopwatch.elapsed();
    let after = Reading::take(server)?;
    if !options.kill {
        watch::caught_up(server)?;
    }
    let caught_up = cpu::seconds(server.pid())?;
    Ok(Phase {
        name,
        records: lines.len(),
        took,
        server_cpu: after.server_cpu - before.server_cpu,
        caught_up_cpu: caught_up - before.server_cpu,
        client_cpu: after.client_cpu - before.client_cpu,
        work: after.totals.since(before.totals)?,
        answers,
        exports: None,
    })
}

/// What has been done so far, and the CPU seconds it took.
struct Reading {
    server_cpu: f64,
    client_cpu: f64,
    totals: Totals,
}

impl Reading {
    fn take(server: &Server) -> Result<Self> {
        Ok(Self {
            server_cpu: cpu::seconds(server.pid())?,
            client_cpu: cpu::seconds(std::process::id())?,
            totals: Totals::read(&mut server.connect()?)?,
        })
    }
}

fn title(options: &Options) -> String {
    let data = if let Some(kit) = &options.kit {
        kit.display().to_string()
    } else {
        let Options {
            seed,
            profiles,
            segments,
            ..
        } = options;
        format!("seed {seed}, {profiles} profiles, {segments} segments")
    };
    let dataflow = if options.dataflow { ", one dataflow" } else { "" };
    let settings = if options.set.is_empty() {
        String::new()
    } else {
        format!(" with {}", options.set.join(", "))
    };
    format!(
        "durable ingestion over HTTP NDJSON into {}{settings}: {data}{dataflow}, {} lines a request, {} connections",
        options.engine, options.lines, options.connections
    )
}

/// The figures on one line, for programs.
fn line(options: &Options, base: &Phase, updates: &Phase, disk: u64) -> String {
    let drawn = options.kit.is_none();
    let figures = json!({
        "kit": options.kit,
        "seed": drawn.then_some(options.seed),
        "engine": options.engine,
        "settings": options.set,
        "diskBytes": disk,
        "segments": drawn.then_some(options.segments),
        "linesPerRequest": options.lines,
        "connections": options.connections,
        "base": report::json(base),
        "updates": report::json(updates),
    });
    figures.to_string()
}
