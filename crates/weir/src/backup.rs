//! `weir backup` and `weir restore`: the whole store in one file, and back.

use crate::client::{Client, Server};
use crate::exit::End;
use crate::settings::{Settings, Where};
use crate::store_command::{open, say};
use crate::{folder, serve};
use anyhow::{Context, Result, ensure};
use axum::body::Bytes;
use clap::Args;
use model::{Clock, SystemClock};
use std::io::{self, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;
use store::{Dumped, Error};
use tokio::runtime::Runtime;
use tokio::time::Instant;

/// Save the whole store in one file, also while the server runs.
///
/// A server that runs on the data folder, or the one of --server, is asked for it and goes on with its work; the file has
/// everything that was acknowledged when the command began. Without a server the store is read where it is. The
/// file appears under its name when it is whole, on the disk, and was read back. Definitions are in it, the exports
/// folder, the admin token and secrets are not: docs/backup.md.
#[derive(Debug, Args)]
pub(crate) struct BackupArgs {
    #[command(flatten)]
    server: Server,
    /// The file to write; it must not be there yet.
    #[arg(value_name = "FILE")]
    to: PathBuf,
}

/// Bring a backup back into a data folder that has no store.
///
/// The whole file is checked before anything is written. The engine is that of the settings. The store becomes a new
/// incarnation: revisions of exports go on above all that may have been sent since it was saved. What was sent after the
/// backup may be sent once more.
#[derive(Debug, Args)]
pub(crate) struct RestoreArgs {
    #[command(flatten)]
    place: Where,
    /// The file that `weir backup` wrote.
    #[arg(value_name = "FILE")]
    from: PathBuf,
    /// The log of a store whose engine is lost, such as `weir-data/store/log`: what was committed after the backup is done
    /// again. It must reach back to the backup, for which there is the setting `store.keep_log`.
    #[arg(long, value_name = "FOLDER")]
    log: Option<PathBuf>,
}

/// A server that sends nothing for so long is gone.
const PATIENCE: Duration = Duration::from_mins(1);
/// Between two lines of progress, and on a terminal.
const EVERY: [Duration; 2] = [Duration::from_secs(10), Duration::from_millis(200)];

pub(crate) fn run(args: &BackupArgs) -> Result<End> {
    let to = &args.to;
    ensure!(
        !to.exists(),
        "{} is there already: name another file",
        to.display()
    );
    let mut progress = Progress::of("saved");
    let dumped = match here(&args.server)? {
        Some(store) => store.backup(to, |so_far| progress.tell(so_far))?,
        None => ask(&args.server, to, &mut progress)?,
    };
    progress.end();
    say(&format!(
        "saved {} in {}, and read back",
        in_words(dumped),
        to.display()
    ))
}

/// The store in the data folder, if no server is named and none runs there.
fn here(server: &Server) -> Result<Option<store::Store>> {
    if server.url.is_some() {
        return Ok(None);
    }
    let settings = server.place.settings()?;
    let error = match open(&settings) {
        Ok(store) => return Ok(Some(store)),
        Err(error) => error,
    };
    let locked = matches!(error.downcast_ref(), Some(Error::Locked { .. }));
    if locked && folder::read_address(&settings.data).is_ok() {
        return Ok(None);
    }
    Err(error)
}

/// Has the server send it.
fn ask(server: &Server, to: &Path, progress: &mut Progress) -> Result<Dumped> {
    let runtime = serve::runtime()?;
    let client = Client::of(server)?;
    let answer = runtime.block_on(client.open("/api/backup"))?;
    let arriving = Arriving {
        runtime: &runtime,
        answer,
        rest: Bytes::new(),
    };
    store::receive(arriving, to, |so_far| progress.tell(so_far)).map_err(Into::into)
}

/// The body of an answer, read as it comes.
struct Arriving<'a> {
    runtime: &'a Runtime,
    answer: reqwest::Response,
    rest: Bytes,
}

impl Read for Arriving<'_> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        while self.rest.is_empty() {
            let next = async { tokio::time::timeout(PATIENCE, self.answer.chunk()).await };
            self.rest = match self.runtime.block_on(next) {
                Ok(Ok(Some(part))) => part,
                Ok(Ok(None)) => return Ok(0),
                Ok(Err(error)) => {
                    let why = "the server broke off; its log says why";
                    return Err(io::Error::other(format!("{why} ({error})")));
                }
                Err(_) => return Err(io::Error::other("the server has sent nothing for a minute")),
            };
        }
        let part = self.rest.split_to(self.rest.len().min(bytes.len()));
        bytes[..part.len()].copy_from_slice(&part);
        Ok(part.len())
    }
}

pub(crate) fn restore(args: &RestoreArgs) -> Result<End> {
    let settings: Settings = args.place.settings()?;
    let folder = settings.store_folder();
    folder::make(&settings.data)?;
    let (options, now) = (settings.store_options(), SystemClock.now());
    let mut progress = Progress::of("restored");
    let log = args.log.as_deref();
    let restored = store::restore(&args.from, log, &folder, &options, now, |so_far| {
        progress.tell(so_far);
    });
    let restored = restored.with_context(|| format!("{} was not brought back", args.from.display()))?;
    progress.end();
    let behind = match log {
        Some(_) => format!(", and {} commits behind it,", restored.records),
        None => String::new(),
    };
    let (saved, folder) = (in_words(restored.dumped), folder.display());
    say(&format!("brought back {saved}{behind} into {folder}"))
}

fn in_words(dumped: Dumped) -> String {
    let Dumped {
        format,
        rows,
        changes,
        bytes,
    } = dumped;
    format!("{rows} rows and {changes} changes of them ({bytes} bytes, format {format})")
}

/// Says on stderr how far it is.
struct Progress {
    done: &'static str,
    terminal: bool,
    last: Instant,
    told: bool,
}

impl Progress {
    fn of(done: &'static str) -> Self {
        Self {
            done,
            terminal: io::stderr().is_terminal(),
            last: Instant::now(),
            told: false,
        }
    }

    fn tell(&mut self, so_far: Dumped) {
        if self.last.elapsed() < EVERY[usize::from(self.terminal)] {
            return;
        }
        self.last = Instant::now();
        self.told = true;
        let Dumped {
            rows, changes, bytes, ..
        } = so_far;
        let text = format!(
            "{} {rows} rows, {changes} changes, {} MiB",
            self.done,
            bytes >> 20
        );
        let mut to = io::stderr();
        // Who cannot see it does without.
        drop(if self.terminal {
            write!(to, "\r{text:<70}").and_then(|()| to.flush())
        } else {
            writeln!(to, "{text}")
        });
    }

    /// Leaves the line of the terminal.
    fn end(&self) {
        if self.told && self.terminal {
            drop(writeln!(io::stderr()));
        }
    }
}
