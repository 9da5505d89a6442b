//! Starts writers, waits for them to be killed, and asks the verifier. Shared by the tests `it` and `power`.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;
use store::EngineKind;
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

const HARNESS: &str = env!("CARGO_BIN_EXE_store-crash");

/// A writer at work.
pub(crate) struct Writer {
    child: Child,
    numbers: Lines<BufReader<ChildStdout>>,
    last: u64,
}

impl Writer {
    pub(crate) fn start(engine: EngineKind, folder: &Path) -> Self {
        let mut command = Command::new(HARNESS);
        command
            .args(["write", engine.name()])
            .arg(folder)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true);
        let mut child = command.spawn().unwrap();
        let numbers = BufReader::new(child.stdout.take().unwrap()).lines();
        Self {
            child,
            numbers,
            last: 0,
        }
    }

    /// Lets it work: every fifth cycle for a time from its start, so that some die while they open the store, the
    /// others for a time from the first acknowledgement on.
    pub(crate) async fn live(&mut self, cycle: u64) {
        if cycle.is_multiple_of(5) {
            tokio::time::sleep(span(cycle, 5, 400)).await;
            return;
        }
        let first = tokio::time::timeout(Duration::from_secs(30), self.numbers.next_line()).await;
        let first = first.expect("the writer acknowledges nothing").unwrap();
        self.last = first.expect("the writer died by itself").parse().unwrap();
        tokio::time::sleep(span(cycle, 0, 400)).await;
    }

    /// Kills it with SIGKILL and returns the last number it acknowledged, 0 if none.
    pub(crate) async fn kill(mut self) -> u64 {
        self.child.start_kill().unwrap();
        while let Some(line) = self.numbers.next_line().await.unwrap() {
            self.last = line.parse().unwrap();
        }
        self.child.wait().await.unwrap();
        self.last
    }
}

/// Compares the store with what it must hold. Returns its last batch, or what is wrong.
pub(crate) async fn verify(engine: EngineKind, folder: &Path, acked: u64) -> Result<u64, String> {
    let mut command = Command::new(HARNESS);
    command
        .args(["verify", engine.name()])
        .arg(folder)
        .arg(acked.to_string())
        .kill_on_drop(true);
    let output = tokio::time::timeout(Duration::from_mins(1), command.output()).await;
    let output = output.map_err(|_| "the verifier hangs".to_owned())?.unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    match text.trim().strip_prefix("OK ") {
        Some(last) if output.status.success() => Ok(last.parse().unwrap()),
        _ => Err(format!(
            "{} {}",
            text.trim(),
            String::from_utf8_lossy(&output.stderr).trim()
        )),
    }
}

/// A span of `from..to` milliseconds that differs by cycle and is the same in every run.
fn span(cycle: u64, from: u64, to: u64) -> Duration {
    let spread = cycle.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 33;
    Duration::from_millis(from + spread % (to - from))
}
