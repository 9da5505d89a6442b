//! Whether somebody wants the demo to end, and how much.

use tokio_util::sync::CancellationToken;

/// Shared by all who may end a demo.
#[derive(Clone, Debug, Default)]
pub(super) struct Wish {
    /// Nothing new is posted; what is in work is finished.
    pub(super) softly: CancellationToken,
    /// Nothing is waited for.
    pub(super) at_once: CancellationToken,
}

impl Wish {
    /// Asks to end; asked for the second time, at once.
    pub(super) fn end(&self) {
        if self.softly.is_cancelled() {
            self.at_once.cancel();
        }
        self.softly.cancel();
    }
}
