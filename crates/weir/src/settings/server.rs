//! `[server]`: where the server listens, and whom it trusts.

use super::reader::Reader;
use model::Duration;
use std::net::SocketAddr;
use std::path::PathBuf;

/// Where the server listens, and whom it trusts.
#[derive(Clone, Debug)]
pub(crate) struct Server {
    /// The address to bind. Other than loopback only with `behind_proxy`.
    pub(crate) listen: SocketAddr,
    /// Names beside loopback under which it may be called, each `name` or `name:port`.
    pub(crate) hosts: Vec<String>,
    /// A proxy in front does TLS, and others than this machine can reach the server: every inlet needs a token.
    pub(crate) behind_proxy: bool,
    /// What clients see in front of paths, if not `http://<address>`; without a slash at its end.
    pub(crate) url: Option<String>,
    /// The one sandbox that `x-sandbox-name` may name.
    pub(crate) sandbox: String,
    /// The folder below which `file:` references to secrets may read; without it there are none.
    pub(crate) secrets_dir: Option<PathBuf>,
    /// How long a stop waits for what is in work, before it becomes hard.
    pub(crate) stop_within: Duration,
}

impl Server {
    pub(super) fn read(reader: &mut Reader) -> Self {
        let url: Option<String> = reader.optional("server", "url");
        Self {
            listen: reader.get("server", "listen", SocketAddr::from(([127, 0, 0, 1], 8080))),
            hosts: reader.list("server", "hosts"),
            behind_proxy: reader.get("server", "behind_proxy", false),
            url: url.map(|url| url.trim_end_matches('/').to_owned()),
            sandbox: reader.get("server", "sandbox", "prod".to_owned()),
            secrets_dir: reader.optional("server", "secrets_dir"),
            stop_within: reader.get("server", "stop_within", Duration::from_millis(30_000)),
        }
    }
}
