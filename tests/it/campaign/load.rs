//! The people, what was posted of them, and what was acknowledged.

use super::table::LARGE;
use crate::common::client::Client;
use std::time::Duration;
use tokio::sync::watch;

/// One change of a person: it writes a number that no other change writes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Change {
    pub(crate) number: u64,
    /// Whether the server said that it is durable. One of which it said nothing may be.
    pub(crate) acknowledged: bool,
}

/// Everybody, each with all changes in the order of posting.
pub(crate) struct Load {
    changes: Vec<Vec<Change>>,
    large: usize,
    next: u64,
    dice: fastrand::Rng,
}

/// Changes a request.
const LINES: usize = 8;

impl Load {
    /// `people`, of which the first `large` are too large for some.
    pub(crate) fn new(people: usize, large: usize, dice: fastrand::Rng) -> Self {
        Self {
            changes: vec![Vec::new(); people],
            large,
            next: 1,
            dice,
        }
    }

    /// The name of a person in `identityMap`.
    pub(crate) fn name(person: usize) -> String {
        format!("p{person}")
    }

    pub(crate) fn is_large(&self, person: usize) -> bool {
        person < self.large
    }

    /// By person.
    pub(crate) fn changes(&self) -> &[Vec<Change>] {
        &self.changes
    }

    /// No change had this number or a higher one so far.
    pub(crate) fn next_number(&self) -> u64 {
        self.next
    }

    /// Everybody comes for the first time.
    pub(crate) async fn populate(&mut self, client: &Client) {
        let blob = "x".repeat(LARGE);
        for person in 0..self.changes.len() {
            let number = self.number();
            let blob = if self.is_large(person) { &blob } else { "small" };
            let line = format!(
                r#"{{"identityMap":{{"crm":[{{"id":"{}"}}]}},"number":{number},"blob":"{blob}"}}"#,
                Self::name(person)
            );
            let taken = client.post_lines("shop", &[line]).await;
            assert_eq!(taken, Some(vec![true]), "{} is taken", Self::name(person));
            self.changes[person].push(Change {
                number,
                acknowledged: true,
            });
        }
    }

    /// Changes three of four `each` times, in any order, over about `span`; of the others only bulk tells. Goes on with
    /// the next server when one dies.
    pub(crate) async fn change(&mut self, each: usize, span: Duration, mut servers: watch::Receiver<Client>) {
        let mut order: Vec<usize> = (0..self.changes.len())
            .filter(|person| person % 4 != 3)
            .flat_map(|person| vec![person; each])
            .collect();
        self.dice.shuffle(&mut order);
        let requests = order.len().div_ceil(LINES);
        for people in order.chunks(LINES) {
            let numbers: Vec<u64> = people.iter().map(|_| self.number()).collect();
            let line = |(person, number): (&usize, &u64)| {
                let name = Self::name(*person);
                format!(r#"{{"identityMap":{{"crm":[{{"id":"{name}"}}]}},"number":{number}}}"#)
            };
            let lines: Vec<String> = people.iter().zip(&numbers).map(line).collect();
            let client = servers.borrow_and_update().clone();
            let answers = client.post_lines("shop", &lines).await;
            for (at, (person, number)) in people.iter().zip(numbers).enumerate() {
                self.changes[*person].push(Change {
                    number,
                    acknowledged: answers.as_ref().is_some_and(|answers| answers[at]),
                });
            }
            if answers.is_none() {
                // It was killed: the next one is about to come.
                drop(tokio::time::timeout(Duration::from_mins(1), servers.changed()).await);
            }
            tokio::time::sleep(span / u32::try_from(requests).expect("not many")).await;
        }
    }

    fn number(&mut self) -> u64 {
        let number = self.next;
        self.next += 1;
        number
    }
}
