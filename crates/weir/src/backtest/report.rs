//! What a backtest tells while it runs and when it ends.

use super::ahead::Parsed;
use anyhow::Result;
use model::{ProfileId, Status, Transition};
use serde::Serialize;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// The last line on stdout.
#[derive(Serialize)]
pub(super) struct Summary {
    records: u64,
    bad: u64,
    transitions: u64,
    realized: u64,
    seconds: f64,
    cpu_seconds: f64,
}

impl Summary {
    pub(super) fn print(&self) -> Result<()> {
        let mut out = std::io::stdout().lock();
        serde_json::to_writer(&mut out, self)?;
        writeln!(out)?;
        Ok(())
    }
}

/// Counts, and says on stderr how far it is, once a second.
pub(super) struct Progress {
    total_bytes: u64,
    /// The file that is being read, and its lines so far.
    file: Option<Arc<Path>>,
    lines: u64,
    read_bytes: u64,
    records: u64,
    bad: u64,
    transitions: u64,
    realized: u64,
    started: Instant,
    told: Instant,
}

/// More complaints than this are only counted.
const COMPLAINTS: u64 = 20;

impl Progress {
    /// `total_bytes` 0: not known.
    pub(super) fn start(total_bytes: u64) -> Self {
        let now = Instant::now();
        Self {
            total_bytes,
            file: None,
            lines: 0,
            read_bytes: 0,
            records: 0,
            bad: 0,
            transitions: 0,
            realized: 0,
            started: now,
            told: now,
        }
    }

    /// Counts a block that is to be decided; gives its file, and the lines of it before this block.
    pub(super) fn block(&mut self, parsed: &Parsed) -> (Arc<Path>, u64) {
        if self.file.as_ref() != Some(&parsed.path) {
            self.file = Some(Arc::clone(&parsed.path));
            self.lines = 0;
        }
        let before = self.lines;
        self.lines += parsed.lines;
        self.records += (parsed.inputs.len() + parsed.bad.len()) as u64;
        self.read_bytes += parsed.bytes;
        if self.told.elapsed() >= Duration::from_secs(1) {
            self.told = Instant::now();
            self.tell();
        }
        (Arc::clone(&parsed.path), before)
    }

    /// Counts a line that is no message.
    pub(super) fn bad(&mut self, place: &str, why: &str) {
        self.bad += 1;
        if self.bad <= COMPLAINTS {
            eprintln!("{place}: {why}");
        } else if self.bad == COMPLAINTS + 1 {
            eprintln!("further bad lines are counted, not shown");
        }
    }

    pub(super) fn transitions(&mut self, all: &[(ProfileId, Transition)]) {
        let realized = all.iter().filter(|(_, one)| one.status == Status::Realized);
        self.transitions += all.len() as u64;
        self.realized += realized.count() as u64;
    }

    fn tell(&self) {
        let seconds = self.started.elapsed().as_secs_f64();
        let rate = self.records as f64 / seconds;
        let share = if self.total_bytes == 0 {
            String::new()
        } else {
            let done = (self.read_bytes as f64 / self.total_bytes as f64).min(1.0);
            format!(
                "{:.0} %, {:.0} s to go: ",
                done * 100.0,
                seconds / done.max(1e-9) - seconds
            )
        };
        eprintln!(
            "{share}{} records, {rate:.0}/s, {} transitions",
            self.records, self.transitions
        );
    }

    pub(super) fn finish(self) -> Summary {
        self.tell();
        Summary {
            records: self.records,
            bad: self.bad,
            transitions: self.transitions,
            realized: self.realized,
            seconds: self.started.elapsed().as_secs_f64(),
            cpu_seconds: cpu_seconds(),
        }
    }
}

/// User and system time of this process so far, from the kernel's account (1/100 s).
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The second field may hold spaces; the numbers follow its closing bracket.
    let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields);
    let ticks: u64 = fields
        .split_whitespace()
        .skip(11)
        .take(2)
        .filter_map(|n| n.parse::<u64>().ok())
        .sum();
    ticks as f64 / 100.0
}
