//! Records and events, one after another in time.

use super::person::{Person, skewed};
use fastrand::Rng;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

/// Event types and their share in per cent.
pub(super) const EVENT_TYPES: [(&str, u32); 12] = [
    ("view", 40),
    ("click", 20),
    ("search", 10),
    ("addcart", 8),
    ("purchase", 5),
    ("login", 6),
    ("open", 3),
    ("signup", 2),
    ("share", 2),
    ("unsub", 2),
    ("review", 1),
    ("return", 1),
];

/// Event types that carry an amount above zero.
pub(super) const PAID: [&str; 3] = ["purchase", "addcart", "return"];

pub(super) const CATEGORIES: u32 = 20;

/// Gives every line its number and its time.
pub(super) struct Clock {
    line: u64,
    now: Timestamp,
}

impl Default for Clock {
    fn default() -> Self {
        Self {
            line: 0,
            now: Timestamp::constant(1_700_000_000, 0),
        }
    }
}

impl Clock {
    /// A full record, a millisecond after the line before.
    pub(super) fn record(&mut self, user: usize, person: &Person) -> String {
        self.record_after(1, user, person)
    }

    /// A record with something drawn anew, or an event, of a person that is more often one of the first.
    pub(super) fn update(&mut self, rng: &mut Rng, people: &mut [Person]) -> String {
        let user = skewed(rng, people.len() as u32) as usize;
        let pause = rng.i64(1..=4_838);
        if rng.u32(0..10) < 3 {
            people[user].redraw(rng);
            return self.record_after(pause, user, &people[user]);
        }
        self.advance(pause);
        let kind = event_type(rng);
        let amount = if PAID.contains(&kind) {
            rng.u32(100..50_100)
        } else {
            0
        };
        line(&json!({
            "_id": format!("e-{}", self.line),
            "timestamp": self.text(),
            "eventType": kind,
            "identityMap": identity(user),
            "_acme": {"category": format!("cat_{}", skewed(rng, CATEGORIES)), "amount": amount},
        }))
    }

    fn record_after(&mut self, pause: i64, user: usize, person: &Person) -> String {
        self.advance(pause);
        // About 250 bytes that no segment reads, as real records have them.
        let ballast = json!({
            "name": {"firstName": format!("Name{}", user % 2_000), "lastName": format!("Surname{}", user % 9_000)},
            "ecid": format!("{:032x}", u128::from(self.line) * 0x9E37_79B9_7F4A_7C15),
            "email": format!("user{user}@mail{}.example.com", user % 50),
            "street": format!("{} Example Street, Apartment {}", user % 999, user % 99),
            "phone": format!("+1-555-{user:07}"),
        });
        line(&json!({
            "_id": format!("r-{}", self.line),
            "identityMap": identity(user),
            "extSourceSystemAudit": {"lastUpdatedDate": self.text()},
            "person": ballast,
            "_acme": person.attributes(),
        }))
    }

    fn advance(&mut self, pause: i64) {
        self.line += 1;
        self.now += SignedDuration::from_millis(pause);
    }

    /// RFC 3339 in UTC, with milliseconds.
    fn text(&self) -> String {
        format!("{:.3}", self.now)
    }
}

fn line(value: &Value) -> String {
    format!("{value}\n")
}

fn identity(user: usize) -> Value {
    json!({"crmId": [{"id": format!("u{user:06}"), "primary": true}]})
}

fn event_type(rng: &mut Rng) -> &'static str {
    let mut below = rng.u32(0..100);
    for (name, share) in EVENT_TYPES {
        if below < share {
            return name;
        }
        below -= share;
    }
    unreachable!("the shares add up to 100")
}
