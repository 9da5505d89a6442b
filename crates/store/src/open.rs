//! Opens a store: one writer, a known format, the numbers it stopped at.

use crate::claims::Claims;
use crate::committer::Committer;
use crate::desk::Desks;
use crate::engine::{Batch, Change, Engine, EngineKind, Key, Reopen};
use crate::error::{Error, Result};
use crate::format;
use crate::inbox::inbox;
use crate::incarnation;
use crate::keys::{META, Write};
use crate::lock::FolderLock;
use crate::meta::Meta;
use crate::options::Options;
use crate::queue::Queues;
use crate::recount;
use crate::shared::{Shared, load_meta};
use crate::store::Store;
use crate::thread::EngineThread;
use crate::unfinished::Unfinished;
use crate::wake::Wakes;
use std::path::Path;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, RwLock};

/// Opens the store in `folder`, or makes one there. Brings an older format to the current one first. The store
/// is closed when all handles and the committer are gone.
pub fn open(folder: &Path, options: &Options) -> Result<(Store, Committer)> {
    std::fs::create_dir_all(folder).map_err(Error::io("make", folder))?;
    let lock = FolderLock::take(folder)?;
    Unfinished::check(folder)?;
    let wanted = options.engine;
    match EngineKind::of(folder)? {
        Some(found) if found != wanted => {
            let folder = folder.to_owned();
            Err(Error::OtherEngine {
                folder,
                found,
                wanted,
            })
        }
        _ => assemble(wanted.place(folder, options), options, Some(lock)),
    }
}

/// Opens the store that an engine holds, or makes one there. Keeping others away is the caller's affair.
pub fn open_on(place: Box<dyn Reopen>, options: &Options) -> Result<(Store, Committer)> {
    assemble(place, options, None)
}

fn assemble(
    place: Box<dyn Reopen>,
    options: &Options,
    lock: Option<FolderLock>,
) -> Result<(Store, Committer)> {
    let engine = place.open()?;
    recount::run(&*engine)?;
    let before = format::read(&*engine)?;
    if !format::check(&*engine)? {
        begin(&*engine)?;
    }
    incarnation::finish(&*engine)?;
    if before != Some(migrations::FORMAT) {
        // Programs of an older format would look into the engine alone: there they find that the format is not theirs.
        engine.catch_up()?;
    }
    let meta = load_meta(&*engine)?;
    let queues = Queues::load(&*engine, options.queues)?;
    let thread = engine.waits().then(EngineThread::start).transpose()?;
    let shared = Arc::new(Shared {
        place,
        engine: RwLock::new(Some(engine)),
        generation: AtomicU64::new(0),
        meta: Mutex::new(meta),
        failure: Mutex::new(None),
        claims: Mutex::new(Claims::default()),
        queues: Mutex::new(queues),
        desks: Desks::default(),
        timers: Mutex::default(),
        wakes: Wakes::default(),
        min_free_bytes: options.min_free_bytes,
        missing: Mutex::new(None),
        _lock: lock,
    });
    let (slots, inbox) = inbox();
    let committer = Committer {
        shared: Arc::clone(&shared),
        inbox,
        thread,
    };
    Ok((Store { shared, slots }, committer))
}

/// The first rows of a new store.
fn begin(engine: &dyn Engine) -> Result<()> {
    let mut first = Batch::default();
    format::write(&mut first, migrations::FORMAT);
    META.put(&mut first, &(), &Meta::first(0))?;
    engine.commit(first)
}

impl Write for Batch {
    fn write(&mut self, key: Key, change: Change) {
        self.write(key, change);
    }
}
