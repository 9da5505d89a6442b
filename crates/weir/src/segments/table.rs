//! The answer of `GET /api/segments/cost` as text.

use serde_json::Value;
use std::fmt::Write;

/// What all of it cost, then a line a segment; `left` are not shown.
pub(super) fn of(cost: &Value, left: usize) -> String {
    let none = Vec::new();
    let segments = cost["segments"].as_array().unwrap_or(&none);
    if segments.is_empty() {
        return "there are no segments".to_owned();
    }
    let number = |member: &str| cost[member].as_f64().unwrap_or(0.0);
    let mut text = format!(
        "since {}: {} for changes of profiles, of which {} for segments; {} in memory take {} for segments and {} whatever they are\n\n",
        cost["since"].as_str().unwrap_or("-"),
        time(number("seconds")),
        time(number("segmentSeconds")),
        people(&cost["profilesInMemory"]),
        memory(number("segmentBytes")),
        memory(number("sharedBytes")),
    );
    let names: Vec<String> = segments.iter().map(name).collect();
    let width = names
        .iter()
        .map(|name| name.chars().count())
        .max()
        .unwrap_or(0)
        .max(7);
    let mut line = |name: &str, columns: [&str; 6]| {
        let [looks, flips, asked, time, share, memory] = columns;
        let written = writeln!(
            text,
            "{name:<width$} {looks:>13} {flips:>11} {asked:>11} {time:>9} {share:>7} {memory:>10}"
        );
        debug_assert!(written.is_ok(), "writing to a String cannot fail");
    };
    line(
        "SEGMENT",
        ["EVALUATIONS", "FLIPS", "FALLBACKS", "TIME", "SHARE", "MEMORY"],
    );
    for (entry, name) in segments.iter().zip(&names) {
        let number = |member: &str| entry[member].as_f64().unwrap_or(0.0);
        let columns = [
            entry["evaluations"].to_string(),
            entry["flips"].to_string(),
            entry["fallbacks"].to_string(),
            time(number("seconds")),
            format!("{:.1} %", number("share") * 100.0),
            memory(number("bytes")),
        ];
        line(name, columns.each_ref().map(String::as_str));
    }
    if left > 0 {
        let written = write!(text, "and {left} more: --limit 0 shows them all");
        debug_assert!(written.is_ok(), "writing to a String cannot fail");
    }
    text
}

/// The segment, and the dataflow with whose filter it is seen.
fn name(entry: &Value) -> String {
    let id = entry["id"].as_str().unwrap_or("-");
    match entry["dataflow"].as_str() {
        Some(dataflow) => format!("{id} (filter of {dataflow})"),
        None => id.to_owned(),
    }
}

fn people(count: &Value) -> String {
    match count.as_u64() {
        Some(1) => "1 profile".to_owned(),
        count => format!("{} profiles", count.unwrap_or(0)),
    }
}

fn time(seconds: f64) -> String {
    match seconds {
        0.0 => "0 s".to_owned(),
        ..0.001 => format!("{:.0} us", seconds * 1e6),
        ..1.0 => format!("{:.1} ms", seconds * 1e3),
        ..600.0 => format!("{seconds:.1} s"),
        _ => format!("{:.0} min", seconds / 60.0),
    }
}

fn memory(bytes: f64) -> String {
    match bytes {
        ..1024.0 => format!("{bytes:.0} B"),
        ..1_048_576.0 => format!("{:.1} KiB", bytes / 1024.0),
        ..1_073_741_824.0 => format!("{:.1} MiB", bytes / 1_048_576.0),
        _ => format!("{:.1} GiB", bytes / 1_073_741_824.0),
    }
}
