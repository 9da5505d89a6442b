//! `weir serve` as a process of its own.

use super::client::Client;
use crate::command::output;
use crate::stopwatch::Stopwatch;
use anyhow::{Context, Result, bail, ensure};
use rustix::process::{Pid, Signal, kill_process};
use std::fs::{self, File};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

/// A running server that can be spoken to.
pub(crate) struct Server {
    process: Process,
    program: PathBuf,
    /// Its data folder.
    data: PathBuf,
    pub(crate) address: SocketAddr,
    /// The admin token.
    pub(crate) token: String,
}

/// What the server takes for the time.
#[derive(Clone, Copy)]
pub(crate) enum Time {
    /// What the clock on the wall says.
    Wall,
    /// What the messages say.
    Input,
}

/// The process; dropping it kills it.
struct Process {
    child: Child,
    log: PathBuf,
}

const START: Duration = Duration::from_secs(30);
const STOP: Duration = Duration::from_mins(1);

impl Server {
    /// Starts the program on a free port, with flags of `weir serve` and what it says in the log, and waits until it
    /// can be spoken to.
    pub(crate) fn start(program: &Path, data: &Path, log: &Path, time: Time, flags: &[&str]) -> Result<Self> {
        let clock = match time {
            Time::Wall => "wall",
            Time::Input => "input",
        };
        Self::start_with(program, data, log, &[&["--clock", clock], flags].concat(), &[])
    }

    /// The same with nothing but these arguments, and with environment variables.
    pub(crate) fn start_with(
        program: &Path,
        data: &Path,
        log: &Path,
        arguments: &[&str],
        environment: &[(&str, &str)],
    ) -> Result<Self> {
        fs::create_dir_all(data).with_context(|| format!("cannot make {}", data.display()))?;
        let data = data.canonicalize()?;
        let mut weir = command(program, &data);
        weir.arg("serve")
            .args(arguments)
            .envs(environment.iter().copied());
        Self::spawn(weir, program, data, log)
    }

    fn spawn(mut weir: Command, program: &Path, data: PathBuf, log: &Path) -> Result<Self> {
        let address = data.join("address");
        if address.exists() {
            fs::remove_file(&address).context("cannot remove the address of an earlier run")?;
        }
        let output = File::create(log).with_context(|| format!("cannot write {}", log.display()))?;
        weir.args(["--listen", "127.0.0.1:0", "--data"]).arg(&data);
        weir.stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output);
        let mut process = Process {
            child: weir
                .spawn()
                .with_context(|| format!("cannot start {}", program.display()))?,
            log: log.to_owned(),
        };
        process.wait_until("did not say its address", START, || address.is_file())?;
        let bound = read(&address)?;
        Ok(Self {
            process,
            address: bound
                .parse()
                .with_context(|| format!("`{bound}` is no address"))?,
            token: read(&data.join("admin-token"))?,
            program: program.to_owned(),
            data,
        })
    }

    pub(crate) fn pid(&self) -> u32 {
        self.process.child.id()
    }

    /// The end of what it said.
    pub(crate) fn last_words(&self) -> String {
        self.process.last_words()
    }

    /// A new connection.
    pub(crate) fn connect(&self) -> Result<Client> {
        Client::connect(self.address, &self.token)
    }

    /// Makes the definitions of a file those in force, with flags of `weir apply`.
    pub(crate) fn apply(&self, definitions: &Path, flags: &[&str]) -> Result<()> {
        let mut apply = command(&self.program, &self.data);
        apply.arg("apply").arg("-f").arg(definitions).args(flags);
        apply.arg("--data").arg(&self.data);
        // What changes is no news here.
        output(apply.arg("--server").arg(format!("http://{}", self.address))).map(drop)
    }

    /// Asks it to end, and waits until it has, in good order.
    pub(crate) fn stop(mut self) -> Result<()> {
        let process = &mut self.process;
        kill_process(Pid::from_child(&process.child), Signal::TERM).context("cannot signal the server")?;
        let status = process.wait_for_end()?;
        ensure!(
            status.success(),
            "the server ended with {status}\n{}",
            process.last_words()
        );
        Ok(())
    }
}

impl Process {
    fn wait_until(&mut self, complaint: &str, limit: Duration, is_so: impl Fn() -> bool) -> Result<()> {
        let stopwatch = Stopwatch::start();
        while !is_so() {
            if let Some(status) = self.child.try_wait()? {
                bail!("the server ended with {status}\n{}", self.last_words());
            }
            let late = stopwatch.elapsed() > limit;
            ensure!(
                !late,
                "the server {complaint} within {limit:?}\n{}",
                self.last_words()
            );
            nap();
        }
        Ok(())
    }

    fn wait_for_end(&mut self) -> Result<ExitStatus> {
        let stopwatch = Stopwatch::start();
        loop {
            if let Some(status) = self.child.try_wait()? {
                return Ok(status);
            }
            let late = stopwatch.elapsed() > STOP;
            ensure!(
                !late,
                "the server did not end within {STOP:?}\n{}",
                self.last_words()
            );
            nap();
        }
    }

    /// The end of its log.
    fn last_words(&self) -> String {
        let log = fs::read_to_string(&self.log).unwrap_or_else(|error| format!("(no log: {error})"));
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(20)..].join("\n")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // After it has ended there is nothing left to kill, and no other answer to a failure.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// The program, without the settings of whoever runs the chore.
fn command(program: &Path, data: &Path) -> Command {
    let mut command = Command::new(program);
    command.env_clear().current_dir(data);
    command
}

fn read(path: &Path) -> Result<String> {
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(text.trim().to_owned())
}

#[expect(clippy::disallowed_methods, reason = "waits for another process")]
fn nap() {
    std::thread::sleep(Duration::from_millis(20));
}

#[cfg(test)]
mod tests;
