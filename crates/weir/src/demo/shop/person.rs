//! A customer, and the records that the shop keeps of them.

use super::message::Message;
use super::names::COUNTRIES;
use fastrand::Rng;
use serde_json::json;

/// A customer.
#[derive(Clone, Debug)]
pub(super) struct Person {
    /// The number that the shop knows them by.
    pub(super) id: String,
    first: &'static str,
    last: &'static str,
    country: &'static str,
    pub(super) points: u32,
    /// Whether they get the newsletter.
    pub(super) subscribed: bool,
    /// Whether the shop has told of them.
    pub(super) signed_up: bool,
}

impl Person {
    /// Somebody new; some bring points from an older programme.
    pub(super) fn born(rng: &mut Rng, id: &str) -> Self {
        let (country, firsts, lasts) = COUNTRIES[rng.usize(..COUNTRIES.len())];
        let points = if rng.u32(0..5) == 0 {
            rng.u32(1000..1800)
        } else {
            rng.u32(0..1000)
        };
        Self {
            id: format!("C-{id}"),
            first: firsts[rng.usize(..firsts.len())],
            last: lasts[rng.usize(..lasts.len())],
            country,
            points,
            subscribed: rng.u32(0..10) < 6,
            signed_up: false,
        }
    }

    /// All that the shop knows.
    pub(super) fn record(&self) -> Message {
        let email = format!(
            "{}.{}.{}@example.test",
            ascii(self.first),
            ascii(self.last),
            self.id.to_lowercase()
        );
        let entity = json!({
            "identityMap": {"crmId": [{"id": self.id, "primary": true}], "email": [{"id": email}]},
            "person": {"name": {"firstName": self.first, "lastName": self.last}},
            "personalEmail": {"address": email},
            "homeAddress": {"country": self.country},
            "loyalty": {"tier": self.tier(), "points": self.points},
        });
        Message::new(&entity, &[&self.id])
    }

    /// Points for a purchase.
    pub(super) fn earn(&mut self, points: u32) -> Message {
        self.points += points;
        self.loyalty()
    }

    /// Points for a present.
    pub(super) fn redeem(&mut self, points: u32) -> Message {
        self.points = self.points.saturating_sub(points);
        self.loyalty()
    }

    fn loyalty(&self) -> Message {
        let entity = json!({
            "identityMap": {"crmId": [{"id": self.id, "primary": true}]},
            "loyalty": {"tier": self.tier(), "points": self.points},
        });
        Message::new(&entity, &[&self.id])
    }

    fn tier(&self) -> &'static str {
        match self.points {
            0..250 => "bronze",
            250..super::GOLD => "silver",
            _ => "gold",
        }
    }
}

/// A name as the left part of an e-mail address holds it.
fn ascii(name: &str) -> String {
    let letter = |c: char| match c.to_ascii_lowercase() {
        'á' | 'ã' | 'ä' => 'a',
        'ç' => 'c',
        'é' | 'è' | 'ë' | 'ê' => 'e',
        'í' => 'i',
        'ó' | 'ö' | 'ô' => 'o',
        'ú' | 'ü' => 'u',
        c => c,
    };
    name.chars()
        .map(letter)
        .filter(char::is_ascii_alphanumeric)
        .collect()
}
