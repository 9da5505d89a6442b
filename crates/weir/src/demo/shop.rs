//! Synthetic shoppers: who they are and what they do, drawn from a seed.
//!
//! They sign up, look at things, put them in carts, buy, collect points and spend them, open newsletters, and go on
//! a spree now and then. Some come from a new device, browse as a guest and then log in, which joins two profiles.
//! Some tills were offline and send their purchases late. A few messages are bad or sent twice, as everywhere.

mod agenda;
mod message;
mod names;
mod person;

pub(crate) use message::Message;

use agenda::{Act, Agenda};
use fastrand::Rng;
use message::Device;
use model::{Duration, Timestamp};
use person::Person;

/// A shop with its people. Two shops never share a person.
pub(crate) struct Shop {
    rng: Rng,
    /// Tells the ids of this shop from those of others, and of former runs on the same store.
    tag: String,
    number: u64,
    people: Vec<Person>,
    agenda: Agenda,
    numbers: u64,
    last_event: Option<Message>,
}

impl Shop {
    /// Shop `number` with `people` customers, none of whom has signed up yet. `run` tells this run from others.
    pub(crate) fn open(number: u64, people: usize, seed: u64, run: Timestamp) -> Self {
        let mut shop = Self {
            rng: Rng::with_seed(seed.wrapping_add(number)),
            tag: format!("{:x}{number}", run.millis()),
            number,
            people: Vec::new(),
            agenda: Agenda::default(),
            numbers: 0,
            last_event: None,
        };
        for _ in 0..people.max(1) {
            let person = shop.newcomer();
            shop.people.push(person);
        }
        shop
    }

    /// The next `count` messages, as of `now`.
    pub(crate) fn messages(&mut self, count: usize, now: Timestamp) -> Vec<Message> {
        (0..count).map(|_| self.message(now)).collect()
    }

    fn message(&mut self, now: Timestamp) -> Message {
        let (who, act) = self.agenda.due(now).unwrap_or_else(|| {
            let who = self.rng.usize(..self.people.len());
            (who, self.idea(who, now))
        });
        self.perform(who, act, now)
    }

    /// What somebody does next, per mille.
    fn idea(&mut self, who: usize, now: Timestamp) -> Act {
        let person = &self.people[who];
        match self.rng.u32(0..1000) {
            430..560 => Act::Cart,
            560..640 => Act::Login,
            640..770 => Act::Buy {
                late: Duration::default(),
            },
            770..850 => Act::Write,
            850..900 if person.subscribed => Act::Read,
            900..930 if person.points >= GOLD => Act::Redeem,
            930..940 => self.spree(who, now),
            940..944 => self.offline_till(who, now),
            944..956 => self.visit_as_guest(who, now),
            956..966 => Act::MoveAway,
            966 => Act::Bad,
            967 => Act::Repeat,
            _ => Act::View,
        }
    }

    /// Three to five purchases within seconds.
    fn spree(&mut self, who: usize, now: Timestamp) -> Act {
        let mut at = now;
        for _ in 0..self.rng.usize(2..=4) {
            at = at + self.millis(300..2500);
            self.agenda.add(
                at,
                who,
                Act::Buy {
                    late: Duration::default(),
                },
            );
        }
        Act::Buy {
            late: Duration::default(),
        }
    }

    /// A till that was offline sends three purchases of the last seconds at once.
    fn offline_till(&mut self, who: usize, now: Timestamp) -> Act {
        let late = self.millis(9_000..18_000);
        for earlier in [400, 900] {
            let late = Duration::from_millis(late.millis() + earlier);
            self.agenda.add(now, who, Act::Buy { late });
        }
        Act::Buy { late }
    }

    /// Some looks at the shop under a device nobody knows, then a login that says who it was.
    fn visit_as_guest(&mut self, who: usize, now: Timestamp) -> Act {
        let device = Device(self.next_number());
        let mut at = now;
        for _ in 0..self.rng.usize(1..=3) {
            at = at + self.millis(200..1500);
            self.agenda.add(at, who, Act::Browse(device));
        }
        let at = at + self.millis(500..3000);
        self.agenda.add(at, who, Act::SignIn(device));
        Act::Browse(device)
    }

    fn perform(&mut self, who: usize, act: Act, now: Timestamp) -> Message {
        let signed_up = std::mem::replace(&mut self.people[who].signed_up, true);
        if !signed_up {
            return self.people[who].record();
        }
        match act {
            Act::View => self.event(who, "web.webpagedetails.pageViews", now),
            Act::Cart => self.event(who, "commerce.productListAdds", now),
            Act::Login => self.event(who, "userAccount.login", now),
            Act::Read => self.event(who, "newsletter.open", now),
            Act::Buy { late } => self.purchase(who, late, now),
            Act::Write => self.people[who].record(),
            Act::Points(points) => self.people[who].earn(points),
            Act::Redeem => {
                let points = self.rng.u32(200..900);
                self.people[who].redeem(points)
            }
            Act::Browse(device) => {
                let id = self.event_id();
                self.keep(message::guest_event(&id, device, &self.tag, now))
            }
            Act::SignIn(device) => {
                let id = self.event_id();
                self.keep(message::sign_in(
                    &id,
                    &self.people[who].id,
                    device,
                    &self.tag,
                    now,
                ))
            }
            Act::MoveAway => {
                self.people[who] = self.newcomer();
                self.perform(who, Act::View, now)
            }
            Act::Bad => message::bad(self.rng.usize(..), &self.people[who].id),
            Act::Repeat => match &self.last_event {
                Some(event) => event.clone(),
                None => self.event(who, "userAccount.login", now),
            },
        }
    }

    fn event(&mut self, who: usize, kind: &str, at: Timestamp) -> Message {
        let id = self.event_id();
        self.keep(message::event(&id, &self.people[who].id, kind, at))
    }

    /// The points come a moment later, from another system.
    fn purchase(&mut self, who: usize, late: Duration, now: Timestamp) -> Message {
        let price = self.price();
        let delay = self.millis(200..1000);
        self.agenda.add(now + delay, who, Act::Points(price / 100));
        let id = self.event_id();
        self.keep(message::purchase(&id, &self.people[who].id, price, now - late))
    }

    /// In cents: mostly small things, sometimes a big one.
    fn price(&mut self) -> u32 {
        let most = if self.rng.u32(0..20) == 0 { 40_000 } else { 6_000 };
        self.rng.u32(300..most)
    }

    fn keep(&mut self, event: Message) -> Message {
        self.last_event = Some(event.clone());
        event
    }

    fn newcomer(&mut self) -> Person {
        let number = self.next_number();
        Person::born(&mut self.rng, &format!("{}-{number:05}", self.number))
    }

    fn event_id(&mut self) -> String {
        let number = self.next_number();
        format!("{}-{number}", self.tag)
    }

    fn next_number(&mut self) -> u64 {
        self.numbers += 1;
        self.numbers
    }

    fn millis(&mut self, range: std::ops::Range<i64>) -> Duration {
        Duration::from_millis(self.rng.i64(range))
    }
}

/// Points from which one is gold, as in the definitions.
const GOLD: u32 = 1000;

#[cfg(test)]
mod tests;
