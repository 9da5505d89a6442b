//! A server with a dataflow to each of its destinations, and people whose every change is an export on each.

use crate::common::client::Client;
use crate::common::exports;
use crate::common::server::Server;
use crate::destinations;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;
use tempfile::TempDir;
use testkit::outside::{EventHubs, Kinesis};

/// The stream and the hub.
pub(crate) const PLACE: &str = "people";

/// Few enough to have several revisions each, enough that none coalesces.
const PEOPLE: u64 = 20;

pub(crate) struct Rig {
    pub(crate) server: Server,
    posted: u64,
    pub(crate) folder: Folder,
}

/// Where the server keeps its data and its secrets.
pub(crate) struct Folder(TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        let folder = Self(tempfile::tempdir().expect("a folder"));
        for name in ["weir", "secrets"] {
            fs::create_dir(folder.path(name)).expect("a folder");
        }
        folder
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Writes a file; gives its path.
    pub(crate) fn write(&self, name: &str, text: &str) -> String {
        let path = self.path(name);
        fs::write(&path, text).expect("written");
        path.to_str().expect("text").to_owned()
    }
}

/// Settings of a server that allows all of it.
pub(crate) const ALLOWED: [&str; 2] = ["delivery.endpoints=true", "delivery.default_credentials=true"];

impl Rig {
    /// A server on `folder` with this environment, where destinations may do everything.
    pub(crate) async fn start(folder: Folder, environment: &[(&str, &str)]) -> Self {
        let secrets = format!("server.secrets_dir={}", folder.path("secrets").display());
        let mut arguments = vec!["--set", &secrets, "--set", "delivery.first_retry=250ms"];
        for setting in ALLOWED {
            arguments.extend(["--set", setting]);
        }
        let server = Server::start_with(&folder.path("weir"), &arguments, environment).await;
        Self {
            server,
            posted: 0,
            folder,
        }
    }

    /// A dataflow to each of these, named like it.
    pub(crate) fn apply(&self, destinations: &[Value]) {
        self.server.apply(&definitions(destinations));
    }

    /// What a reference to a file says from now on.
    pub(crate) fn secret(&self, name: &str, text: &str) {
        self.folder.write(&format!("secrets/{name}"), text);
    }

    /// So many changes, each acknowledged.
    pub(crate) async fn post(&mut self, changes: u64) {
        let numbers = self.posted + 1..=self.posted + changes;
        let line = |number: u64| {
            let person = number % PEOPLE;
            json!({"identityMap": {"crm": [{"id": person.to_string()}]}, "number": number}).to_string()
        };
        let lines: Vec<String> = numbers.map(line).collect();
        let taken = Client::of(&self.server).post_lines("shop", &lines).await;
        assert!(taken.is_some_and(|taken| taken.iter().all(|durable| *durable)));
        self.posted += changes;
    }

    /// Changes that come one after the other until `happened`, and a few after it.
    pub(crate) async fn stream_until(&mut self, what: &str, happened: impl AsyncFn() -> bool) {
        let began = tokio::time::Instant::now();
        while !happened().await {
            assert!(
                began.elapsed() < Duration::from_secs(30),
                "{what}: it did not happen"
            );
            self.post(5).await;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        self.post(40).await;
    }

    /// Waits until the destination of a dataflow is taken for unusable, with these words; what is decided waits.
    pub(crate) async fn waits(&self, flow: &str, words: &str) -> String {
        let client = Client::of(&self.server);
        let mut seen = Value::Null;
        for _ in 0..600 {
            let all = client.get("/api/dataflows").await;
            let flows = all["dataflows"].as_array().expect("a list of dataflows");
            seen = flows
                .iter()
                .find(|one| one["id"] == flow)
                .expect("the dataflow")
                .clone();
            if let Some(why) = seen["breaker"]["why"].as_str().filter(|why| why.contains(words)) {
                let account = &seen["account"];
                assert_ne!(account["pending"], 0, "{seen}");
                assert_eq!(account["dead"], json!({}), "{seen}");
                return why.to_owned();
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("{flow} does not wait because of {words:?}: {seen}");
    }

    /// Waits until everything is delivered. `stored` gives what the peer has then, in its order: all of it is there, and
    /// what is there twice is the same.
    pub(crate) async fn arrives(&self, flow: &str, stored: impl AsyncFnOnce() -> Vec<String>) {
        let account = Client::of(&self.server).drained(flow).await;
        assert_eq!(account["balanced"], true, "{account}");
        assert_eq!(account["delivered"], self.posted, "{account}");
        let lines: Vec<_> = stored().await.iter().map(|text| exports::parse(text)).collect();
        let by_profile = exports::check(&lines);
        let told = by_profile.values().flatten();
        let numbers: BTreeSet<u64> = told.filter_map(|line| line.body["number"].as_u64()).collect();
        assert!(
            numbers.into_iter().eq(1..=self.posted),
            "{flow}: something is lost"
        );
    }

    pub(crate) async fn arrives_in_stream(&self, kinesis: &Kinesis) {
        let stored = async || {
            let records = kinesis.stored(PLACE).await.into_iter();
            records.map(|one| one.data).collect()
        };
        self.arrives("stream", stored).await;
    }

    pub(crate) async fn arrives_in_hub(&self, hubs: &EventHubs) {
        let stored = async || {
            let events = hubs.stored(PLACE).await.into_iter();
            events.map(|one| one.body).collect()
        };
        self.arrives("hub", stored).await;
    }

    /// `weir destinations`: exit code, and what it printed.
    pub(crate) fn destinations(&self, arguments: &[&str]) -> (i32, String) {
        destinations::run(&self.server, arguments)
    }
}

/// People, and a dataflow to each of these.
pub(crate) fn definitions(destinations: &[Value]) -> String {
    let dataflow = |destination: &Value| {
        let id = &destination["id"];
        json!({"id": id, "destination": id, "segments": ["numbered"], "attributes": ["number"], "envelope": "weir"})
    };
    let definitions = json!({
        "inlets": [{"id": "shop"}],
        "segments": [{"id": "numbered", "pql": "number >= 0"}],
        "destinations": destinations,
        "dataflows": destinations.iter().map(dataflow).collect::<Vec<_>>(),
    });
    definitions.to_string()
}

/// A destination for the stream, with these credentials.
pub(crate) fn stream(kinesis: &Kinesis, credentials: &Value) -> Value {
    let mut settings = json!({
        "stream": PLACE, "region": Kinesis::REGION, "endpoint": kinesis.endpoint(), "timeoutSeconds": 5,
    });
    add(&mut settings, credentials);
    json!({"id": "stream", "kind": "kinesis", "settings": settings})
}

/// A destination for the hub, with these credentials.
pub(crate) fn hub(hubs: &EventHubs, credentials: &Value) -> Value {
    let mut settings = json!({
        "namespace": EventHubs::NAMESPACE, "hub": PLACE, "endpoint": hubs.endpoint(), "timeoutSeconds": 5,
    });
    add(&mut settings, credentials);
    json!({"id": "hub", "kind": "event_hubs", "settings": settings})
}

fn add(settings: &mut Value, more: &Value) {
    for (key, value) in more.as_object().expect("an object") {
        settings[key] = value.clone();
    }
}
