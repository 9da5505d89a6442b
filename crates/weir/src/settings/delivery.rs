//! `[delivery]`: what destinations may do on this machine, and when a failed export is tried again.

use super::reader::Reader;
use model::Duration;
use std::path::PathBuf;

/// What destinations may do on this machine, and when a failed export is tried again.
#[derive(Clone, Debug)]
pub(crate) struct Delivery {
    /// The folder below which file destinations write; it must be there. `<data>/exports` if not set.
    pub(crate) exports_dir: Option<PathBuf>,
    /// Whether destinations may set `endpoint` or `authority`, and so send what they sign somewhere else.
    pub(crate) endpoints: bool,
    /// Whether destinations may use the credentials of this machine (`credentials: default`) and other roles.
    pub(crate) default_credentials: bool,
    /// The wait before the second attempt; before the third it is twice as long.
    pub(crate) first_retry: Duration,
}

impl Delivery {
    pub(super) fn read(reader: &mut Reader) -> Self {
        Self {
            exports_dir: reader.optional("delivery", "exports_dir"),
            endpoints: reader.get("delivery", "endpoints", false),
            default_credentials: reader.get("delivery", "default_credentials", false),
            first_retry: reader.get("delivery", "first_retry", Duration::from_millis(15_000)),
        }
    }
}
