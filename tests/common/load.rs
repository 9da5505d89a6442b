//! A load whose outcome can be told from what was acknowledged, whatever else happened.
//!
//! Every record writes a new number into a mapped attribute of a member, so each accepted record makes exactly one
//! export that shows its number. Every visit is the only event of its person, who enters at once and leaves one
//! second after its timestamp.

use super::client::Client;
use super::exports::{self, Line};
use super::server::Server;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use tokio_util::sync::CancellationToken;

pub(crate) const DEFINITIONS: &str = r#"
inlets:
  - id: shop
    name: Shop
    dataset: shop
segments:
  - id: numbered
    name: Has a number
    pql: number >= 0
  - id: visiting
    name: Visited in the last second
    pql: exists E from xEvent where E.eventType = "visit" and E.timestamp occurs < 1 seconds before now
destinations:
  - id: files
    kind: file
    name: Files
    settings: {folder: out}
dataflows:
  - id: flow
    name: Flow
    destination: files
    segments: [numbered, visiting]
    attributes: [number]
"#;

/// What the server said is durable.
#[derive(Default)]
pub(crate) struct Acknowledged {
    /// By person, the numbers in order.
    numbers: BTreeMap<u64, Vec<u64>>,
    visitors: BTreeSet<u64>,
}

/// Posts without end and remembers what was acknowledged.
pub(crate) struct Load {
    next: AtomicU64,
    people: u64,
    pub(crate) acknowledged: Mutex<Acknowledged>,
}

impl Load {
    /// A load that changes so many people in turn, besides visitors, who come once. They must be enough: more than 32
    /// exports of one that wait are coalesced, and then not every number has an export.
    pub(crate) fn new(people: u64) -> Arc<Self> {
        Arc::new(Self {
            next: AtomicU64::new(1),
            people,
            acknowledged: Mutex::default(),
        })
    }

    /// Posts to `server` on four connections until `stop`; requests without an answer count for nothing.
    pub(crate) async fn run(self: &Arc<Self>, server: &Server, stop: &CancellationToken) {
        let clients = (0..4).map(|lane| {
            let (load, client, stop) = (Arc::clone(self), Client::of(server), stop.clone());
            async move {
                while !stop.is_cancelled() {
                    if load.post(&client, lane).await.is_none() {
                        break;
                    }
                }
            }
        });
        let running: Vec<_> = clients.map(tokio::task::spawn_local).collect();
        for client in running {
            client.await.expect("a client ends well");
        }
    }

    /// One request; a person belongs to one lane, so that their numbers are posted in order.
    async fn post(&self, client: &Client, lane: u64) -> Option<()> {
        let mut lines = Vec::new();
        let mut numbers = Vec::new();
        let mut visitors = Vec::new();
        for _ in 0..10 {
            let n = self.next.fetch_add(1, Ordering::Relaxed);
            if n.is_multiple_of(5) {
                lines.push(visit(n));
                visitors.push(n);
                numbers.push(None);
            } else {
                let person = n % (self.people / 4) * 4 + lane;
                lines.push(format!(
                    r#"{{"identityMap":{{"crm":[{{"id":"p{person}"}}]}},"number":{n}}}"#
                ));
                numbers.push(Some((person, n)));
            }
        }
        let answers = client.post_lines("shop", &lines).await?;
        let mut acknowledged = self.acknowledged.lock().expect("no poison");
        let mut visitors = visitors.into_iter();
        for (number, ok) in numbers.into_iter().zip(answers) {
            match number {
                Some((person, n)) if ok => acknowledged.numbers.entry(person).or_default().push(n),
                None if ok => drop(visitors.next().map(|n| acknowledged.visitors.insert(n))),
                Some(_) => {}
                None => drop(visitors.next()),
            }
        }
        Some(())
    }

    /// How many messages were acknowledged.
    pub(crate) fn count(&self) -> usize {
        let acknowledged = self.acknowledged.lock().expect("no poison");
        acknowledged.visitors.len() + acknowledged.numbers.values().map(Vec::len).sum::<usize>()
    }

    /// Every acknowledged message has its export, in order; every visitor came and left at the right instant.
    pub(crate) fn verify(&self, folder: &Path) -> usize {
        let lines = exports::read(folder);
        let by_profile = exports::check(&lines);
        let mut by_name: BTreeMap<String, Vec<&Line>> = BTreeMap::new();
        for line in by_profile.values().flatten() {
            by_name
                .entry(
                    line.body["identityMap"]["crm"][0]["id"]
                        .as_str()
                        .expect("a crm id")
                        .to_owned(),
                )
                .or_default()
                .push(line);
        }
        let acknowledged = self.acknowledged.lock().expect("no poison");
        for (person, numbers) in &acknowledged.numbers {
            let lines = by_name
                .get(&format!("p{person}"))
                .unwrap_or_else(|| panic!("p{person} is lost"));
            let delivered: Vec<u64> = lines
                .iter()
                .filter_map(|line| line.body["number"].as_u64())
                .collect();
            let mut rest = delivered.iter();
            for number in numbers {
                assert!(
                    rest.any(|d| d == number),
                    "p{person}: number {number} is lost or out of order in {delivered:?}"
                );
            }
        }
        for visitor in &acknowledged.visitors {
            let lines = by_name
                .get(&format!("v{visitor}"))
                .unwrap_or_else(|| panic!("visitor {visitor} is lost"));
            let transitions: Vec<(String, i64)> = lines.iter().flat_map(|line| transitions(line)).collect();
            let [(entered, came), (exited, left)] = transitions.as_slice() else {
                panic!("visitor {visitor}: {transitions:?}");
            };
            assert_eq!(
                (entered.as_str(), exited.as_str()),
                ("realized", "exited"),
                "visitor {visitor}"
            );
            assert!(left > came, "visitor {visitor}: {transitions:?}");
        }
        by_profile.values().map(Vec::len).sum()
    }
}

fn visit(n: u64) -> String {
    let now = jiff_now();
    format!(
        r#"{{"identityMap":{{"crm":[{{"id":"v{n}"}}]}},"_id":"e{n}","timestamp":"{now}","eventType":"visit"}}"#
    )
}

fn jiff_now() -> String {
    use model::Clock;
    model::SystemClock.now().to_string()
}

fn transitions(line: &Line) -> Vec<(String, i64)> {
    let list = line.body["_weir"]["transitions"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    let visiting = list.iter().filter(|t| t["segment"] == "visiting");
    let pair = |t: &serde_json::Value| {
        let at = model::Timestamp::parse(t["at"].as_str().expect("an instant")).expect("RFC 3339");
        (t["status"].as_str().expect("a status").to_owned(), at.millis())
    };
    visiting.map(pair).collect()
}
