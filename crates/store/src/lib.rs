//! The only door to the disk: key spaces, one committer, the outbox, engines.
//!
//! What this crate is not: it decides nothing about people. It keeps what ingest decided, hands out what is to be
//! sent, and writes down what became of it. Sending, retrying and refusing are the dispatcher's.
//!
//! Start reading at [`keyspace`](Space) (what is stored), then `group` (how it is written), then `outbox` (in
//! which order it leaves). Engine types appear below `engine` only.

mod account;
mod apply;
mod bounds;
mod claim;
mod claims;
mod committer;
mod convert;
mod decisions;
mod desk;
mod digest;
mod draft;
mod dump;
mod engine;
mod error;
mod format;
mod group;
mod health;
mod inbox;
mod incarnation;
mod keys;
mod keyspace;
mod letters;
mod lock;
mod meta;
pub mod metrics;
mod open;
mod options;
mod outbox;
mod overlay;
mod queue;
mod read;
mod recount;
mod settlement;
mod shared;
mod stats;
mod store;
mod thread;
mod timers;
mod unfinished;
mod wake;

pub use account::Stock;
pub use committer::Committer;
pub use convert::{Converted, Progress, SpaceSum, convert};
pub use decisions::{
    DeadMessage, Decisions, EventKey, JobOp, MessageCounters, OutboxOp, ProfileDelta, RawInput,
    UpgradeProgress,
};
pub use digest::Digest;
pub use dump::{Dumped, Restored, receive, restore};
pub use engine::{Batch, Change, Engine, EngineKind, Fault, Hold, Key, Memory, Read, Reopen, Row, Weight};
pub use error::{Error, Result};
pub use health::Health;
pub use keyspace::Space;
pub use letters::{LetterKey, LetterPage, Replayed, Sought, Unreplayable};
pub use meta::Meta;
pub use open::{open, open_on};
pub use options::{LogOptions, Options, QueueOptions, SyncFile};
pub use queue::{Blocked, Oldest, Queue, Room};
pub use settlement::{Claimed, DeadLetter, Outcome, Settlement};
pub use stats::{SpaceStats, Stats};
pub use store::{Committing, Store};
