//! 128-bit names of things whose own names are too long or too odd for a key.

use model::{DatasetId, Identity};
use sha2::{Digest as _, Sha256};
use std::fmt;

/// The first half of a SHA-256: people choose the names that are hashed, so collisions must not be makeable.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(pub(crate) [u8; 16]);

impl Digest {
    /// Of an event's (dataset, `_id`).
    pub fn of_event(dataset: &DatasetId, id: &str) -> Self {
        Self::of(&[dataset.as_str(), id])
    }

    pub(crate) fn of_fragment(dataset: &DatasetId, primary: &Identity) -> Self {
        Self::of(&[dataset.as_str(), &primary.namespace, &primary.value])
    }

    pub(crate) fn of_identity(identity: &Identity) -> Self {
        Self::of(&[&identity.namespace, &identity.value])
    }

    fn of(parts: &[&str]) -> Self {
        let mut hash = Sha256::new();
        for part in parts {
            // With its length, so that no two lists of parts run together to the same bytes.
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        let mut half = [0; 16];
        half.copy_from_slice(&hash.finalize()[..16]);
        Self(half)
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}
