//! A server on a new folder, and the people posted to it.

use super::{cpu, people};
use crate::cargo;
use crate::command::folder;
use crate::stopwatch::Stopwatch;
use crate::weir::{self, Load, Server, Time};
use anyhow::{Context, Result};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Lines of a request that loads.
const LINES: usize = 500;
/// Requests that load at a time.
const CONNECTIONS: usize = 4;
/// People made at a time, so that a million need not be in memory.
const PAGE: u64 = 50_000;

pub(super) struct Rig {
    pub(super) server: Server,
    program: PathBuf,
    scratch: tempfile::TempDir,
}

impl Rig {
    /// Starts the program, or a release build of this tree, with the clock on the wall.
    pub(super) fn start(program: Option<&Path>) -> Result<Self> {
        let program = weir::program(program)?;
        let scratch = tempfile::tempdir_in(folder(&cargo::metadata()?, "bench")?)?;
        let server = serve(&program, scratch.path())?;
        Ok(Self {
            server,
            program,
            scratch,
        })
    }

    /// Stops the server and starts it again on the same folder.
    pub(super) fn restart(self) -> Result<Self> {
        let Self {
            server,
            program,
            scratch,
        } = self;
        server.stop()?;
        let server = serve(&program, scratch.path())?;
        Ok(Self {
            server,
            program,
            scratch,
        })
    }

    /// Where the file kind writes.
    pub(super) fn exports(&self) -> PathBuf {
        self.scratch.path().join("data").join("exports")
    }

    /// Makes these definitions those in force, with flags of `weir apply`.
    pub(super) fn apply(&self, definitions: &Value, flags: &[&str]) -> Result<()> {
        let file = self.scratch.path().join("definitions.yaml");
        std::fs::write(&file, definitions.to_string())
            .with_context(|| format!("cannot write {}", file.display()))?;
        self.server.apply(&file, flags)
    }

    /// Posts one record of each of the first `count` people, as fast as the server takes them.
    pub(super) fn load(&self, count: u64, points: u64) -> Result<Duration> {
        self.load_towns(count, points, 1)
    }

    /// The same of people who live in a number of towns.
    pub(super) fn load_towns(&self, count: u64, points: u64, towns: u64) -> Result<Duration> {
        let load = Load {
            address: self.server.address,
            token: &self.server.token,
            path: people::PATH,
            lines_a_request: LINES,
            connections: CONNECTIONS,
            rate: None,
        };
        let stopwatch = Stopwatch::start();
        for first in (0..count).step_by(PAGE as usize) {
            let people = first..count.min(first + PAGE);
            let lines: Vec<String> = people
                .map(|person| people::record(person, points, towns))
                .collect();
            load.post(&load.requests(&lines))?;
            if first > 0 && first % (4 * PAGE) == 0 {
                println!(
                    "{first} of {count} people after {:.0} s",
                    stopwatch.elapsed().as_secs_f64()
                );
            }
        }
        Ok(stopwatch.elapsed())
    }

    /// Seconds of CPU time that the server has used.
    pub(super) fn cpu(&self) -> Result<f64> {
        cpu::seconds(self.server.pid())
    }

    pub(super) fn stop(self) -> Result<()> {
        self.server.stop()?;
        self.scratch
            .close()
            .context("cannot remove the folder of this run")
    }
}

fn serve(program: &Path, scratch: &Path) -> Result<Server> {
    Server::start(
        program,
        &scratch.join("data"),
        &scratch.join("server.log"),
        Time::Wall,
        &[],
    )
}
