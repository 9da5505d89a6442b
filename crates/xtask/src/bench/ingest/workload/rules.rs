//! Segments over the workload, in PQL.

use super::person::{BOOLEANS, INTEGERS, STRINGS, TAGS, skewed};
use super::stream::{CATEGORIES, EVENT_TYPES, PAID};
use fastrand::Rng;

/// The rules of `seg-0`, `seg-1` and so on; fewer are the first of more.
///
/// By index modulo 5: a conjunction of attributes; nested groups, some of which name an earlier segment; a count
/// of events; a sum of amounts; attributes and the absence of an event.
pub(super) fn draw(rng: &mut Rng, count: u32) -> Vec<String> {
    (0..count).map(|index| segment(rng, index)).collect()
}

fn segment(rng: &mut Rng, index: u32) -> String {
    match index % 5 {
        0 => format!("{} and {}", leaf(rng), leaf(rng)),
        1 => format!(
            "{} and {} and {}",
            leaf(rng),
            group(rng, index),
            group(rng, index)
        ),
        2 => with_leaf(rng, count),
        3 => with_leaf(rng, sum),
        _ => {
            let kind = event_type(rng);
            let days = days(rng);
            format!(
                "{} and {} and not (exists E from xEvent where E.eventType = \"{kind}\" \
                 and E.timestamp occurs < {days} days before now)",
                leaf(rng),
                leaf(rng)
            )
        }
    }
}

fn count(rng: &mut Rng) -> String {
    let category = if rng.u32(0..3) == 0 {
        format!(" and _acme.category = \"cat_{}\"", skewed(rng, CATEGORIES))
    } else {
        String::new()
    };
    let (kind, days, least) = (event_type(rng), days(rng), rng.u32(1..=4));
    format!(
        "xEvent[eventType = \"{kind}\"{category} and timestamp occurs < {days} days before now].count() >= {least}"
    )
}

fn sum(rng: &mut Rng) -> String {
    let (kind, days, least) = (
        rng.choice(PAID).unwrap_or(PAID[0]),
        days(rng),
        rng.u32(5_000..105_000),
    );
    format!(
        "xEvent[eventType = \"{kind}\" and timestamp occurs < {days} days before now].sum(_acme.amount) >= {least}"
    )
}

/// Half of them also ask for an attribute.
fn with_leaf(rng: &mut Rng, events: fn(&mut Rng) -> String) -> String {
    let events = events(rng);
    if rng.bool() {
        events
    } else {
        format!("{events} and {}", leaf(rng))
    }
}

fn group(rng: &mut Rng, index: u32) -> String {
    match rng.u32(0..4) {
        // Only segments that name none themselves.
        0 if index >= 5 => {
            let named = rng.u32(0..index);
            let named = if named % 5 == 1 { named - 1 } else { named };
            format!("(inSegment(\"seg-{named}\") or {})", leaf(rng))
        }
        1 => format!("not ({})", leaf(rng)),
        _ => format!("({} or {})", leaf(rng), leaf(rng)),
    }
}

fn leaf(rng: &mut Rng) -> String {
    match rng.u32(0..10) {
        0..=4 => one_of(rng),
        5..=7 => range(rng),
        8 => {
            let (name, _) = BOOLEANS[rng.usize(0..BOOLEANS.len())];
            format!("_acme.{name} = true")
        }
        _ => format!("_acme.tags.intersects([{}])", values(rng, "tag", TAGS, 3)),
    }
}

fn one_of(rng: &mut Rng) -> String {
    let (name, domain) = STRINGS[rng.usize(0..STRINGS.len())];
    if rng.u32(0..10) < 6 {
        format!("_acme.{name} = {}", values(rng, name, domain, 1))
    } else {
        format!("_acme.{name} in [{}]", values(rng, name, domain, 4))
    }
}

/// A twentieth to three tenths of what is possible.
fn range(rng: &mut Rng) -> String {
    let (name, low, high) = INTEGERS[rng.usize(0..INTEGERS.len())];
    let span = f64::from(high - low);
    let width = (span * (0.05 + 0.25 * rng.f64())) as u32;
    let least = rng.u32(low..=high - width);
    format!("(_acme.{name} >= {least} and _acme.{name} <= {})", least + width)
}

/// Up to `most` quoted values, ascending, none twice.
fn values(rng: &mut Rng, name: &str, domain: u32, most: u32) -> String {
    let mut numbers: Vec<u32> = (0..rng.u32(1..=most)).map(|_| skewed(rng, domain)).collect();
    numbers.sort_unstable();
    numbers.dedup();
    let quoted: Vec<String> = numbers
        .iter()
        .map(|number| format!("\"{name}_{number}\""))
        .collect();
    quoted.join(", ")
}

fn event_type(rng: &mut Rng) -> &'static str {
    EVENT_TYPES[rng.usize(0..EVENT_TYPES.len())].0
}

fn days(rng: &mut Rng) -> u32 {
    rng.choice([1, 7, 7, 14]).unwrap_or(7)
}
