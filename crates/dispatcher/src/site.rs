//! What the server's owner allows the people who write definitions.

use crate::SettingsError;
use model::{Clock, Secret, SystemClock};
use serde_json::Value;
use std::fmt;
use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

/// Makes what was written to a file durable.
pub type SyncFile = Arc<dyn Fn(&File) -> io::Result<()> + Send + Sync>;

/// Looks a reference such as `file:kinesis/key` up, as it is now; or says why that cannot be done. It may read a
/// small file.
pub type ResolveSecret = Arc<dyn Fn(&str) -> Result<Secret, String> + Send + Sync>;

/// What the server's owner allows the people who write definitions.
#[derive(Clone)]
pub struct Site {
    /// The folder below which file destinations write. It is not created: a mount that is missing must not be
    /// filled in silence.
    pub exports_dir: PathBuf,
    /// How exported files reach the disk: `File::sync_data`, unless a test puts a failing one here.
    pub sync: SyncFile,
    /// Looks secrets up. Settings hold references only; a destination asks anew when its credentials are refused,
    /// so that a secret can be changed without a restart.
    pub secrets: ResolveSecret,
    /// Whether `endpoint` and `authority` may send a destination, and what it signs, somewhere else than to its
    /// service.
    pub endpoints: bool,
    /// The time by which tokens are dated.
    pub clock: Arc<dyn Clock>,
    /// Whether `credentials: default` may use what this machine itself may do, and `roleArn` another role.
    pub default_credentials: bool,
}

impl Site {
    /// File destinations write below `exports_dir`; there are no secrets, and nothing else is allowed. The clock is that
    /// of the machine.
    pub fn new(exports_dir: impl Into<PathBuf>) -> Self {
        Self {
            exports_dir: exports_dir.into(),
            sync: Arc::new(File::sync_data),
            secrets: Arc::new(|_| Err("this server has no secrets".to_owned())),
            endpoints: false,
            clock: Arc::new(SystemClock),
            default_credentials: false,
        }
    }

    /// What of `settings`, of whatever kind, is not allowed here. The names of keys are the same in all kinds.
    pub fn forbidden(&self, settings: &Value) -> Vec<SettingsError> {
        let mut forbidden = Vec::new();
        let mut refuse = |key: &str, switch: &str| {
            let message =
                format!("is not allowed on this server; its owner can set `delivery.{switch}` to true");
            forbidden.push(SettingsError::at(key, message));
        };
        let given = |key: &str| settings.get(key).is_some_and(|value| !value.is_null());
        for key in ["endpoint", "authority"] {
            if given(key) && !self.endpoints {
                refuse(key, "endpoints");
            }
        }
        if !self.default_credentials {
            if settings
                .get("credentials")
                .is_some_and(|value| value == "default")
            {
                refuse("credentials", "default_credentials");
            }
            if given("roleArn") {
                refuse("roleArn", "default_credentials");
            }
        }
        forbidden
    }
}

impl fmt::Debug for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Site")
            .field("exports_dir", &self.exports_dir)
            .field("endpoints", &self.endpoints)
            .field("default_credentials", &self.default_credentials)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
