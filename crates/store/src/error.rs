//! What can go wrong between the callers and the disk.

use crate::engine::EngineKind;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

/// Why the store refused or failed. It is `Clone` because everybody in a failed group commit gets it.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// Another process has the folder open.
    #[error("the store in {} is in use by another process{}: stop it, or name another folder", folder.display(), holder(*.pid))]
    Locked {
        /// Which folder.
        folder: PathBuf,
        /// The process that wrote the lock file last, if it can be read.
        pid: Option<u32>,
    },
    /// The folder holds something, but the engine cannot open it.
    #[error(
        "the store in {} cannot be opened: {why}; keep a copy of the folder, then bring the last backup into an \
         empty folder with `weir restore`", folder.display()
    )]
    Unopenable {
        /// Which folder.
        folder: PathBuf,
        /// What the engine said.
        why: String,
    },
    /// The stored format is newer than this program.
    #[error("the store has format {found}, this program knows formats up to {known}: use a newer weir")]
    FormatTooNew {
        /// The stored format.
        found: u32,
        /// The newest format known here.
        known: u32,
    },
    /// The folder holds a store of another engine.
    #[error(
        "the store in {} is one of {}, and {} is asked for: set `engine = \"{}\"` under [store], or bring it into a \
         new folder with `weir store convert`", folder.display(), found.name(), wanted.name(), found.name()
    )]
    OtherEngine {
        /// Which folder.
        folder: PathBuf,
        /// Its engine.
        found: EngineKind,
        /// The one asked for.
        wanted: EngineKind,
    },
    /// The folder is marked, or holds rows without a format row: a restore or a conversion that did not finish.
    #[error(
        "the store is not whole: a restore or a conversion into it did not finish; empty the folder, then convert or \
         restore again"
    )]
    Unfinished,
    /// There is no store to convert.
    #[error("there is no store in {}", folder.display())]
    NoStore {
        /// Which folder.
        folder: PathBuf,
    },
    /// What was read back after a conversion is not what was copied.
    #[error(
        "the new store in {} is not the same as the old one in key space {space}: {copied} rows were copied, {found} \
         are there, or differ; the old one is as it was", folder.display()
    )]
    Differs {
        /// The new folder.
        folder: PathBuf,
        /// The name of the key space.
        space: &'static str,
        /// Rows copied.
        copied: u64,
        /// Rows read back.
        found: u64,
    },
    /// A step of `migrations` failed on a row.
    #[error("the step to format {to} failed on row {key}: {why}")]
    Migration {
        /// The format the step leads to.
        to: u32,
        /// The key, in hex.
        key: String,
        /// What the step said.
        why: String,
    },
    /// The file system refused.
    #[error("cannot {doing} {}: {why}", path.display())]
    Io {
        /// A verb.
        doing: &'static str,
        /// On what.
        path: PathBuf,
        /// Why. It stands in the text, so it is not told again as a cause.
        why: Arc<io::Error>,
    },
    /// The disk has no room for a batch. Nothing of it was written, and nothing is broken.
    #[error(
        "the disk under {} is full: {free} bytes are free, {needed} are needed to write safely; make room, nothing \
         needs a restart", folder.display()
    )]
    Full {
        /// The folder of the engine.
        folder: PathBuf,
        /// Bytes left.
        free: u64,
        /// Bytes that the batch takes at most, beyond what the engine has allocated.
        needed: u64,
    },
    /// A record of the log cannot be read, and later ones can: it was acknowledged.
    #[error(
        "the log is damaged: in {} nothing can be read from byte {at} on until record {found}. The batches up to record {kept} are \
         whole; those between were committed and are lost, and those from record {found} on cannot be used without them. Nothing was \
         changed. Look at the disk, then restore a backup", path.display()
    )]
    DamagedLog {
        /// Which file.
        path: PathBuf,
        /// Where it is damaged.
        at: u64,
        /// The last record before the damage.
        kept: u64,
        /// The first one that can be read after it.
        found: u64,
    },
    /// The engine failed to read or commit.
    #[error("the engine failed to {doing}: {why}")]
    Engine {
        /// A verb.
        doing: &'static str,
        /// What it said.
        why: String,
    },
    /// A stored row cannot be read.
    #[error("row {key} of key space {space} cannot be read: {why}")]
    Corrupt {
        /// The name of the key space.
        space: &'static str,
        /// The key, in hex.
        key: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// A batch was decided on a state that is not the committed one: an earlier batch failed.
    #[error("batch {found} cannot follow batch {committed}: decide it again on what is committed")]
    OutOfOrder {
        /// The number of the batch handed in.
        found: u64,
        /// The number of the last batch committed.
        committed: u64,
    },
    /// The engine is being reopened after a failure.
    #[error("the store is not available: {why}")]
    Unavailable {
        /// The failure.
        why: String,
    },
    /// The committer has ended.
    #[error("the store has been stopped")]
    Stopped,
    /// A log does not begin where a backup ends.
    #[error("the log in {} does not go on where the backup ends: {why}. Nothing was restored; without the log the backup can be", log.display())]
    NotFollowing {
        /// The folder of the log.
        log: PathBuf,
        /// What is missing.
        why: String,
    },
    /// A backup was ended for the sake of the store.
    #[error("the backup gave way: {why}; try it again")]
    GaveWay {
        /// To what.
        why: &'static str,
    },
    /// A file written by `backup` is torn or altered.
    #[error("{} is not a whole backup: {why} at byte {at}", path.display())]
    Torn {
        /// Which file.
        path: PathBuf,
        /// How many bytes of it are good.
        at: u64,
        /// What is wrong there.
        why: &'static str,
    },
    /// A restore or a conversion into a folder that holds something.
    #[error("{} is not empty: name a new folder", folder.display())]
    NotEmpty {
        /// Which folder.
        folder: PathBuf,
    },
    /// All 65,536 incarnations are used up.
    #[error("no incarnation of the store is left after {last}")]
    NoIncarnation {
        /// The last one.
        last: u16,
    },
}

/// What store functions return.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    pub(crate) fn io(doing: &'static str, path: &std::path::Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |why| Self::Io {
            doing,
            path,
            why: Arc::new(why),
        }
    }
}

fn holder(pid: Option<u32>) -> String {
    pid.map(|pid| format!(" (pid {pid})")).unwrap_or_default()
}
