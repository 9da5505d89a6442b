//! kinesis-local: a Kinesis that shares nothing with the peer of the tests. It checks no signature, limits nothing, and
//! listens on all interfaces.

use crate::peer;
use crate::stopwatch::Stopwatch;
use anyhow::{Context, Result, bail, ensure};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

const START: Duration = Duration::from_secs(30);

/// A running one. Dropping it kills it.
pub(super) struct Second {
    child: Child,
    endpoint: String,
}

impl Second {
    /// Starts it without streams and waits until it listens.
    pub(super) fn start() -> Result<Self> {
        let packages = peer::second();
        let own = packages.join("node_modules/kinesis-local");
        let [plain, tls] = [free_port()?, free_port()?];
        let child = Command::new("node")
            .arg(own.join("main.js"))
            .current_dir(&own)
            .env("KINESIS_MOCK_CERT_PATH", own.join("server.json"))
            .env("KINESIS_MOCK_PLAIN_PORT", plain.to_string())
            .env("KINESIS_MOCK_TLS_PORT", tls.to_string())
            .env("SHARD_LIMIT", "100")
            .env("CREATE_STREAM_DURATION", "50ms")
            .env("LOG_LEVEL", "ERROR")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            // It complains of every machine that has something else to do.
            .stderr(Stdio::null())
            .spawn()
            .context("kinesis-local needs Node 20: apt-get install nodejs npm")?;
        let mut second = Self {
            child,
            endpoint: format!("http://127.0.0.1:{plain}"),
        };
        let stopwatch = Stopwatch::start();
        while TcpStream::connect(("127.0.0.1", plain)).is_err() {
            if let Some(status) = second.child.try_wait()? {
                bail!("kinesis-local ended with {status}");
            }
            ensure!(
                stopwatch.elapsed() < START,
                "kinesis-local does not listen within {START:?}"
            );
            nap();
        }
        Ok(second)
    }

    pub(super) fn endpoint(&self) -> &str {
        &self.endpoint
    }
}

impl Drop for Second {
    fn drop(&mut self) {
        // After it has ended there is nothing left to kill, and no other answer to a failure.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// It takes a number only; nobody else is likely to be given the same in between.
fn free_port() -> Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

#[expect(clippy::disallowed_methods, reason = "waits for another process")]
fn nap() {
    std::thread::sleep(Duration::from_millis(50));
}
