//! An outside stream of each kind, to send to and read back from.

use dispatcher::{Destination, Kind, Site};
use model::DestinationId;
use serde_json::{Value, json};
use std::sync::Arc;
use tempfile::TempDir;

/// The other side of one destination.
pub(crate) struct Peer {
    pub(crate) destination: Arc<dyn Destination>,
    folder: TempDir,
    received: fn(&TempDir) -> String,
}

impl Peer {
    /// Everything received so far, as it came over the wire.
    pub(crate) fn received(&self) -> String {
        (self.received)(&self.folder)
    }
}

/// A peer for `kind`, and a destination that is connected to it.
pub(crate) fn of(kind: &dyn Kind) -> Peer {
    let folder = TempDir::new().unwrap();
    let (settings, received): (Value, fn(&TempDir) -> String) = match kind.name() {
        "file" => (json!({"folder": "out"}), files),
        other => panic!("kind {other:?} has no peer in the contract tests: add one"),
    };
    let id = DestinationId::new("peer").unwrap();
    let destination = kind.open(&id, &settings, &Site::new(folder.path())).unwrap();
    Peer {
        destination,
        folder,
        received,
    }
}

/// Every file with its name.
fn files(folder: &TempDir) -> String {
    let mut files: Vec<_> = std::fs::read_dir(folder.path().join("out"))
        .unwrap()
        .map(|e| e.unwrap().path())
        .collect();
    files.sort();
    let text = |path: &std::path::PathBuf| {
        let name = path.file_name().unwrap().to_str().unwrap();
        format!("{name}:\n{}", std::fs::read_to_string(path).unwrap())
    };
    files.iter().map(text).collect()
}
