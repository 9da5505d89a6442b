//! The attributes of one person, and how they are drawn.

use fastrand::Rng;
use serde_json::{Map, Value, json};

/// String attributes and their number of values; value `k` of `city` is `city_k`.
pub(super) const STRINGS: [(&str, u32); 12] = [
    ("country", 40),
    ("city", 300),
    ("language", 12),
    ("gender", 3),
    ("plan", 5),
    ("device", 6),
    ("os", 5),
    ("channel", 8),
    ("source", 20),
    ("tier", 4),
    ("industry", 25),
    ("brand", 60),
];

/// Integer attributes and their bounds, both possible.
pub(super) const INTEGERS: [(&str, u32, u32); 8] = [
    ("age", 18, 90),
    ("score", 0, 1_000),
    ("ltv", 0, 100_000),
    ("visits", 0, 500),
    ("points", 0, 20_000),
    ("tenure", 0, 3_650),
    ("nps", 0, 10),
    ("items", 0, 100),
];

/// Boolean attributes and their probability of being true.
pub(super) const BOOLEANS: [(&str, f64); 5] = [
    ("email_ok", 0.5),
    ("sms_ok", 0.3),
    ("push_ok", 0.4),
    ("vip", 0.05),
    ("employee", 0.02),
];

/// The number of tags; `tag_k`.
pub(super) const TAGS: u32 = 200;

/// One person's attributes, by name.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Person(Map<String, Value>);

impl Person {
    pub(super) fn draw(rng: &mut Rng) -> Self {
        let mut person = Self(Map::new());
        (0..ATTRIBUTES).for_each(|attribute| person.draw_one(rng, attribute));
        person
    }

    /// Draws one to three attributes anew, perhaps to the value they had.
    pub(super) fn redraw(&mut self, rng: &mut Rng) {
        for _ in 0..rng.u32(1..=3) {
            let attribute = rng.usize(0..ATTRIBUTES);
            self.draw_one(rng, attribute);
        }
    }

    pub(super) fn attributes(&self) -> &Map<String, Value> {
        &self.0
    }

    fn draw_one(&mut self, rng: &mut Rng, attribute: usize) {
        let integers = STRINGS.len();
        let booleans = integers + INTEGERS.len();
        let (name, value) = if let Some((name, values)) = STRINGS.get(attribute) {
            (*name, json!(format!("{name}_{}", skewed(rng, *values))))
        } else if let Some((name, low, high)) = INTEGERS.get(attribute - integers) {
            (*name, json!(rng.u32(*low..=*high)))
        } else if let Some((name, chance)) = BOOLEANS.get(attribute - booleans) {
            (*name, json!(rng.f64() < *chance))
        } else {
            ("tags", json!(tags(rng)))
        };
        self.0.insert(name.to_owned(), value);
    }
}

/// All strings, integers and booleans, and the tags.
const ATTRIBUTES: usize = STRINGS.len() + INTEGERS.len() + BOOLEANS.len() + 1;

/// Up to six.
fn tags(rng: &mut Rng) -> Vec<String> {
    let mut numbers: Vec<u32> = (0..rng.u32(0..=6)).map(|_| skewed(rng, TAGS)).collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers.iter().map(|number| format!("tag_{number}")).collect()
}

/// In `0..n`, low ones more often: a quarter of all draws are below a sixteenth of `n`.
pub(super) fn skewed(rng: &mut Rng, n: u32) -> u32 {
    let unit = rng.f64();
    ((f64::from(n) * unit * unit) as u32).min(n - 1)
}
