//! Dead letters: found, sent again as recorded, and purged.

use crate::committer::Work;
use crate::engine::Read;
use crate::error::Result;
use crate::keys::{DEAD_LETTERS, after};
use crate::outbox;
use crate::queue::Room;
use crate::settlement::DeadLetter;
use crate::shared::locked;
use crate::store::Store;
use model::{DataflowNo, DeadReason, ExportSeq, SegmentId, Timestamp};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

/// Names a dead letter.
pub type LetterKey = (DataflowNo, ExportSeq);

/// Which dead letters are wanted; what is `None` is not asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sought {
    /// Of this dataflow.
    pub dataflow: Option<DataflowNo>,
    /// That died of this.
    pub reason: Option<DeadReason>,
    /// That died at this instant or later.
    pub since: Option<Timestamp>,
    /// That died before this instant.
    pub before: Option<Timestamp>,
    /// That show or tell of this segment.
    pub segment: Option<SegmentId>,
}

impl Sought {
    /// Whether it asks for this letter.
    pub fn wants(&self, letter: &DeadLetter) -> bool {
        let export = &letter.export;
        let of_segment = |segment: &SegmentId| {
            export.memberships.iter().any(|shown| shown.segment == *segment)
                || export.transitions.iter().any(|told| told.segment == *segment)
        };
        self.dataflow
            .is_none_or(|dataflow| export.lane.dataflow == dataflow)
            && self.reason.is_none_or(|reason| letter.reason == reason)
            && self.since.is_none_or(|since| letter.at >= since)
            && self.before.is_none_or(|before| letter.at < before)
            && self.segment.as_ref().is_none_or(of_segment)
    }
}

/// Some of the letters that were sought.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LetterPage {
    /// By dataflow, then in the order of decision.
    pub letters: Vec<(LetterKey, DeadLetter)>,
    /// Where to go on; `None` if all were looked at. A page can be empty and yet not the last.
    pub next: Option<LetterKey>,
}

/// Why a dead letter cannot be sent again as recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unreplayable {
    /// It is not there (any more).
    Gone,
    /// A newer revision of the profile was delivered, or is pending: the consumer would end on old data.
    Overtaken,
    /// Its profile was absorbed by another: no consumer may hear of it any more.
    Absorbed,
    /// The queue is at 80 % of its bound: later, perhaps.
    NoRoom,
}

/// What became, or would become, of a replay.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Replayed {
    /// Letters that are pending again.
    pub replayed: u64,
    /// Letters that stay what they are, by reason.
    pub refused: BTreeMap<Unreplayable, u64>,
}

/// Rows looked at in one read.
const PAGE: usize = 256;

impl Store {
    /// The letters that are sought from `from` on (included): at most `limit`, after having looked at no more than
    /// `look` of all kinds. Committed data.
    pub fn letters(&self, sought: &Sought, from: LetterKey, limit: usize, look: usize) -> Result<LetterPage> {
        let mut page = LetterPage::default();
        let mut range = DEAD_LETTERS.from(&from);
        if let Some(dataflow) = sought.dataflow {
            let of_it = DEAD_LETTERS.prefix(&dataflow);
            range = range.start.max(of_it.start)..of_it.end;
        }
        let mut looked = 0;
        while range.start < range.end {
            let rows = self.read(|rows| DEAD_LETTERS.scan(rows, range.clone(), PAGE, false))?;
            let whole = rows.len() < PAGE;
            for (key, letter) in rows {
                if looked == look || page.letters.len() == limit {
                    page.next = Some(key);
                    return Ok(page);
                }
                looked += 1;
                range.start = after(&DEAD_LETTERS.key(&key));
                if sought.wants(&letter) {
                    page.letters.push((key, letter));
                }
            }
            if whole {
                break;
            }
        }
        Ok(page)
    }

    /// One dead letter.
    pub fn letter(&self, key: LetterKey) -> Result<Option<DeadLetter>> {
        self.read(|rows| DEAD_LETTERS.get(rows, &key))
    }

    /// What a replay of these letters would do now ([`JobOp::Replay`] does it).
    ///
    /// [`JobOp::Replay`]: crate::JobOp::Replay
    pub fn replay_check(&self, letters: &[LetterKey]) -> Result<Replayed> {
        let mut told = Replayed::default();
        for &key in letters {
            let refused = self.read(|rows| refusal(rows, key))?;
            let no_room = (self.room(key.0) != Room::Ok).then_some(Unreplayable::NoRoom);
            told.note(refused.or(no_room));
        }
        Ok(told)
    }

    /// Deletes dead letters; those that are gone are passed over. How they died stays counted in the account.
    /// Gives how many there were.
    pub async fn purge(&self, letters: Vec<LetterKey>) -> Result<u64> {
        let told = Arc::new(Mutex::new(0));
        self.ask(Work::Purge(letters, Arc::clone(&told))).await?;
        let told = *locked(&told);
        Ok(told)
    }
}

impl Replayed {
    pub(crate) fn note(&mut self, refused: Option<Unreplayable>) {
        match refused {
            None => self.replayed += 1,
            Some(why) => *self.refused.entry(why).or_default() += 1,
        }
    }

    /// Adds what became of more letters.
    pub fn add(&mut self, more: &Self) {
        self.replayed += more.replayed;
        for (&why, count) in &more.refused {
            *self.refused.entry(why).or_default() += count;
        }
    }
}

fn refusal<R: Read + ?Sized>(rows: &R, key: LetterKey) -> Result<Option<Unreplayable>> {
    let letter = DEAD_LETTERS.get(rows, &key)?;
    letter.map_or(Ok(Some(Unreplayable::Gone)), |letter| {
        outbox::unreplayable(rows, &letter.export)
    })
}
