//! The figures of a drain, for people and for programs.

use super::kind::Kind;
use serde_json::{Value, json};
use std::time::Duration;

/// What it took.
pub(super) struct Report {
    pub(super) kind: Kind,
    pub(super) exports: u64,
    pub(super) parts: u32,
    pub(super) took: Duration,
    /// Seconds of CPU time.
    pub(super) weir_cpu: f64,
    /// The peer is one process, whatever it consists of.
    pub(super) peer_cpu: f64,
    pub(super) duplicates: u64,
}

impl Report {
    fn rate(&self) -> f64 {
        self.exports as f64 / self.took.as_secs_f64()
    }

    pub(super) fn table(&self) -> String {
        let share = |seconds: f64| {
            let each = 1e6 * seconds / self.exports as f64;
            format!("{seconds:.2} s, {each:.0} us an export")
        };
        let rows = [
            ("exports", self.exports.to_string()),
            ("seconds", format!("{:.2}", self.took.as_secs_f64())),
            (
                "exports a second",
                format!("{:.0} (bar: {:.0})", self.rate(), self.kind.bar()),
            ),
            ("CPU of Weir", share(self.weir_cpu)),
            ("CPU of the peer (one process)", share(self.peer_cpu)),
            ("copies", self.duplicates.to_string()),
            ("missing, out of order", "0".to_owned()),
        ];
        let title = format!(
            "a collected outbox into the {} peer of {} parts",
            self.kind.name(),
            self.parts
        );
        let rows = rows
            .into_iter()
            .map(|(name, value)| format!("{name:<30} {value}"));
        let lines: Vec<String> = std::iter::once(title).chain(rows).collect();
        lines.join("\n") + "\n"
    }

    pub(super) fn json(&self) -> Value {
        let rounded = |figure: f64| (figure * 1e3).round() / 1e3;
        json!({
            "kind": self.kind.name(),
            "exports": self.exports,
            "parts": self.parts,
            "seconds": rounded(self.took.as_secs_f64()),
            "exportsPerSecond": rounded(self.rate()),
            "weirCpuSeconds": rounded(self.weir_cpu),
            "peerCpuSeconds": rounded(self.peer_cpu),
            "duplicates": self.duplicates,
        })
    }
}

#[cfg(test)]
mod tests;
