//! What became of the exports of a dataflow.

use super::client::Client;
use crate::stopwatch::Stopwatch;
use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::time::Duration;

/// The account of a dataflow, as `GET /api/dataflows` shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub(crate) struct Account {
    pub(crate) decided: u64,
    pub(crate) delivered: u64,
    pub(crate) pending: u64,
    /// By reason.
    suppressed: BTreeMap<String, u64>,
    /// By reason.
    dead: BTreeMap<String, u64>,
}

#[derive(Deserialize)]
struct View {
    dataflows: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    id: String,
    account: Account,
}

impl Account {
    pub(crate) fn read(client: &mut Client, dataflow: &str) -> Result<Self> {
        let answer = client.get("/api/dataflows")?;
        ensure!(
            answer.status == 200,
            "/api/dataflows answered {}: {}",
            answer.status,
            answer.body
        );
        let view: View = serde_json::from_str(&answer.body)
            .with_context(|| format!("the server's answer has another shape: {}", answer.body))?;
        let entry = view.dataflows.into_iter().find(|entry| entry.id == dataflow);
        Ok(entry
            .with_context(|| format!("the server has no dataflow `{dataflow}`"))?
            .account)
    }

    /// Fails unless every export that was decided was delivered.
    pub(crate) fn ensure_all_delivered(&self) -> Result<()> {
        let is_so = self.decided == self.delivered;
        ensure!(is_so, "not every export was delivered: {self:?}");
        Ok(())
    }

    /// Fails if exports were lost, died or were given up; bulk ones may have been superseded by live ones.
    pub(crate) fn ensure_whole(&self) -> Result<()> {
        let superseded = self.suppressed.get("superseded").copied().unwrap_or(0);
        let is_so = self.dead.is_empty() && self.decided == self.delivered + self.pending + superseded;
        ensure!(is_so, "exports are missing: {self:?}");
        Ok(())
    }
}

/// How often the account is looked at.
const PAUSE: Duration = Duration::from_millis(200);
/// Nothing may be decided for this long before it counts as all: the server looks at its timers each second.
const QUIET: Duration = Duration::from_secs(3);
/// A server that delivers nothing for this long is stuck.
const PATIENCE: Duration = Duration::from_mins(2);

/// Waits until nothing is pending and no due timer decides more; gives the account, and how long it took until
/// the last export was delivered.
pub(crate) fn drain(client: &mut Client, dataflow: &str) -> Result<(Account, Duration)> {
    let stopwatch = Stopwatch::start();
    let mut last = Account::read(client, dataflow)?;
    let mut changed = Duration::ZERO;
    loop {
        let unchanged_for = stopwatch.elapsed().saturating_sub(changed);
        if last.pending == 0 && unchanged_for > QUIET {
            return Ok((last, changed));
        }
        ensure!(
            unchanged_for < PATIENCE,
            "`{dataflow}` delivers nothing more: {last:?}"
        );
        nap();
        let now = Account::read(client, dataflow)?;
        if now != last {
            changed = stopwatch.elapsed();
            last = now;
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "waits for another process")]
fn nap() {
    std::thread::sleep(PAUSE);
}

#[cfg(test)]
mod tests;
