//! Where the time comes from. Deciding code takes instants as arguments; only the rim asks a clock.

use crate::Timestamp;

/// Tells the wall-clock time.
pub trait Clock: Send + Sync {
    /// The instant now.
    fn now(&self) -> Timestamp;
}
