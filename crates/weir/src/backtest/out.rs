//! Writes the transitions: whoever is free writes what waits, in the order in which it was decided.

mod instant;

use anyhow::{Context, Result};
use ingest::{Crew, Rehearsed};
use instant::Instant;
use model::{Definitions, Status, Transition};
use serde_json::json;
use std::collections::VecDeque;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};

/// The file of transitions.
pub(super) struct Out {
    crew: Crew,
    shared: Arc<Shared>,
}

struct Shared {
    waiting: Mutex<VecDeque<Rehearsed>>,
    writer: Mutex<Writer>,
}

/// Batches that may wait to be written, for each thread.
const BATCHES: usize = 4;

impl Out {
    pub(super) fn create(path: &Path, definitions: &Definitions, crew: Crew) -> Result<Self> {
        let file = File::create(path)
            .with_context(|| format!("cannot write the transitions to {}", path.display()))?;
        let writer = Writer::new(path, Box::new(file), definitions);
        let shared = Shared {
            waiting: Mutex::default(),
            writer: Mutex::new(writer),
        };
        let shared = Arc::new(shared);
        Ok(Self { crew, shared })
    }

    /// Takes what was decided next. It is written soon, or at once if too much waits.
    pub(super) fn put(&self, rehearsed: Rehearsed) -> Result<()> {
        let waiting = {
            let mut waiting = locked(&self.shared.waiting);
            waiting.push_back(rehearsed);
            waiting.len()
        };
        let shared = Arc::clone(&self.shared);
        self.crew.offer(move || shared.write_if_nobody_does());
        let helped = self.crew.threads() > 1;
        if !helped || waiting > BATCHES * self.crew.threads() {
            self.shared.write(&mut locked(&self.shared.writer));
            return locked(&self.shared.writer).check();
        }
        Ok(())
    }

    /// Writes what still waits.
    pub(super) fn finish(self) -> Result<()> {
        let mut writer = locked(&self.shared.writer);
        self.shared.write(&mut writer);
        writer.flush(0);
        writer.check()
    }
}

impl Shared {
    fn write_if_nobody_does(&self) {
        let mut writer = match self.writer.try_lock() {
            Ok(writer) => writer,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            // Who writes comes to it, or who puts the next.
            Err(TryLockError::WouldBlock) => return,
        };
        self.write(&mut writer);
    }

    fn write(&self, writer: &mut Writer) {
        loop {
            let next = locked(&self.waiting).pop_front();
            let Some(rehearsed) = next else { return };
            writer.write(&rehearsed);
        }
    }
}

/// Lines like `{"at":"2023-11-14T22:13:22.786Z","profile":"crmId:1","segment":"gold","status":"realized"}`.
struct Writer {
    path: PathBuf,
    file: Box<dyn Write + Send>,
    buffer: Vec<u8>,
    error: Option<std::io::Error>,
    at: Instant,
    /// How profiles are called, by number: the primary identity of their first message, as JSON.
    names: Vec<Box<str>>,
    /// How lines end, by number of the segment, for who is in it and for who left.
    ends: Vec<[String; 2]>,
}

/// The buffer is written out when it holds this much.
const FULL: usize = 256 << 10;

impl Writer {
    fn new(path: &Path, file: Box<dyn Write + Send>, definitions: &Definitions) -> Self {
        let end = |id: &str, status: Status| {
            format!(
                ",\"segment\":{},\"status\":\"{}\"}}\n",
                json!(id),
                status.as_str()
            )
        };
        let ends = definitions.segments.iter().map(|segment| {
            let id = segment.id.as_str();
            [end(id, Status::Realized), end(id, Status::Exited)]
        });
        Self {
            path: path.to_owned(),
            file,
            buffer: Vec::with_capacity(FULL + 4096),
            error: None,
            at: Instant::default(),
            names: Vec::new(),
            ends: ends.collect(),
        }
    }

    fn write(&mut self, rehearsed: &Rehearsed) {
        for (_, identity) in &rehearsed.created {
            self.names.push(json!(identity.to_string()).to_string().into());
        }
        // How the last line begins: mostly several are of one step.
        let (mut last, mut begin) = (None, 0..0);
        for (profile, Transition { at, segment, status }) in &rehearsed.transitions {
            let start = self.buffer.len();
            if last.replace((profile, at)) == Some((profile, at)) {
                self.buffer.extend_from_within(begin);
            } else {
                // Profiles are numbered from 1 on, segments from 0 on, neither with gaps.
                let name = &self.names[profile.to_bits() as usize - 1];
                self.buffer.extend_from_slice(br#"{"at":""#);
                self.buffer.extend_from_slice(self.at.text(*at));
                self.buffer.extend_from_slice(br#"","profile":"#);
                self.buffer.extend_from_slice(name.as_bytes());
            }
            begin = start..self.buffer.len();
            let end = &self.ends[segment.0 as usize][usize::from(*status == Status::Exited)];
            self.buffer.extend_from_slice(end.as_bytes());
        }
        self.flush(FULL);
    }

    /// Hands the buffer on if it holds as much.
    fn flush(&mut self, least: usize) {
        if self.buffer.len() < least || self.error.is_some() {
            return;
        }
        self.error = self
            .file
            .write_all(&self.buffer)
            .and_then(|()| self.file.flush())
            .err();
        self.buffer.clear();
    }

    fn check(&mut self) -> Result<()> {
        match self.error.take() {
            Some(error) => {
                Err(error).with_context(|| format!("cannot write the transitions to {}", self.path.display()))
            }
            None => Ok(()),
        }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
