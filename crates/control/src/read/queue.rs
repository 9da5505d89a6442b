//! `queue: {age: 7 days, bytes: 10 GiB, full: coalesce}`.

use super::fields::Fields;
use super::span;
use crate::report::Report;
use model::{QueueBounds, WhenFull};

const UNITS: &[(&str, u32)] = &[("B", 0), ("KiB", 10), ("MiB", 20), ("GiB", 30), ("TiB", 40)];
const POLICIES: &[(&str, WhenFull)] = &[
    ("coalesce", WhenFull::Coalesce),
    ("block", WhenFull::Block),
    ("dead", WhenFull::Dead),
];
/// Less than a few exports would be full at once.
const LEAST: u64 = 1 << 20;

/// The bounds of a dataflow's queue; what the file does not say is the default.
pub(super) fn read(fields: &mut Fields<'_>, report: &mut Report) -> QueueBounds {
    let mut bounds = QueueBounds::default();
    let what = format!("the queue of {}", fields.what);
    let Some(node) = fields.node("queue", report) else {
        return bounds;
    };
    let Some(mut fields) = Fields::open(node, what, report) else {
        return bounds;
    };
    if let Some(text) = fields.text("age", report) {
        let age = span::parse(&text.value);
        if age.is_none() {
            let message = format!("`{}` is not a time that an export can wait for", text.value);
            let help = "write a whole number and a unit from seconds to weeks: `7 days`";
            report.error(text.span, message, help);
        }
        bounds.age = age.unwrap_or(bounds.age);
    }
    if let Some(text) = fields.text("bytes", report) {
        match size(&text.value) {
            Some(bytes) if bytes >= LEAST => bounds.bytes = bytes,
            _ => {
                let message = format!("`{}` is not a size that a queue can have", text.value);
                let help = "write a whole number and B, KiB, MiB, GiB or TiB, at least 1 MiB: `10 GiB`";
                report.error(text.span, message, help);
            }
        }
    }
    bounds.full = fields.word("full", POLICIES, bounds.full, report);
    fields.finish(&[], report);
    bounds
}

/// `10 GiB`, `512MiB`.
fn size(text: &str) -> Option<u64> {
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (count, unit) = text.split_at(digits);
    let (_, shift) = UNITS.iter().find(|(name, _)| *name == unit.trim())?;
    count.parse::<u64>().ok()?.checked_mul(1 << shift)
}

#[cfg(test)]
mod tests;
