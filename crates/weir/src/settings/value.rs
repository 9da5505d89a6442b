//! How settings are written: `30s`, `1GiB`, `127.0.0.1:8080`.

use model::Duration;
use std::net::SocketAddr;
use std::path::PathBuf;

/// A kind of value that a setting can have.
pub(crate) trait Setting: Sized {
    /// What belongs there, with an example.
    const EXPECTED: &'static str;

    /// Reads it; `None` if `text` is something else.
    fn parse(text: &str) -> Option<Self>;
}

/// A number of bytes, written as `512MiB`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Size(pub(crate) u64);

impl Size {
    pub(crate) const fn mib(count: u64) -> Self {
        Self(count << 20)
    }

    pub(crate) fn bytes(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }
}

impl Setting for Size {
    const EXPECTED: &'static str = "a size such as 512MiB (B, KiB, MiB, GiB, TiB)";

    fn parse(text: &str) -> Option<Self> {
        let (count, unit) = split(text)?;
        let shift = match unit {
            "B" => 0,
            "KiB" => 10,
            "MiB" => 20,
            "GiB" => 30,
            "TiB" => 40,
            _ => return None,
        };
        count.checked_mul(1 << shift).map(Self)
    }
}

impl Setting for Duration {
    const EXPECTED: &'static str = "a span of time such as 30s (ms, s, m, h, d)";

    fn parse(text: &str) -> Option<Self> {
        let (count, unit) = split(text)?;
        let unit: u64 = match unit {
            "ms" => 1,
            "s" => 1_000,
            "m" => 60_000,
            "h" => 3_600_000,
            "d" => 86_400_000,
            _ => return None,
        };
        let millis = i64::try_from(count.checked_mul(unit)?).ok()?;
        Some(Self::from_millis(millis))
    }
}

/// `30s` as 30 and `s`.
fn split(text: &str) -> Option<(u64, &str)> {
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (count, unit) = text.split_at(digits);
    Some((count.parse().ok()?, unit.trim_start()))
}

impl Setting for bool {
    const EXPECTED: &'static str = "true or false";

    fn parse(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

impl Setting for usize {
    const EXPECTED: &'static str = "a whole number above 0";

    fn parse(text: &str) -> Option<Self> {
        text.replace('_', "").parse().ok().filter(|number| *number > 0)
    }
}

impl Setting for SocketAddr {
    const EXPECTED: &'static str = "an address with a port such as 127.0.0.1:8080 (port 0: any free one)";

    fn parse(text: &str) -> Option<Self> {
        text.strip_prefix("localhost:").map_or_else(
            || text.parse().ok(),
            |port| Some(Self::from(([127, 0, 0, 1], port.parse().ok()?))),
        )
    }
}

impl Setting for PathBuf {
    const EXPECTED: &'static str = "a path";

    fn parse(text: &str) -> Option<Self> {
        (!text.is_empty()).then(|| text.into())
    }
}

impl Setting for String {
    const EXPECTED: &'static str = "a text";

    fn parse(text: &str) -> Option<Self> {
        (!text.trim().is_empty()).then(|| text.trim().to_owned())
    }
}
