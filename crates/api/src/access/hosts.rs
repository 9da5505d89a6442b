//! Which `Host` and `Origin` headers are answered, so that a web page cannot talk to a server on this machine
//! through a name of its own (DNS rebinding) or from another site.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// The names under which the server may be called.
#[derive(Clone, Debug)]
pub struct Hosts {
    bound: SocketAddr,
    allowed: Vec<String>,
}

impl Hosts {
    /// Loopback names and the bound address with the bound port; and `allowed`, each `name` (with any port) or
    /// `name:port`.
    pub fn new(bound: SocketAddr, allowed: &[String]) -> Self {
        let allowed = allowed.iter().map(|name| name.to_ascii_lowercase()).collect();
        Self { bound, allowed }
    }

    /// Whether a `Host` header names this server.
    pub fn allow_host(&self, host: &str) -> bool {
        let host = host.to_ascii_lowercase();
        let (name, port) = split(&host);
        let listed = self
            .allowed
            .iter()
            .any(|allowed| *allowed == host || allowed == name);
        listed || (port.unwrap_or("80") == self.bound.port().to_string() && self.is_ours(name))
    }

    /// Whether an `Origin` header is one of this server's own.
    pub fn allow_origin(&self, origin: &str) -> bool {
        let authority = origin
            .strip_prefix("http://")
            .or_else(|| origin.strip_prefix("https://"));
        authority.is_some_and(|authority| self.allow_host(authority))
    }

    fn is_ours(&self, name: &str) -> bool {
        let address: Option<IpAddr> = match name.strip_prefix('[').and_then(|name| name.strip_suffix(']')) {
            Some(inside) => inside.parse::<Ipv6Addr>().ok().map(IpAddr::V6),
            None => name.parse::<Ipv4Addr>().ok().map(IpAddr::V4),
        };
        name == "localhost" || address.is_some_and(|ip| ip.is_loopback() || ip == self.bound.ip())
    }
}

/// The name, with the brackets of an IPv6 address, and the port if there is one.
fn split(host: &str) -> (&str, Option<&str>) {
    let from = host.rfind(']').unwrap_or(0);
    match host[from..].rfind(':') {
        Some(colon) => (&host[..from + colon], Some(&host[from + colon + 1..])),
        None => (host, None),
    }
}

#[cfg(test)]
mod tests;
