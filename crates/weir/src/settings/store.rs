//! `[store]`: memory and disk of the store.

use super::memory::Memory;
use super::reader::Reader;
use super::value::{Setting, Size};
use ::store::{EngineKind, LogOptions};
use model::Duration;

/// Memory and disk of the store.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    /// What keeps the rows.
    pub(crate) engine: EngineKind,
    /// Pending exports of all dataflows: at this the policy of the largest queue applies.
    pub(crate) queues: Size,
    /// Dead letters kept of one dataflow: at either nothing more of it is sent.
    pub(crate) dead_letters: usize,
    /// The same in bytes.
    pub(crate) dead_letter_bytes: Size,
    /// How often the engine takes in what is in the log, at the latest.
    pub(crate) catch_up: Duration,
    /// Of the log, what is kept although the engine has it.
    pub(crate) keep_log: Size,
    /// With less free on its disk nothing is taken in; deliveries go on.
    pub(crate) min_free: Size,
}

impl Store {
    pub(super) fn read(reader: &mut Reader) -> Self {
        let queues = ::store::QueueOptions::default();
        Self {
            engine: reader.get("store", "engine", EngineKind::default()),
            queues: reader.get("store", "queues", Size(queues.bytes)),
            dead_letters: reader.get(
                "store",
                "dead_letters",
                usize::try_from(queues.letters).unwrap_or(usize::MAX),
            ),
            dead_letter_bytes: reader.get("store", "dead_letter_bytes", Size(queues.letter_bytes)),
            catch_up: reader.get("store", "catch_up", Duration::from_millis(10_000)),
            keep_log: reader.get("store", "keep_log", Size(LogOptions::default().keep_bytes)),
            min_free: reader.get("store", "min_free", Size::mib(512)),
        }
    }

    /// As the store takes them.
    pub(super) fn options(&self, memory: Memory) -> ::store::Options {
        let queues = ::store::QueueOptions {
            bytes: self.queues.0,
            letters: self.dead_letters as u64,
            letter_bytes: self.dead_letter_bytes.0,
            ..::store::QueueOptions::default()
        };
        ::store::Options {
            engine: self.engine,
            queues,
            cache_bytes: memory.engine(),
            log: LogOptions {
                table_bytes: memory.table(),
                every: self.catch_up.std(),
                keep_bytes: self.keep_log.0,
                ..LogOptions::default()
            },
            min_free_bytes: self.min_free.0,
            ..::store::Options::default()
        }
    }
}

impl Setting for EngineKind {
    const EXPECTED: &'static str = "sled or fjall";

    fn parse(text: &str) -> Option<Self> {
        Self::named(text)
    }
}
