//! One line each: what a clause, an item or a step comes to.

use super::moment::Moment;
use serde_json::Value;

/// When a condition is the opposite, behind its text; empty if never.
pub(super) fn flip(clause: &Value, moment: &Moment) -> String {
    let flips = &clause["flips"];
    let holds = clause["holds"] == true;
    match (flips["at"].as_str(), flips["notBefore"].as_str()) {
        (Some(at), _) if holds => format!("  (until {})", moment.ahead(at)),
        (Some(at), _) => format!("  (from {})", moment.ahead(at)),
        (_, Some(least)) if holds => format!("  (at least until {})", moment.ahead(least)),
        (_, Some(least)) => format!("  (not before {})", moment.ahead(least)),
        _ => String::new(),
    }
}

/// `✓` or `✗` in front of a condition.
pub(super) fn mark(clause: &Value) -> &'static str {
    if clause["holds"] == true { "✓" } else { "✗" }
}

/// What a value is.
pub(super) fn is(value: &Value) -> String {
    match value.as_str() {
        Some(value) => format!("is {value}"),
        None => "is missing".to_owned(),
    }
}

/// `purchase e-123 of 2026-11-17T10:00:00Z`
pub(super) fn event(event: &Value, moment: &Moment) -> String {
    let text = |member: &str| event[member].as_str().unwrap_or_default();
    let what = match event["eventType"].as_str() {
        Some(kind) => format!("{kind} {}", text("id")),
        None => format!("event {}", text("id")),
    };
    format!("{what} of {}", moment.shown(text("timestamp")))
}

/// An item of a list, with what is taken of it and until when it counts.
pub(super) fn item(item: &Value, moment: &Moment) -> String {
    let mut line = match &item["event"] {
        Value::Null => item["value"].as_str().unwrap_or("null").to_owned(),
        known => format!(
            "{} in {}",
            event(known, moment),
            known["dataset"].as_str().unwrap_or_default()
        ),
    };
    if let Some(taken) = item.get("taken") {
        line = format!("{line}: {}", taken.as_str().unwrap_or("missing"));
    }
    let until = &item["until"];
    match (until["at"].as_str(), until["notBefore"].as_str()) {
        (Some(at), _) => format!("{line}, until {}", moment.ahead(at)),
        (_, Some(least)) => format!("{line}, at least until {}", moment.shown(least)),
        _ => line,
    }
}

/// How many items of a list count.
pub(super) fn counted(items: &Value) -> String {
    let number = |member: &str| items[member].as_u64().unwrap_or(0);
    let (of, counting) = (number("of"), number("counting"));
    let (one, many) = if items["events"] == true {
        ("event", "events")
    } else {
        ("item", "items")
    };
    let nouns = if of == 1 { one } else { many };
    match (of, counting, items["against"] == true) {
        (0, ..) => format!("there are no {many}"),
        (_, 0, true) => format!("all of {of} {nouns} are so"),
        (_, 1, true) => format!("1 of {of} {nouns} is not so"),
        (_, _, true) => format!("{counting} of {of} {nouns} are not so"),
        (_, 0, false) => format!("none of {of} {nouns} counts"),
        (_, 1, false) => format!("1 of {of} {nouns} counts"),
        (..) => format!("{counting} of {of} {nouns} count"),
    }
}

/// A step of a chain.
pub(super) fn link(link: &Value) -> String {
    let number = |member: &str| link[member].as_u64().unwrap_or(0);
    let (needs, like, in_time) = (number("needs"), number("like"), number("inTime"));
    let text = link["text"].as_str().unwrap_or_default();
    let mark = if link["reached"] == true { "✓" } else { "✗" };
    let such = match like {
        0 => "no event is like this".to_owned(),
        1 => "1 event is like this".to_owned(),
        like => format!("{like} events are like this"),
    };
    let timely = if in_time < like {
        format!(", {in_time} in time")
    } else {
        String::new()
    };
    let short = if link["reached"] == true {
        String::new()
    } else if in_time >= needs {
        "; too few of them follow the step before as they should".to_owned()
    } else if needs > 1 {
        format!("; {needs} are needed")
    } else {
        String::new()
    };
    format!("{mark} {text}: {such}{timely}{short}")
}

/// Why an event turns when the whole flips.
pub(super) fn turn(turn: &Value, moment: &Moment) -> String {
    let event = event(&turn["event"], moment);
    let begins = turn["begins"] == true;
    let clause = turn["clause"].as_str().unwrap_or_default();
    match (turn["why"].as_str().unwrap_or_default(), begins) {
        ("happens", _) => format!("{event} happens"),
        ("retention", _) => format!("{event} is as old as events are kept"),
        ("validUntil", _) => format!("{event} is no longer valid"),
        (_, true) => format!("{event} comes to satisfy `{clause}`"),
        (_, false) => format!("{event} no longer satisfies `{clause}`"),
    }
}
