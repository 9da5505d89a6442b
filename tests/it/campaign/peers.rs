//! What the cells send to: one peer of each kind, in which every cell has a place of its own.

use super::disk::Disk;
use super::gate::Gate;
use super::table::{Cell, Fault, Kind, MOST_KIB, Refusal, Way};
use crate::common::exports;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use testkit::outside::{EventHubs, Kinesis};

/// A message in the order in which the peer stored it.
pub(crate) type Arrival = exports::Line;

/// The peers of a campaign.
pub(crate) struct Peers {
    kinesis: Kinesis,
    hubs: EventHubs,
    pub(crate) disk: Disk,
    /// The doors of those cells whose endpoint can be down.
    gates: BTreeMap<String, Gate>,
    /// What Kinesis knows of the key of each cell.
    keys: Map<String, Value>,
    /// A file a secret.
    secrets: PathBuf,
}

/// What a fault is going to do, by cell.
pub(crate) type Armed = Vec<(Cell, Way)>;

impl Peers {
    /// Starts them with a place for each cell. `root` is for what the server does not write.
    pub(crate) async fn start(cells: &[Cell], root: &Path, data: &Path) -> Self {
        let (kinesis, hubs) = tokio::join!(Kinesis::start(), EventHubs::start());
        let secrets = root.join("secrets");
        fs::create_dir(&secrets).expect("a folder");
        fs::write(secrets.join("hubs"), EventHubs::KEY).expect("written");
        let mut peers = Self {
            kinesis,
            hubs,
            disk: Disk::new(root, data.join("exports")),
            gates: BTreeMap::new(),
            keys: Map::new(),
            secrets,
        };
        for cell in cells {
            peers.make_place(*cell).await;
        }
        peers.show_keys().await;
        peers
    }

    async fn make_place(&mut self, cell: Cell) {
        let name = cell.to_string();
        let small = cell.is(Fault::TooLarge);
        let peer = match cell.kind {
            Kind::File => return,
            Kind::Kinesis => {
                if small {
                    self.kinesis.create_stream_with(&name, 2, MOST_KIB).await;
                } else {
                    self.kinesis.create_stream(&name, 2).await;
                }
                self.give_key(&name, "good");
                self.kinesis.endpoint()
            }
            Kind::EventHubs => {
                if small {
                    self.hubs.create_hub_with(&name, 2, MOST_KIB << 10).await;
                } else {
                    self.hubs.create_hub(&name, 2).await;
                }
                self.hubs.endpoint()
            }
        };
        if cell.is(Fault::EndpointDown) {
            let (_, address) = peer.split_once("://").expect("a URL");
            let address: SocketAddr = address.parse().expect("an address");
            self.gates.insert(name, Gate::to(address));
        }
    }

    /// Both sides know this secret.
    fn give_key(&mut self, name: &str, secret: &str) {
        fs::write(self.secrets.join(name), secret).expect("written");
        self.keys.insert(name.to_owned(), json!({"secret": secret}));
    }

    /// The service alone knows better.
    fn refuse_key(&mut self, name: &str, refusal: Refusal) {
        let secret = self.secret(name);
        match refusal {
            Refusal::Changed => {
                let known = json!({"secret": format!("{secret}, changed")});
                self.keys.insert(name.to_owned(), known);
            }
            Refusal::Expired => {
                let known = json!({"secret": secret, "expired": true});
                self.keys.insert(name.to_owned(), known);
            }
            Refusal::Unknown => {
                self.keys.remove(name);
            }
        }
    }

    /// As the server finds it.
    fn secret(&self, name: &str) -> String {
        fs::read_to_string(self.secrets.join(name)).expect("a secret")
    }

    async fn show_keys(&self) {
        self.kinesis.accept_only(&Value::Object(self.keys.clone())).await;
    }

    /// The folder that the server finds secrets in.
    pub(crate) fn secrets(&self) -> &Path {
        &self.secrets
    }

