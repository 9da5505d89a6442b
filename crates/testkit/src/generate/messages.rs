//! What people's systems post: records and events about few people, who turn out to be one.

use super::dice::Dice;
use super::times::Times;
use crate::script::Post;
use model::{DatasetId, Duration, Timestamp};

/// Writes messages and remembers what was written.
pub(super) struct Writer {
    /// How many people there are so far.
    people: usize,
    /// Whether messages bring many identities, so that the cap is reached.
    crowded: bool,
    next: usize,
    events: Vec<Post>,
    /// All names that were written.
    known: Vec<Name>,
}

/// Namespace and value.
type Name = (&'static str, String);

const NAMESPACES: [&str; 3] = ["crmId", "email", "ecid"];
const LEVELS: [&str; 6] = ["\"gold\"", "\"silver\"", "\"b\\u00e9ta\"", "\"\"", "1.10", "true"];
const NUMBERS: [&str; 8] = ["0", "1", "1.0", "1.10", "2.5", "10", "-3", "\"10\""];
const COUNTRIES: [&str; 3] = ["\"KR\"", "\"DE\"", "\"US\""];
const TAGS: [&str; 5] = [
    "[\"vip\",\"press\"]",
    "[ \"vip\" , 1.10 ]",
    "[]",
    "[\"new\"]",
    "\"vip\"",
];
const AMOUNTS: [&str; 6] = ["1", "0.1", "0.2", "1.10", "10", "\"10\""];
const TYPES: [&str; 3] = ["\"view\"", "\"buy\"", "\"login\""];
const KINDS: [&str; 3] = ["\"shoe\"", "\"hat\"", "null"];
const BAD: [&str; 6] = [
    "{\"person\":",
    "[]",
    "{\"vip\":true}",
    "{\"identityMap\":{},\"vip\":true}",
    "{\"identityMap\":{\"email\":[]},\"vip\":true}",
    "{\"identityMap\":{\"email\":[{\"id\":\"1\"}]},\"_id\":\"x\",\"eventType\":\"buy\",\"timestamp\":\"soon\"}",
];

impl Writer {
    pub(super) fn new(dice: &mut Dice) -> Self {
        Self {
            people: 4,
            crowded: dice.percent(6),
            next: 0,
            events: Vec::new(),
            known: Vec::new(),
        }
    }

    /// A few of those who are known are written about, each alone, and then many in one message.
    pub(super) fn gathering(&mut self, dice: &mut Dice, times: &mut Times) -> Vec<Post> {
        let mut circle: Vec<Name> = self.known.clone();
        circle.sort();
        circle.dedup();
        while circle.len() > 6 {
            circle.swap_remove(dice.below(circle.len()));
        }
        let alone: Vec<Name> = circle.iter().filter(|_| dice.percent(60)).cloned().collect();
        let each = alone.into_iter().map(|name| vec![name]).chain([circle.clone()]);
        let each: Vec<_> = each.filter(|names| !names.is_empty()).collect();
        each.into_iter()
            .map(|names| Self::record(dice, times, &names))
            .collect()
    }

    pub(super) fn post(&mut self, dice: &mut Dice, times: &mut Times) -> Post {
        let dataset = dataset(dice);
        match dice.below(100) {
            97.. => Post {
                dataset,
                json: dice.one(&BAD).to_owned(),
            },
            88..97 if !self.events.is_empty() => dice.one(&self.events),
            0..50 => {
                let names = self.names(dice);
                Self::record(dice, times, &names)
            }
            _ => {
                let post = self.event(dice, times, dataset);
                self.events.push(post.clone());
                post
            }
        }
    }

    fn record(dice: &mut Dice, times: &mut Times, names: &[Name]) -> Post {
        let mut members = vec![identity_map(dice, names)];
        if dice.percent(50) {
            let written = times.business(dice);
            let written = stamp(dice, written);
            members.push(format!(
                "\"extSourceSystemAudit\":{{\"lastUpdatedDate\":\"{written}\"}}"
            ));
        }
        let all = [
            "loyalty",
            "loyalty",
            "home",
            "vip",
            "tags",
            "score",
            "consents",
            "privacyOptOuts",
        ];
        let mut chosen: Vec<&str> = (0..dice.between(1, 3)).map(|_| dice.one(&all)).collect();
        chosen.sort_unstable();
        chosen.dedup();
        let dataset = dataset(dice);
        members.extend(
            chosen
                .into_iter()
                .map(|key| format!("\"{key}\":{}", value_of(dice, key))),
        );
        if dice.percent(25) {
            let seen = times.event(dice);
            let seen = match dice.below(8) {
                0 => "soon".to_owned(),
                1 => seen.to_string()[..10].to_owned(),
                _ => stamp(dice, seen),
            };
            members.push(format!("\"seen\":\"{seen}\""));
        }
        Post {
            dataset,
            json: format!("{{{}}}", members.join(",")),
        }
    }

    fn event(&mut self, dice: &mut Dice, times: &mut Times, dataset: DatasetId) -> Post {
        self.next += 1;
        // A few ids come from producers who number their events badly.
        let id = if dice.percent(15) {
            format!("e{}", dice.below(3))
        } else {
            format!("n{}", self.next)
        };
        let at = times.event(dice);
        let names = self.names(dice);
        let mut members = vec![
            format!("\"_id\":\"{id}\""),
            format!("\"timestamp\":\"{}\"", stamp(dice, at)),
            format!("\"eventType\":{}", dice.one(&TYPES)),
            identity_map(dice, &names),
        ];
        if dice.percent(70) {
            members.push(format!("\"amount\":{}", dice.one(&AMOUNTS)));
        }
        if dice.percent(50) {
            members.push(format!("\"item\":{{\"kind\":{}}}", dice.one(&KINDS)));
        }
        if dice.percent(15) {
            let end = times.valid_until(dice, at);
            members.push(format!("\"_weir\":{{\"validUntil\":\"{}\"}}", stamp(dice, end)));
        }
        Post {
            dataset,
            json: format!("{{{}}}", members.join(",")),
        }
    }

    /// Names of one person, now and then of two or three.
    fn names(&mut self, dice: &mut Dice) -> Vec<Name> {
        if dice.percent(14) {
            self.people += 1;
        }
        let mut names: Vec<Name> = Vec::new();
        let people = dice.one(&[1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 3]);
        for _ in 0..people {
            let person = dice.below(self.people);
            for _ in 0..dice.one(&[1, 1, 1, 2]) {
                names.push((dice.one(&NAMESPACES), format!("{person}")));
            }
        }
        if self.crowded && dice.percent(50) {
            for _ in 0..dice.between(5, 14) {
                self.next += 1;
                names.push(("cookie", format!("{}", self.next)));
            }
        }
        names.sort();
        names.dedup();
        self.known.extend(names.iter().cloned());
        names
    }
}

fn identity_map(dice: &mut Dice, names: &[Name]) -> String {
    let primary = if dice.percent(60) {
        dice.below(names.len())
    } else {
        names.len()
    };
    let mut lists: Vec<(&str, Vec<String>)> = Vec::new();
    for (place, (namespace, value)) in names.iter().enumerate() {
        let flag = if place == primary { ",\"primary\":true" } else { "" };
        let item = format!("{{\"id\":\"{value}\"{flag}}}");
        match lists.iter_mut().find(|(known, _)| known == namespace) {
            Some((_, list)) => list.push(item),
            None => lists.push((namespace, vec![item])),
        }
    }
    if dice.percent(50) {
        lists.reverse();
    }
    let lists: Vec<_> = lists
        .iter()
        .map(|(ns, list)| format!("\"{ns}\":[{}]", list.join(",")))
        .collect();
    format!("\"identityMap\":{{{}}}", lists.join(","))
}

/// What a record has at a top-level key.
fn value_of(dice: &mut Dice, key: &str) -> String {
    if dice.percent(12) {
        return "null".to_owned();
    }
    match key {
        "loyalty" if dice.percent(15) => "\"none\"".to_owned(),
        "loyalty" => object(dice, &[("level", &LEVELS), ("points", &NUMBERS)]),
        "home" => object(
            dice,
            &[("country", &COUNTRIES), ("city", &["\"Seoul\"", "\"Bonn\""])],
        ),
        "vip" => dice.one(&["true", "false"]).to_owned(),
        "tags" => dice.one(&TAGS).to_owned(),
        "score" => dice.one(&NUMBERS).to_owned(),
        "consents" => format!(
            "{{\"collect\":{{\"val\":{}}}}}",
            dice.one(&["\"y\"", "\"y\"", "\"n\""])
        ),
        _ => {
            let value = dice.one(&["out", "in", "in"]);
            format!("[{{\"optOutType\":\"general_opt_out\",\"optOutValue\":\"{value}\"}}]")
        }
    }
}

/// Some of these members, at least one.
fn object(dice: &mut Dice, members: &[(&str, &[&str])]) -> String {
    let first = dice.below(members.len());
    let mut written = Vec::new();
    for (place, (key, values)) in members.iter().enumerate() {
        if place == first || dice.percent(40) {
            let value = if dice.percent(15) {
                "null"
            } else {
                dice.one(values)
            };
            written.push(format!("\"{key}\":{value}"));
        }
    }
    format!("{{{}}}", written.join(","))
}

/// RFC 3339, now and then in another zone than UTC.
fn stamp(dice: &mut Dice, at: Timestamp) -> String {
    if dice.percent(85) {
        return at.to_string();
    }
    let seoul = at + Duration::from_millis(9 * 3_600_000);
    seoul.to_string().replace('Z', "+09:00")
}

fn dataset(dice: &mut Dice) -> DatasetId {
    DatasetId::new(dice.one(&["crm", "crm", "web"])).expect("a constant id is good")
}
