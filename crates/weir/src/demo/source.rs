//! Where the demo reads what was delivered: the files, or the stream.

use super::sink::{Sink, Stream};
use super::tail::Tail;
use crate::settings::Settings;
use anyhow::{Context, Result};
use destinations::kinesis::Reader;
use std::time::Duration;

/// The file destination of the programme.
const DESTINATION: &str = "files";
/// Its folder below that of all exports.
const FOLDER: &str = "loyalty";

/// What is read this often shows as latency.
const FILES_EVERY: Duration = Duration::from_millis(10);
/// Kinesis lets consumers read a shard five times a second.
const STREAM_EVERY: Duration = Duration::from_millis(250);

/// So many readings of a stream in a row may fail: others read it too, and then it is busy.
const FAILURES: u32 = 20;

/// Reads what was delivered, as any consumer would.
pub(super) enum Source {
    Files(Tail),
    Stream(Box<Follower>),
}

/// Reads a stream.
pub(super) struct Follower {
    reader: Reader,
    stream: Stream,
    /// In a row, now.
    failures: u32,
}

impl Source {
    /// Begins behind what is there already.
    pub(super) async fn begin(sink: &Sink, settings: &Settings) -> Result<Self> {
        match sink {
            Sink::Files => {
                let folder = settings.exports_folder().0.join(FOLDER);
                Ok(Self::Files(Tail::begin(&folder, DESTINATION)?))
            }
            Sink::Stream(stream) => {
                let reader = stream.read().await?;
                stream.keep_secret(&settings.data)?;
                Ok(Self::Stream(Box::new(Follower {
                    reader,
                    stream: stream.clone(),
                    failures: 0,
                })))
            }
        }
    }

    /// How often there is something to read.
    pub(super) fn every(&self) -> Duration {
        match self {
            Self::Files(_) => FILES_EVERY,
            Self::Stream(..) => STREAM_EVERY,
        }
    }

    /// Where it is, for people.
    pub(super) fn shown(&self) -> String {
        match self {
            Self::Files(tail) => tail.all().display().to_string(),
            Self::Stream(follower) => follower.stream.shown(),
        }
    }

    /// The exports that came since the last call, up to now.
    pub(super) async fn read(self) -> Result<(Self, Vec<Vec<u8>>)> {
        match self {
            Self::Files(mut tail) => {
                let (tail, read) = tokio::task::spawn_blocking(move || {
                    let read = tail.read();
                    (tail, read)
                })
                .await?;
                let lines = read.with_context(|| format!("cannot read {}", tail.newest().display()))?;
                let lines = lines.split(|&byte| byte == b'\n').filter(|line| !line.is_empty());
                let lines = lines.map(<[u8]>::to_vec).collect();
                Ok((Self::Files(tail), lines))
            }
            Self::Stream(mut follower) => {
                let exports = follower.read().await?;
                Ok((Self::Stream(follower), exports))
            }
        }
    }
}

impl Follower {
    async fn read(&mut self) -> Result<Vec<Vec<u8>>> {
        match self.reader.read().await {
            Ok(exports) => {
                self.failures = 0;
                Ok(exports)
            }
            Err(_) if self.failures < FAILURES => {
                self.failures += 1;
                Ok(Vec::new())
            }
            Err(error) => Err(error).with_context(|| format!("cannot read the {}", self.stream.shown())),
        }
    }
}