    /// The destination of a cell, as it stands in definitions.
    pub(crate) fn destination(&self, cell: Cell) -> Value {
        let name = cell.to_string();
        let endpoint = |scheme: &str, otherwise: &str| {
            let gate = self.gates.get(&name);
            gate.map_or_else(
                || otherwise.to_owned(),
                |gate| format!("{scheme}://{}", gate.address),
            )
        };
        let (kind, mut settings) = match cell.kind {
            Kind::File => ("file", json!({"folder": name, "rollBytes": 1 << 16})),
            Kind::Kinesis => {
                let settings = json!({
                    "stream": name,
                    "region": Kinesis::REGION,
                    "accessKeyId": name,
                    "secretAccessKey": format!("file:{name}"),
                    "endpoint": endpoint("http", self.kinesis.endpoint()),
                });
                ("kinesis", settings)
            }
            Kind::EventHubs => {
                let settings = json!({
                    "namespace": EventHubs::NAMESPACE,
                    "hub": name,
                    "sharedAccessKeyName": EventHubs::KEY_NAME,
                    "sharedAccessKey": "file:hubs",
                    "endpoint": endpoint("amqp", self.hubs.endpoint()),
                });
                ("event_hubs", settings)
            }
        };
        settings["timeoutSeconds"] = json!(cell.timeout());
        json!({"id": name, "kind": kind, "settings": settings})
    }

    /// Makes all of this happen from now on.
    pub(crate) async fn arm(&mut self, armed: &Armed) {
        let (mut calls, mut transfers) = (Vec::new(), Vec::new());
        for (cell, way) in armed {
            let name = cell.to_string();
            match way {
                Way::Script(faults) => {
                    let (script, whose) = match cell.kind {
                        Kind::EventHubs => (&mut transfers, "hub"),
                        Kind::Kinesis | Kind::File => (&mut calls, "key"),
                    };
                    for fault in faults {
                        let mut fault = fault.clone();
                        fault[whose] = json!(name);
                        script.push(fault);
                    }
                }
                Way::Disk(line) => self.disk.arm(&name, line),
                Way::DiskUntil { line, away } => {
                    self.disk.arm(&name, line);
                    if *away {
                        self.disk.take_away(&name);
                    }
                }
                Way::Key(refusal) => self.refuse_key(&name, *refusal),
                Way::Shut => self.gates[&name].shut(),
                Way::TornEnd | Way::Size => {}
            }
        }
        for call in &mut calls {
            call["op"] = json!("PutRecords");
        }
        self.kinesis.script(&json!(calls)).await;
        self.hubs.script(&json!(transfers)).await;
        self.show_keys().await;
    }

    /// Ends what stays until it is lifted.
    pub(crate) async fn lift(&mut self, armed: &Armed) {
        for (cell, way) in armed {
            let name = cell.to_string();
            match way {
                Way::DiskUntil { away, .. } => {
                    self.disk.forget(&name);
                    if *away {
                        self.disk.bring_back(&name);
                    }
                }
                Way::Key(Refusal::Changed) => {
                    let secret = self.keys[&name]["secret"].as_str().expect("a secret").to_owned();
                    self.give_key(&name, &secret);
                }
                Way::Key(_) => {
                    let secret = self.secret(&name);
                    self.give_key(&name, &secret);
                }
                Way::Shut => self.gates[&name].open(),
                _ => {}
            }
        }
        self.show_keys().await;
    }

    /// What was armed, ends by itself, and has not happened to the end.
    pub(crate) async fn left(&self, armed: &Armed) -> Vec<String> {
        let mut left: Vec<String> = self.kinesis.faults().await.iter().map(Value::to_string).collect();
        left.extend(self.hubs.faults().await.iter().map(Value::to_string));
        let waits = |(cell, way): &&(Cell, Way)| {
            matches!(way, Way::Disk(_)) && !self.disk.happened(&cell.to_string())
        };
        left.extend(
            armed
                .iter()
                .filter(waits)
                .map(|(cell, way)| format!("{cell}: {way:?}")),
        );
        left
    }

    /// Everything that a cell received.
    pub(crate) async fn arrivals(&self, cell: Cell) -> Vec<Arrival> {
        let name = cell.to_string();
        match cell.kind {
            Kind::File => self.disk.lines(&name),
            Kind::Kinesis => {
                let stored = self.kinesis.stored(&name).await;
                stored.iter().map(|one| exports::parse(&one.data)).collect()
            }
            Kind::EventHubs => {
                let stored = self.hubs.stored(&name).await;
                stored.iter().map(|one| exports::parse(&one.body)).collect()
            }
        }
    }
}
