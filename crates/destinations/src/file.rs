//! The `file` kind: NDJSON files in a folder, the destination that needs nobody else.
//!
//! One message a line, always with `_weir`, appended to `<destination>-<n>.ndjson` and synced to the disk before
//! any of them counts as delivered. `n` has six digits and grows when a file reaches `rollBytes` and with each
//! start of the server; a file that was followed by another is never written again. A message can be there
//! twice, never half.

mod folder;
mod writer;

use async_trait::async_trait;
use dispatcher::{
    BatchLimits, CheckError, Destination, Fields, Kind, Rendered, SettingsError, Site, SyncFile, Verdict,
};
use metrics::{Unit, describe_counter};
use model::DestinationId;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;
use tokio::sync::Mutex as Turn;
use writer::Writer;

/// A line longer than this is refused: common readers of NDJSON take at most 16 MiB for one object.
const LINE_BYTES: usize = 16 << 20;

/// Files that were cut back to what was acknowledged, at the start or after a failed write.
pub const FILES_MENDED: &str = "weir_export_files_mended_total";

/// Tells the recorder what the names of metrics mean.
pub(crate) fn describe() {
    describe_counter!(
        FILES_MENDED,
        Unit::Count,
        "Export files cut back to what was acknowledged"
    );
}

/// The `file` kind.
#[derive(Default)]
pub struct FileKind {
    /// Writers in use, by folder and name: a destination that is opened again while its last calls are on their
    /// way goes on with the same one.
    writers: Mutex<BTreeMap<Place, Weak<Turn<Writer>>>>,
}

/// A folder, and the id that the names of files in it begin with.
type Place = (PathBuf, String);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Settings {
    /// Where, relative to the folder that the server's owner gives to exports.
    folder: String,
    /// A file is followed by the next once it has this many bytes.
    roll_bytes: u64,
    /// How long one call may take.
    timeout_seconds: u64,
}

impl Settings {
    fn read(settings: &Value) -> Result<Self, Vec<SettingsError>> {
        let mut fields = Fields::new(settings);
        let read = Self {
            folder: fields.text("folder").to_owned(),
            roll_bytes: fields.whole("rollBytes", 128 << 20, 1024..=1 << 40),
            timeout_seconds: fields.whole("timeoutSeconds", 20, 1..=600),
        };
        if let Some(problem) = folder_problem(&read.folder) {
            fields.mistake("folder", problem);
        }
        fields.finish(read)
    }

    fn written_out(&self) -> Value {
        json!({"folder": self.folder, "rollBytes": self.roll_bytes, "timeoutSeconds": self.timeout_seconds})
    }
}

/// A folder is a relative path of plain names, so that it stays below the exports folder.
fn folder_problem(folder: &str) -> Option<&'static str> {
    let plain = |part: Component<'_>| matches!(part, Component::Normal(_));
    if Path::new(folder).components().all(plain) && !folder.contains('\0') {
        return None;
    }
    Some("must be a relative folder below the exports folder of the server, without `.` or `..`")
}

impl Kind for FileKind {
    fn name(&self) -> &'static str {
        "file"
    }

    fn example(&self) -> Value {
        json!({"folder": "loyalty"})
    }

    fn complete(&self, settings: &Value) -> Result<Value, Vec<SettingsError>> {
        Settings::read(settings).map(|settings| settings.written_out())
    }

    fn open(
        &self,
        id: &DestinationId,
        settings: &Value,
        site: &Site,
    ) -> Result<Arc<dyn Destination>, Vec<SettingsError>> {
        let settings = Settings::read(settings)?;
        let writer = self.writer(&site.exports_dir, &settings.folder, id, &site.sync);
        Ok(Arc::new(FileDestination { settings, writer }))
    }
}

impl FileKind {
    fn writer(&self, root: &Path, folder: &str, id: &DestinationId, sync: &SyncFile) -> Arc<Turn<Writer>> {
        let key = (root.join(folder), id.to_string());
        let mut writers = self.writers.lock().unwrap_or_else(PoisonError::into_inner);
        writers.retain(|_, writer| writer.strong_count() > 0);
        if let Some(writer) = writers.get(&key).and_then(Weak::upgrade) {
            return writer;
        }
        let writer = Writer::new(root, Path::new(folder), id.as_str(), Arc::clone(sync));
        let writer = Arc::new(Turn::new(writer));
        writers.insert(key, Arc::downgrade(&writer));
        writer
    }
}

struct FileDestination {
    settings: Settings,
    writer: Arc<Turn<Writer>>,
}

impl fmt::Debug for FileDestination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileDestination")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl Destination for FileDestination {
    fn limits(&self) -> BatchLimits {
        BatchLimits {
            records: 1000,
            bytes: LINE_BYTES,
            record_bytes: LINE_BYTES,
        }
    }

    fn timeout(&self) -> Duration {
        Duration::from_secs(self.settings.timeout_seconds)
    }

    fn always_envelope(&self) -> bool {
        true
    }

    async fn send(&self, batch: &[Rendered]) -> Vec<Verdict> {
        let fits = |one: &&Rendered| one.body.len() <= LINE_BYTES;
        let mut lines = Vec::with_capacity(batch.iter().map(|one| one.body.len() + 1).sum());
        for one in batch.iter().filter(fits) {
            lines.extend_from_slice(&one.body);
            lines.push(b'\n');
        }
        let written = self
            .blocking(move |writer, roll| writer.append(&lines, roll))
            .await;
        let verdict = |one: &Rendered| match &written {
            _ if !fits(&one) => Verdict::Refused {
                answer: format!(
                    "a line has at most {LINE_BYTES} bytes, this one has {}",
                    one.body.len()
                ),
            },
            Ok(()) => Verdict::Delivered,
            // The folder is away, full or broken for every export alike: all wait, none uses an attempt.
            Err(why) => Verdict::Endpoint { answer: why.clone() },
        };
        batch.iter().map(verdict).collect()
    }

    async fn check(&self) -> Result<(), CheckError> {
        let checked = self.blocking(|writer, _| writer.check()).await;
        checked.map_err(|why| CheckError { why })
    }
}

impl FileDestination {
    /// Works with the writer on a thread that may block. Given up on a timeout, the work still goes on; its
    /// lines are then there twice, which readers know to expect. Whoever waits for the writer waits without a thread,
    /// and writes nothing once it is given up: a folder that hangs holds one thread, and nothing old comes after
    /// something new.
    async fn blocking(
        &self,
        work: impl FnOnce(&mut Writer, u64) -> Result<(), writer::Error> + Send + 'static,
    ) -> Result<(), String> {
        let mut writer = Arc::clone(&self.writer).lock_owned().await;
        let roll = self.settings.roll_bytes;
        let done = tokio::task::spawn_blocking(move || {
            let done = catch_unwind(AssertUnwindSafe(|| work(&mut writer, roll)));
            done.unwrap_or_else(|_| {
                // It mends its file when it opens it again.
                writer.forget();
                Err(writer::Error::Panicked)
            })
        });
        done.await
            .unwrap_or(Err(writer::Error::Panicked))
            .map_err(|error| error.to_string())
    }
}

#[cfg(test)]
mod tests;
