//! `cargo xtask bench`: how fast `weir serve` takes in changes that it makes durable and evaluates.
//!
//! A seeded workload is made first; then the release server runs as a process of its own, and a client in this
//! process posts NDJSON. The server's CPU time is read from the operating system, so that the client's is
//! not in it.

mod client;
mod cpu;
mod load;
mod metrics;
mod report;
mod server;
mod workload;

use crate::command::{build_weir, folder};
use crate::{cargo, stopwatch::Stopwatch};
use anyhow::{Context, Result};
use client::Client;
use load::Load;
use metrics::Spent;
use report::Phase;
use server::Server;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use workload::{Size, Workload};

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

    /// Lines a request.
    #[arg(long, value_name = "N", default_value_t = 500)]
    lines: usize,

    /// Requests at a time.
    #[arg(long, value_name = "N", default_value_t = 4)]
    connections: usize,

    /// Where the server keeps its data, which stay; a new folder below the target folder if not given, which
    /// goes.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

pub(crate) fn run(options: &Options) -> Result<ExitCode> {
    let weir = build_weir()?;
    let scratch = tempfile::tempdir_in(folder(&cargo::metadata()?, "bench")?)?;
    let data = options
        .data
        .clone()
        .unwrap_or_else(|| scratch.path().join("data"));
    let workload = Workload::draw(
        options.seed,
        Size {
            profiles: options.profiles,
            updates: options.updates,
            segments: options.segments,
        },
    );
    let definitions = scratch.path().join("definitions.yaml");
    std::fs::write(&definitions, workload.definitions()?)
        .with_context(|| format!("cannot write {}", definitions.display()))?;

    let server = Server::start(Command::new(&weir), &data, &scratch.path().join("server.log"))?;
    server.apply(&weir, &definitions, &data)?;
    let base = measure("base", options, &server, &workload.base)?;
    let updates = measure("updates", options, &server, &workload.updates)?;
    server.stop()?;

    let title = format!(
        "durable ingestion over HTTP NDJSON: seed {}, {} segments, {} lines a request, {} connections",
        options.seed, options.segments, options.lines, options.connections
    );
    print!("\n{}", report::table(&title, &[&base, &updates]));
    println!("{}", report::line(&updates)?);
    keep_or_drop(options, scratch)?;
    Ok(ExitCode::SUCCESS)
}

/// Posts all lines and measures the server while it takes them.
fn measure(name: &'static str, options: &Options, server: &Server, lines: &[String]) -> Result<Phase> {
    let load = Load {
        address: server.address,
        token: &server.token,
        path: &workload::path(),
        lines_a_request: options.lines,
        connections: options.connections,
    };
    let requests = load.requests(lines);
    let before = reading(server)?;
    let stopwatch = Stopwatch::start();
    let answers = load.post(&requests)?;
    let took = stopwatch.elapsed();
    let after = reading(server)?;
    Ok(Phase {
        name,
        records: lines.len(),
        took,
        server_cpu: after.server_cpu - before.server_cpu,
        client_cpu: after.client_cpu - before.client_cpu,
        evaluate: after.spent.evaluate - before.spent.evaluate,
        commit: after.spent.commit - before.spent.commit,
        answers,
    })
}

/// What has been used up so far, in seconds.
struct Reading {
    server_cpu: f64,
    client_cpu: f64,
    spent: Spent,
}

fn reading(server: &Server) -> Result<Reading> {
    let mut client = Client::connect(server.address, &server.token)?;
    let spent = Spent::read(&mut client)?;
    Ok(Reading {
        server_cpu: cpu::seconds(server.pid())?,
        client_cpu: cpu::seconds(std::process::id())?,
        spent,
    })
}

fn keep_or_drop(options: &Options, scratch: tempfile::TempDir) -> Result<()> {
    if let Some(data) = &options.data {
        println!("the store is in {}", shown(data));
    }
    scratch.close().context("cannot remove the folder of this run")
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}
