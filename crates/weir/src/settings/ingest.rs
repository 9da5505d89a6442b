//! `[ingest]`: how messages are taken and evaluated.

use super::memory::Memory;
use super::reader::Reader;
use super::value::{Setting, Size};
use ingest::{ClockMode, Crew, CrewError, Options, Share};
use model::Duration;

/// How messages are taken and evaluated.
#[derive(Clone, Debug)]
pub(crate) struct Ingest {
    /// What gives the time: `wall`, or `input` for replays and tests, which needs file destinations only.
    pub(crate) clock: ClockMode,
    /// Messages committed at once at most.
    pub(crate) batch: usize,
    /// Messages that may wait.
    pub(crate) queue_messages: usize,
    /// What they may take in memory.
    pub(crate) queue_bytes: Size,
    /// Threads that evaluate a batch.
    pub(crate) threads: usize,
    /// After a longer gap the clock is not trusted before an operator says so.
    pub(crate) max_downtime: Duration,
    /// How much of one core is spent on recomputing profiles from nothing and comparing.
    pub(crate) audit: Share,
}

impl Ingest {
    pub(super) fn read(reader: &mut Reader) -> Self {
        let Options {
            clock,
            batch,
            queue_items,
            queue_bytes,
            cache: _,
            max_downtime,
            audit,
            crew: _,
        } = Options::default();
        Self {
            clock: reader.get("ingest", "clock", clock),
            batch: reader.get("ingest", "batch", batch),
            queue_messages: reader.get("ingest", "queue_messages", queue_items),
            queue_bytes: reader.get("ingest", "queue_bytes", Size(queue_bytes as u64)),
            threads: reader.get("ingest", "threads", Crew::cores()),
            max_downtime: reader.get("ingest", "max_downtime", max_downtime),
            audit: reader.get("ingest", "audit", audit),
        }
    }

    /// As the loop takes them.
    pub(super) fn options(&self, memory: Memory) -> Result<Options, CrewError> {
        Ok(Options {
            clock: self.clock,
            batch: self.batch,
            queue_items: self.queue_messages,
            queue_bytes: self.queue_bytes.bytes(),
            cache: memory.profiles(),
            crew: Crew::new(self.threads)?,
            max_downtime: self.max_downtime,
            audit: self.audit,
        })
    }
}

impl Setting for ClockMode {
    const EXPECTED: &'static str = "wall or input";

    fn parse(text: &str) -> Option<Self> {
        match text {
            "wall" => Some(Self::Wall),
            "input" => Some(Self::Input),
            _ => None,
        }
    }
}

impl Setting for Share {
    const EXPECTED: &'static str = "a share of one core's time such as 1% (0.01% to 100%, or 0%)";

    fn parse(text: &str) -> Option<Self> {
        let percent = text.strip_suffix('%')?.trim_end();
        Self::percent(percent.parse().ok()?)
    }
}
