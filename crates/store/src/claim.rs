//! Claim and release: what the sending half takes from the outbox.

use crate::claims::{Claims, Flight, Holder};
use crate::engine::Read;
use crate::error::{Error, Result};
use crate::keys::{EXPORTS, FRESH, LANES, Ticket};
use crate::settlement::Claimed;
use crate::shared::locked;
use crate::store::Store;
use model::{Class, ExportSeq, Lane, Timestamp};
use std::ops::Range;
use std::sync::Mutex;

/// Rows looked at in one read by who takes them, and by who asks for the first.
const PAGE: usize = 256;
const FEW: usize = 4;

impl Store {
    /// Takes up to `records` exports of `lane` that are due at `now`, retries first (earliest due first), then
    /// fresh ones in order of decision, and marks them in flight. Stops before the one that would bring their
    /// stored rows over `bytes`, but takes one in any case. At most one of a profile is ever in flight. Takes none
    /// while the dataflow keeps all the dead letters it may: what fails could not be kept.
    pub fn claim(&self, lane: Lane, now: Timestamp, records: usize, bytes: usize) -> Result<Vec<Claimed>> {
        if self.letters_full(lane.dataflow) {
            return Ok(Vec::new());
        }
        let claims = &self.shared.claims;
        // No batch becomes visible while this reads: what is there and free at its end is there to be taken. So the
        // claims of other lanes need not wait for the reading.
        self.read(|rows| {
            let from = locked(claims).position(lane);
            let mut taking = Taking {
                rows,
                claims,
                lane,
                records,
                bytes,
                used: 0,
                taken: Vec::new(),
            };
            let retries = taking.take(retries(lane, now))?;
            let next = if retries.full {
                None
            } else {
                taking.take(fresh(lane, from.seq))?.next
            };
            let mut claims = locked(claims);
            let mut taken = Vec::with_capacity(taking.taken.len());
            for (claimed, flight) in taking.taken {
                if claims.hold(claimed.seq, Holder::Flight(flight)) {
                    taken.push(claimed);
                }
            }
            if let Some(next) = next {
                claims.advance(lane, from, next);
            }
            Ok(taken)
        })
    }

    /// Waits until what came back from the destinations of this class is being written: who claimed faster than it
    /// is would only fill the memory.
    pub async fn caught_up(&self, class: Class) {
        drop(self.shared.desks.of(class).acquire().await);
    }

    /// Gives back exports that were claimed and not sent. Their rows are as they were.
    pub fn release(&self, exports: &[ExportSeq]) {
        let mut claims = locked(&self.shared.claims);
        for &seq in exports {
            claims.release(seq);
        }
    }

    /// The earliest instant at which `lane` has something to claim: `Timestamp::MIN` if it has a fresh export
    /// now, `None` if all there is is in flight, or may not be claimed for dead letters.
    pub fn next_due(&self, lane: Lane) -> Result<Option<Timestamp>> {
        if self.letters_full(lane.dataflow) {
            return Ok(None);
        }
        let claims = &self.shared.claims;
        self.read(|rows| {
            let from = locked(claims).position(lane);
            match first_free(rows, claims, fresh(lane, from.seq))? {
                Some(due) => Ok(Some(due)),
                None => first_free(rows, claims, retries(lane, Timestamp::MAX)),
            }
        })
    }
}

/// A claim being filled.
struct Taking<'a, R: ?Sized> {
    rows: &'a R,
    claims: &'a Mutex<Claims>,
    lane: Lane,
    records: usize,
    bytes: usize,
    used: usize,
    taken: Vec<(Claimed, Flight)>,
}

/// How far a claim came in a range.
#[derive(Default)]
struct Reached {
    /// An export was left there for want of room.
    full: bool,
    /// The first export of the range that may still be free.
    next: Option<ExportSeq>,
}

impl<R: Read + ?Sized> Taking<'_, R> {
    /// Takes what is free in `range`, as far as there is room.
    fn take(&mut self, range: Range<Vec<u8>>) -> Result<Reached> {
        let mut reached = Reached::default();
        let left = for_each(self.rows, self.claims, range, PAGE, |seq, due, ticket, free| {
            if free && !self.take_one(seq, due, &ticket)? {
                return Ok(Some(seq));
            }
            reached.next = Some(seq.next());
            Ok(None)
        })?;
        if left.is_some() {
            reached.full = true;
            reached.next = left;
        }
        Ok(reached)
    }

    /// Takes the export if there is room.
    fn take_one(&mut self, seq: ExportSeq, due: Timestamp, ticket: &Ticket) -> Result<bool> {
        if self.taken.len() >= self.records {
            return Ok(false);
        }
        let Some((queued, size)) = EXPORTS.get_sized(self.rows, &(self.lane.dataflow, seq))? else {
            return Err(Error::Corrupt {
                space: "lanes",
                key: format!("export {seq} of dataflow {}", self.lane.dataflow),
                why: "its export is missing",
            });
        };
        if !self.taken.is_empty() && self.used + size > self.bytes {
            return Ok(false);
        }
        self.used += size;
        let flight = Flight {
            lane: self.lane,
            profile: ticket.profile,
            revision: queued.export.revision,
            bytes: size,
            due,
            alone: ticket.alone,
        };
        let claimed = Claimed {
            seq,
            export: queued.export,
            attempts: ticket.attempts,
            throttled_since: ticket.throttled_since,
            bytes: size,
        };
        self.taken.push((claimed, flight));
        Ok(true)
    }
}

fn first_free<R: Read + ?Sized>(
    rows: &R,
    claims: &Mutex<Claims>,
    range: Range<Vec<u8>>,
) -> Result<Option<Timestamp>> {
    for_each(
        rows,
        claims,
        range,
        FEW,
        |_, due, _, free| Ok(free.then_some(due)),
    )
}

/// Shows lane rows to `see` in order, and whether nobody holds them, `limit` at a time, until it returns something.
fn for_each<R: Read + ?Sized, T>(
    rows: &R,
    claims: &Mutex<Claims>,
    mut range: Range<Vec<u8>>,
    limit: usize,
    mut see: impl FnMut(ExportSeq, Timestamp, Ticket, bool) -> Result<Option<T>>,
) -> Result<Option<T>> {
    loop {
        let page = LANES.scan(rows, range.clone(), limit, false)?;
        let whole = page.len() < limit;
        if let Some(((dataflow, class, due, seq), _)) = page.last() {
            range.start = LANES.key(&(*dataflow, *class, *due, seq.next())).to_vec();
        }
        let free: Vec<bool> = {
            let claims = locked(claims);
            page.iter().map(|((.., seq), _)| claims.is_free(*seq)).collect()
        };
        for (((_, _, due, seq), ticket), free) in page.into_iter().zip(free) {
            if let Some(found) = see(seq, due, ticket, free)? {
                return Ok(Some(found));
            }
        }
        if whole {
            return Ok(None);
        }
    }
}

fn fresh(lane: Lane, from: ExportSeq) -> Range<Vec<u8>> {
    let Lane { dataflow, class } = lane;
    let end = LANES.prefix(&(dataflow, class, FRESH)).end;
    LANES.key(&(dataflow, class, FRESH, from)).to_vec()..end
}

fn retries(lane: Lane, upto: Timestamp) -> Range<Vec<u8>> {
    let Lane { dataflow, class } = lane;
    let start = LANES.prefix(&(dataflow, class, FRESH)).end;
    start..LANES.prefix(&(dataflow, class, upto)).end
}
