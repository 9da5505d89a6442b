//! What a change of definitions leaves to be done in the background, in small pieces, each committed with its
//! progress: bringing every profile to the current rules, cancelling what removed dataflows had to send, and the bulk
//! jobs that tell dataflows of people of whom nothing has changed.

mod bulk;
mod cancel;
mod end;
pub mod metrics;
mod progress;
mod replay;
mod resend;
mod upgrade;

pub(crate) use bulk::{ERROR_BUDGET, Working};

pub(crate) use cancel::Cancelling;
pub(crate) use end::Ending;
pub use progress::JobView;
pub(crate) use progress::Progress;
pub use replay::Replay;
pub use resend::{Resend, ResendError, Scope};
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
    /// Ingest did not put definitions in force.
    #[error(transparent)]
    Redefine(#[from] ingest::RedefineError),
}
