//! `memory`: one figure for all that is kept in memory of what is stored.

use super::value::Size;

/// How much of the store may be in memory: decoded profiles, rows that are in the log and not yet in the engine, and what
/// the engine keeps. The process takes some more: for requests, calls and definitions.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Memory(pub(crate) Size);

impl Memory {
    pub(super) const DEFAULT: Size = Size::mib(2048);

    /// Five eighths are for decoded profiles: whoever is there need not be read.
    pub(super) fn profiles(self) -> usize {
        self.0.bytes() / 8 * 5
    }

    /// An eighth is for rows that are handed to the engine, and as much for those that come meanwhile.
    pub(super) fn table(self) -> usize {
        self.0.bytes() / 8
    }

    /// An eighth is for the engine.
    pub(super) fn engine(self) -> u64 {
        self.0.0 / 8
    }
}
