//! What a change of definitions leaves to be done in the background, in small pieces, each committed with its
//! progress: bringing every profile to the current rules, and cancelling what removed dataflows had to send.

mod cancel;
mod upgrade;

pub(crate) use cancel::Cancelling;
pub use upgrade::UpgradeState;
pub(crate) use upgrade::{Upgrading, state};

/// Why a piece of work was not done. It is tried again.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// The store cannot be read or written.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// Ingest did not commit it.
    #[error(transparent)]
    Submit(#[from] ingest::SubmitError),
}
