//! Log lines while a picture is on the terminal: kept, and told afterwards.

use crate::settings::Log;
use anyhow::{Context, Result};
use std::io::{self, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tracing_subscriber::EnvFilter;

/// More than this is cut off: what comes first is what went wrong.
const KEPT_BYTES: usize = 16 << 10;

/// What was logged so far.
#[derive(Clone, Debug, Default)]
pub(super) struct KeptLog(Arc<Mutex<Vec<u8>>>);

impl KeptLog {
    /// Begins to keep what is logged.
    pub(super) fn start(log: &Log) -> Result<Self> {
        let kept = Self::default();
        let filter =
            EnvFilter::try_new(&log.level).with_context(|| format!("log.level is {:?}", log.level))?;
        let writer = kept.clone();
        let lines = tracing_subscriber::fmt()
            .with_env_filter(filter)
            .with_target(false)
            .with_ansi(false);
        if lines.with_writer(move || writer.clone()).try_init().is_err() {
            tracing::debug!("the log has been started before");
        }
        Ok(kept)
    }

    /// Writes it to stderr.
    pub(super) fn tell(&self) {
        // With stderr gone there is nobody to tell.
        drop(io::stderr().write_all(&self.bytes()));
    }

    fn bytes(&self) -> MutexGuard<'_, Vec<u8>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Write for KeptLog {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let mut bytes = self.bytes();
        if bytes.len() + line.len() <= KEPT_BYTES {
            bytes.extend_from_slice(line);
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
