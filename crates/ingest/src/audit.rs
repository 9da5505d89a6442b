//! The loop checks itself: it goes round all profiles for ever, and holds each to the oracle.
//!
//! An audit is no input of a batch: it decides nothing, so it must cost no commit. It has its turn between two batches,
//! when nothing waits; then what is in memory is exactly what is committed. Who is in memory is looked at there, with
//! what is kept for the next step; all others as they are stored, and they do not enter the memory for it.

mod known;
mod pace;
mod round;

pub use pace::Share;

use crate::Core;
use crate::metrics as names;
use crate::unit::panic_text;
use evaluator::{Audit, Difference};
use known::Known;
use metrics::{counter, gauge};
use model::{ProfileId, Timestamp};
use pace::Pace;
use round::Round;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;
use store::Store;
use tokio::sync::watch;
use tokio::time::Instant;

/// One turn takes about as long at most, so that a change that comes meanwhile does not wait for longer. Reading a
/// person with many events is not divided: that takes as long as it does when they are sent a message.
const TURN: Duration = Duration::from_millis(2);
/// How long audits rest when the store cannot be read.
const AFTER_FAILURE: Duration = Duration::from_secs(1);

/// What the audit has come to since the server's start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Audited {
    /// Profiles held to the oracle.
    pub profiles: u64,
    /// Profiles that were left for the next time round: something was due, or a publish had not reached them.
    pub left: u64,
    /// Memberships that are not what the oracle says, each counted whenever it is seen.
    pub differences: u64,
    /// Profiles that could not be read or recomputed.
    pub failures: u64,
    /// Times that everybody was looked at.
    pub rounds: u64,
}

/// Where the audit stands.
pub(crate) struct Auditor {
    store: Store,
    pace: Pace,
    round: Round,
    /// Begun and not at its end.
    open: Option<Audit>,
    known: Known,
    audited: watch::Sender<Audited>,
}

/// Why a profile was not audited.
enum Failure {
    /// The store as a whole cannot be read.
    Store(store::Error),
    /// The profile cannot be.
    Profile(String),
}

impl Auditor {
    pub(crate) fn new(store: Store, share: Share) -> (Self, watch::Receiver<Audited>) {
        let (audited, seen) = watch::channel(Audited::default());
        let now = Instant::now();
        // An alert wants a series that begins at zero.
        for name in [
            names::AUDITED,
            names::AUDIT_LEFT,
            names::AUDIT_DIFFERENCES,
            names::AUDIT_FAILURES,
        ] {
            counter!(name).increment(0);
        }
        let auditor = Self {
            store,
            pace: Pace::new(share, now),
            round: Round::new(now),
            open: None,
            known: Known::default(),
            audited,
        };
        (auditor, seen)
    }

    /// When it has its next turn; `None` is never.
    pub(crate) fn due(&self) -> Option<Instant> {
        self.pace.due()
    }

    /// Audits a profile, or a part of one that takes long. Between two batches, of which the last is committed.
    pub(crate) fn turn(&mut self, core: &Core, now: Timestamp) {
        let begun = Instant::now();
        let before = *self.audited.borrow();
        match self.look(core, now, begun) {
            Ok(()) => self.pace.rest(begun, Instant::now()),
            Err(Failure::Profile(why)) => {
                self.open = None;
                self.audited.send_modify(|audited| audited.failures += 1);
                tracing::error!(
                    why,
                    "a profile could not be audited: it cannot be read, or recomputing it failed inside Weir"
                );
                self.pace.rest(begun, Instant::now());
            }
            Err(Failure::Store(error)) => {
                tracing::warn!(%error, "the store cannot be read: audits rest");
                self.pace.wait_until(Instant::now() + AFTER_FAILURE);
            }
        }
        let after = *self.audited.borrow();
        counter!(names::AUDITED).increment(after.profiles - before.profiles);
        counter!(names::AUDIT_LEFT).increment(after.left - before.left);
        counter!(names::AUDIT_DIFFERENCES).increment(after.differences - before.differences);
        counter!(names::AUDIT_FAILURES).increment(after.failures - before.failures);
    }

    fn look(&mut self, core: &Core, now: Timestamp, begun: Instant) -> Result<(), Failure> {
        let open = match self.open.take() {
            Some(open) => Some(open),
            None => match self.next()? {
                Some(id) => self.begin(core, id, now)?,
                None => None,
            },
        };
        let Some(mut audit) = open else { return Ok(()) };
        let id = audit.profile();
        let done = caught(id, || audit.go_on(|| begun.elapsed() < TURN))?;
        if done {
            self.end(id, &audit.differences());
        } else {
            self.open = Some(audit);
        }
        Ok(())
    }

    /// Who is next; nobody when a round is at its end, and the next is not to begin yet.
    fn next(&mut self) -> Result<Option<ProfileId>, Failure> {
        if let Some(id) = self.round.next(&self.store).map_err(Failure::Store)? {
            return Ok(Some(id));
        }
        let (took, again) = self.round.end(Instant::now());
        self.audited.send_modify(|audited| audited.rounds += 1);
        gauge!(names::AUDIT_ROUND).set(took.as_secs_f64());
        self.pace.wait_until(again);
        Ok(None)
    }

    /// Begins with a profile; `None` if it is left for the next time round, or is no more.
    fn begin(&mut self, core: &Core, id: ProfileId, now: Timestamp) -> Result<Option<Audit>, Failure> {
        let rules = core.rules();
        let begun = if let Some(state) = core.cache.peek(id) {
            caught(id, || Audit::of_live(rules, state, now))?
        } else {
            let loaded = match self.store.load(&[id]) {
                Ok(mut loaded) => loaded.pop().flatten(),
                Err(error @ store::Error::Corrupt { .. }) => return Err(Failure::Profile(error.to_string())),
                Err(error) => return Err(Failure::Store(error)),
            };
            // Another one has absorbed it since the page was read.
            let Some(profile) = loaded else { return Ok(None) };
            caught(id, || Audit::of_stored(rules, profile, now))?
        };
        if begun.is_none() {
            self.audited.send_modify(|audited| audited.left += 1);
        }
        Ok(begun)
    }

    fn end(&mut self, id: ProfileId, differences: &[Difference]) {
        self.audited.send_modify(|audited| {
            audited.profiles += 1;
            audited.differences += differences.len() as u64;
        });
        for new in self.known.news(id, differences) {
            tracing::error!(
                profile.no = %id,
                segment.no = %new.segment,
                segment.id = new.id.as_ref().map(tracing::field::display),
                segment.hidden = new.hidden,
                stored = new.held,
                in_memory = new.found,
                recomputed = new.holds,
                "a profile is not where its data says: this is a defect of Weir, or the store was changed by somebody else; \
                 report it with what `weir why` says of the person, and restart the server, after which the next change of \
                 the profile puts it right"
            );
        }
    }
}

/// Does it, and takes a panic for what it is: a defect that must cost no change.
fn caught<T>(id: ProfileId, work: impl FnOnce() -> T) -> Result<T, Failure> {
    let outcome = catch_unwind(AssertUnwindSafe(work));
    outcome.map_err(|panic| Failure::Profile(format!("profile {id}: {}", panic_text(panic.as_ref()))))
}

#[cfg(test)]
mod tests;
