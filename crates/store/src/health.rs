//! Whether the store can take more.

/// Asked by intake before it accepts anything. Deliveries and deletes go on below the mark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Health {
    /// All is well.
    Ok,
    /// The file system has less room than `Options::min_free_bytes`, or than the last batch would have needed.
    LowSpace {
        /// Bytes left.
        free: u64,
        /// Bytes wanted.
        min: u64,
    },
    /// The engine failed and is being reopened.
    Failed {
        /// The failure.
        why: String,
    },
}
