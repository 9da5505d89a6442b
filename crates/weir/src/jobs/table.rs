//! Jobs as people read them.

use serde_json::Value;
use std::fmt::Write;

/// One line a job under a head line.
pub(super) fn of(jobs: &[Value]) -> String {
    if jobs.is_empty() {
        return "there are no bulk jobs".to_owned();
    }
    let mut text = format!(
        "{:>5}  {:<10} {:<16} {:<20} {:<18} {:>10} {:>10} {:>10} {:>10} {:>8}  {}\n",
        "JOB", "KIND", "DATAFLOW", "SCOPE", "STATE", "TOTAL", "EXPORTED", "LIVE", "LEFT", "RATE/S", "ETA"
    );
    for job in jobs {
        let state = match job["waitsFor"].as_str() {
            Some(what) => format!("waits for {what}"),
            None => word(job, "state"),
        };
        let rate = job["rate"]
            .as_f64()
            .map_or_else(|| "-".to_owned(), |rate| format!("{rate:.0}"));
        let written = writeln!(
            text,
            "{:>5}  {:<10} {:<16} {:<20} {:<18} {:>10} {:>10} {:>10} {:>10} {:>8}  {}",
            number(job, "job"),
            word(job, "kind"),
            word(job, "dataflow"),
            word(job, "scope"),
            state,
            number(job, "total"),
            number(job, "exported"),
            number(job, "live"),
            number(job, "left"),
            rate,
            eta(job),
        );
        debug_assert!(written.is_ok(), "writing to a String cannot fail");
    }
    text
}

/// A job in a sentence or two.
pub(crate) fn one(job: &Value) -> String {
    let (done, total) = (
        job["done"].as_u64().unwrap_or(0),
        job["total"].as_u64().unwrap_or(0),
    );
    let percent = (done * 100).checked_div(total).unwrap_or(100);
    let mut text = format!(
        "job {} ({} of dataflow {}: {}) is {}: {done} of {total} profiles ({percent} %): {} exported, {} live, {} left, {} failed",
        job["job"],
        word(job, "kind"),
        word(job, "dataflow"),
        word(job, "scope"),
        word(job, "state"),
        job["exported"],
        job["live"],
        job["left"],
        job["failed"],
    );
    let mut add = |more: String| text.push_str(&more);
    if let Some(what) = job["waitsFor"].as_str() {
        add(format!("; it waits for its {what}"));
    }
    if let Some(rate) = job["rate"].as_f64() {
        add(format!("; {rate:.0} a second"));
    }
    if let Some(limit) = job["rateLimit"].as_u64() {
        add(format!(", at most {limit}"));
    }
    if job["etaSeconds"].is_u64() {
        add(format!("; done in about {}", eta(job)));
    }
    if let Some(why) = job["why"].as_str() {
        add(format!("\nbecause {why}"));
    }
    text
}

fn word(job: &Value, member: &str) -> String {
    job[member].as_str().unwrap_or("-").to_owned()
}

/// As a text: a JSON value writes itself without the width it is asked for.
fn number(job: &Value, member: &str) -> String {
    job[member].to_string()
}

fn eta(job: &Value) -> String {
    match job["etaSeconds"].as_u64() {
        None => "-".to_owned(),
        Some(seconds @ 0..60) => format!("{seconds} s"),
        Some(seconds @ 60..3_600) => format!("{} min {} s", seconds / 60, seconds % 60),
        Some(seconds) => format!("{} h {} min", seconds / 3_600, seconds % 3_600 / 60),
    }
}

#[cfg(test)]
mod tests;
