//! An outside stream of each kind, to send to and read back from.

use dispatcher::{Destination, Kind, Site};
use model::{DestinationId, Secret};
use serde_json::json;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::TempDir;
use testkit::outside::{EventHubs, Kinesis};

/// The other side of one destination.
pub(crate) struct Peer {
    pub(crate) destination: Arc<dyn Destination>,
    outside: Outside,
}

enum Outside {
    Folder(TempDir),
    EventHubs(EventHubs),
    Kinesis(Kinesis),
}

impl Peer {
    /// Everything received so far, as it came over the wire.
    pub(crate) async fn received(&self) -> String {
        match &self.outside {
            Outside::Folder(folder) => files(folder.path()),
            Outside::EventHubs(namespace) => events(namespace).await,
            Outside::Kinesis(service) => records(service).await,
        }
    }
}

/// A peer for `kind`, and a destination that is connected to it.
pub(crate) async fn of(kind: &dyn Kind) -> Peer {
    let (settings, outside) = match kind.name() {
        "event_hubs" => {
            let namespace = EventHubs::with_hub("profiles", 4).await;
            let settings = json!({
                "namespace": EventHubs::NAMESPACE,
                "hub": "profiles",
                "sharedAccessKeyName": EventHubs::KEY_NAME,
                "sharedAccessKey": "env:WEIR_SECRET_KEY",
                "endpoint": namespace.endpoint(),
            });
            (settings, Outside::EventHubs(namespace))
        }
        "file" => (json!({"folder": "out"}), Outside::Folder(TempDir::new().unwrap())),
        "kinesis" => {
            let service = Kinesis::with_stream("profiles", 2).await;
            let key = json!({"AKID": {"secret": EventHubs::KEY}});
            service.accept_only(&key).await;
            let settings = json!({
                "stream": "profiles",
                "region": Kinesis::REGION,
                "accessKeyId": "AKID",
                "secretAccessKey": "env:WEIR_SECRET_KEY",
                "endpoint": service.endpoint(),
            });
            (settings, Outside::Kinesis(service))
        }
        other => panic!("kind {other:?} has no peer in the contract tests: add one"),
    };
    let mut site = Site::new(match &outside {
        Outside::Folder(folder) => folder.path().to_owned(),
        Outside::EventHubs(_) | Outside::Kinesis(_) => PathBuf::from("/nonexistent"),
    });
    site.secrets = Arc::new(|_| Ok(Secret::new(EventHubs::KEY)));
    let id = DestinationId::new("peer").unwrap();
    let destination = kind.open(&id, &settings, &site).unwrap();
    Peer { destination, outside }
}

/// Every file with its name.
fn files(folder: &Path) -> String {
    let mut files: Vec<_> = std::fs::read_dir(folder.join("out"))
        .unwrap()
        .map(|e| e.unwrap().path())
        .collect();
    files.sort();
    let text = |path: &PathBuf| {
        let name = path.file_name().unwrap().to_str().unwrap();
        format!("{name}:\n{}", std::fs::read_to_string(path).unwrap())
    };
    files.iter().map(text).collect()
}

/// Every event with its place, its properties and its body.
async fn events(namespace: &EventHubs) -> String {
    let mut text = String::new();
    for event in namespace.stored("profiles").await {
        let (partition, sequence, id) = (&event.partition, event.sequence, &event.id);
        let kind = event.content_type.as_deref().unwrap_or("untyped");
        writeln!(text, "partition {partition}, {sequence}: {id}, {kind}").unwrap();
        for (name, value) in &event.properties {
            writeln!(text, "  {name}: {value}").unwrap();
        }
        writeln!(text, "{}", event.body).unwrap();
    }
    text
}

/// Every record with its shard and its key.
async fn records(service: &Kinesis) -> String {
    let stored = service.stored("profiles").await;
    let text = |one: &testkit::outside::Stored| format!("{}, {}:\n{}\n", one.shard, one.key, one.data);
    stored.iter().map(text).collect()
}
