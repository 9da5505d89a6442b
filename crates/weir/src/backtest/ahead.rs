//! Reads and parses ahead of what is being decided.
//!
//! Helpers parse blocks when they are free; a block that no helper has begun when it is needed is parsed by who needs
//! it. The order of lines stays.

use super::lines::{Block, Lines};
use anyhow::Result;
use bytes::Bytes;
use ingest::{Crew, Input, Item, Posted, What};
use model::{DatasetId, InletId, Timestamp};
use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use xdm::Door;

/// All inputs, one after another.
pub(super) struct Ahead {
    crew: Crew,
    paths: VecDeque<PathBuf>,
    file: Option<Lines>,
    /// Blocks that were read, in order.
    waiting: VecDeque<Arc<Mutex<Stage>>>,
    /// Why there are no more.
    error: Option<anyhow::Error>,
    entrance: Entrance,
    rooms: Rooms,
}

/// Memory that blocks were in, for those that come: it is there and near already.
#[derive(Clone, Default)]
struct Rooms(Arc<Mutex<Vec<Vec<u8>>>>);

/// Where all messages of a backtest are taken to come in.
#[derive(Clone)]
struct Entrance {
    door: Door,
    inlet: InletId,
}

enum Stage {
    Read(Block),
    Parsed(Parsed),
    Taken,
}

/// A block of lines as inputs. A message without a time of its own is dated [`Timestamp::MIN`].
pub(super) struct Parsed {
    pub(super) path: Arc<Path>,
    pub(super) inputs: Vec<Input>,
    /// The line of each input, within the block.
    pub(super) numbers: Vec<u64>,
    /// Lines that are no messages, ascending, and why.
    pub(super) bad: Vec<(u64, String)>,
    /// How many lines the block has, blank ones too.
    pub(super) lines: u64,
    pub(super) bytes: u64,
}

/// Blocks read ahead for each thread.
const BLOCKS: usize = 3;

impl Ahead {
    pub(super) fn of(paths: &[PathBuf], crew: Crew) -> Result<Self> {
        Ok(Self {
            crew,
            paths: paths.to_vec().into(),
            file: None,
            waiting: VecDeque::new(),
            error: None,
            rooms: Rooms::default(),
            entrance: Entrance {
                door: Door::untyped(DatasetId::new("backtest")?),
                inlet: InletId::new("backtest")?,
            },
        })
    }

    /// The next block, `None` at the end.
    pub(super) fn next(&mut self) -> Result<Option<Parsed>> {
        // Without helpers nobody would look at it earlier.
        let most = match self.crew.threads() {
            1 => 1,
            threads => BLOCKS * threads,
        };
        while self.waiting.len() < most && self.error.is_none() {
            match self.read() {
                Ok(Some(block)) => self.add(block),
                Ok(None) => break,
                // What was read before is decided first.
                Err(error) => self.error = Some(error),
            }
        }
        let Some(first) = self.waiting.pop_front() else {
            return self.error.take().map_or(Ok(None), Err);
        };
        let mut stage = locked(&first);
        stage.parse(&self.entrance, &self.rooms);
        match std::mem::replace(&mut *stage, Stage::Taken) {
            Stage::Parsed(parsed) => Ok(Some(parsed)),
            Stage::Read(_) | Stage::Taken => unreachable!("a block is taken once, after it was parsed"),
        }
    }

    fn read(&mut self) -> Result<Option<Block>> {
        loop {
            if let Some(file) = &mut self.file
                && let Some(block) = file.next(self.rooms.take())?
            {
                return Ok(Some(block));
            }
            let Some(path) = self.paths.pop_front() else {
                return Ok(None);
            };
            self.file = Some(Lines::open(&path)?);
        }
    }

    fn add(&mut self, block: Block) {
        let stage = Arc::new(Mutex::new(Stage::Read(block)));
        let (offered, entrance, rooms) = (Arc::clone(&stage), self.entrance.clone(), self.rooms.clone());
        self.crew.offer(move || locked(&offered).parse(&entrance, &rooms));
        self.waiting.push_back(stage);
    }
}

impl Rooms {
    fn take(&self) -> Vec<u8> {
        self.rooms().pop().unwrap_or_default()
    }

    fn give(&self, room: Vec<u8>) {
        self.rooms().push(room);
    }

    fn rooms(&self) -> MutexGuard<'_, Vec<Vec<u8>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Stage {
    /// Does it unless it is done.
    fn parse(&mut self, entrance: &Entrance, rooms: &Rooms) {
        if let Self::Read(block) = self {
            let parsed = Parsed::of(block, entrance);
            rooms.give(std::mem::take(&mut block.bytes));
            *self = Self::Parsed(parsed);
        }
    }
}

impl Parsed {
    fn of(block: &Block, entrance: &Entrance) -> Self {
        let (lines, count) = block.lines();
        let mut parsed = Self {
            path: Arc::clone(&block.path),
            inputs: Vec::with_capacity(lines.len()),
            numbers: Vec::with_capacity(lines.len()),
            bad: Vec::new(),
            lines: count,
            bytes: block.bytes.len() as u64,
        };
        let mut reader = entrance.door.reader();
        for (number, line) in lines {
            let message = match reader.entity(line) {
                Ok(message) => message,
                Err(bad) => {
                    parsed.bad.push((number, bad.to_string()));
                    continue;
                }
            };
            parsed.numbers.push(number);
            parsed.inputs.push(Input {
                now: message.own_time.unwrap_or(Timestamp::MIN),
                what: What::Item(Item::Posted(Posted {
                    inlet: entrance.inlet.clone(),
                    message,
                    // Nothing is kept here of what cannot be evaluated.
                    raw: Bytes::new(),
                })),
            });
        }
        parsed
    }

    /// Takes out the messages that come before the first that has a time: nothing has set the clock yet.
    pub(super) fn refuse_timeless(&mut self) {
        let timeless = self
            .inputs
            .iter()
            .take_while(|input| input.now == Timestamp::MIN)
            .count();
        self.inputs.drain(..timeless);
        let why = "the first line needs a time: nothing has set the clock yet";
        let refused = self
            .numbers
            .drain(..timeless)
            .map(|number| (number, why.to_owned()));
        self.bad.extend(refused);
        self.bad.sort_unstable();
    }
}

fn locked(stage: &Mutex<Stage>) -> MutexGuard<'_, Stage> {
    // A panic of a helper ends the process; of the caller, the backtest.
    stage.lock().unwrap_or_else(PoisonError::into_inner)
}
