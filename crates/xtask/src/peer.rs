//! A stand-in of an outside service (`tests/peers`), as a program of the chore's own.

/// The packages of the peers are installed once, for tests and chores alike.
#[path = "../../testkit/src/outside/packages.rs"]
mod packages;

use crate::weir::Client;
use anyhow::{Context, Result, ensure};
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

/// The folder with the packages of `tests/peers/second`.
pub(crate) fn second() -> PathBuf {
    packages::folder(&packages::scripts().join("second"))
}

/// A running peer. Dropping it kills it.
pub(crate) struct Peer {
    child: Child,
    ready: Value,
    control: SocketAddr,
}

impl Peer {
    /// Starts `tests/peers/<script>` and waits until it listens.
    pub(crate) fn start(script: &str, arguments: &[&str]) -> Result<Self> {
        let mut child = Command::new("node")
            .arg(packages::scripts().join(script))
            .arg("--modules")
            .arg(packages::folder(&packages::scripts()))
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("the peers need Node 20: apt-get install nodejs npm")?;
        let mut line = String::new();
        let said = child.stdout.take().context("it is piped")?;
        BufReader::new(said).read_line(&mut line)?;
        let ready: Value = serde_json::from_str(&line)
            .with_context(|| format!("{script} said {line:?}, not where it is"))?;
        let control = ready["control"].as_str().unwrap_or_default();
        let control = control.trim_start_matches("http://").parse();
        Ok(Self {
            child,
            control: control.with_context(|| format!("{script} has no control API: {ready}"))?,
            ready,
        })
    }

    /// Where it listens.
    pub(crate) fn endpoint(&self) -> &str {
        self.ready["endpoint"].as_str().unwrap_or_default()
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Asks the control API for what is at `path`, query included.
    pub(crate) fn get(&self, path: &str) -> Result<Value> {
        let answer = self.connect()?.get(path)?;
        ensure!(
            answer.status == 200,
            "{path} was answered {}: {}",
            answer.status,
            answer.body
        );
        Ok(serde_json::from_str(&answer.body)?)
    }

    /// Tells the control API something.
    pub(crate) fn tell(&self, path: &str, body: &Value) -> Result<()> {
        let answer = self
            .connect()?
            .post(path, "application/json", &body.to_string())?;
        ensure!(
            answer.status == 200,
            "{path} was answered {}: {}",
            answer.status,
            answer.body
        );
        Ok(())
    }

    fn connect(&self) -> Result<Client> {
        Client::connect(self.control, "")
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // After it has ended there is nothing left to kill, and no other answer to a failure.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
