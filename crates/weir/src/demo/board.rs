//! What is known of a running demo: what was answered, what was delivered, and what the server says of itself.

mod asked;
mod history;
mod latencies;
mod ticker;
pub(super) mod view;

pub(super) use latencies::Percentiles;
pub(super) use ticker::Moment;
pub(super) use view::{Segment, Trend, View};

use super::admin::Said;
use super::tail::Line;
use asked::Asked;
use history::History;
use latencies::Samples;
use model::{Account, SegmentId, Status, Timestamp};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use ticker::Ticker;
use tokio::time::Instant;

/// Shared by those who find out and those who show.
#[derive(Debug)]
pub(super) struct Board(Mutex<State>);

#[derive(Debug)]
struct State {
    started: Instant,
    /// The same instant on the clock that the server goes by.
    since: Timestamp,
    totals: Totals,
    history: History,
    said: Said,
    asked: Asked,
    answers: Samples,
    deliveries: Samples,
    exits: Samples,
    segments: Vec<SegmentTotal>,
    /// By profile, the highest revision: a consumer ignores what is not above it.
    revisions: HashMap<String, String>,
    ticker: Ticker,
}

/// Counts since the demo began.
#[derive(Clone, Debug, Default)]
struct Totals {
    accepted: u64,
    bad: u64,
    /// Requests that were answered 503, and sent again.
    busy: u64,
    exported: u64,
    merged: u64,
}

#[derive(Clone, Debug)]
struct SegmentTotal {
    id: SegmentId,
    name: String,
    entered: u64,
    exited: u64,
}

/// A request that is on its way.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sent {
    at: Timestamp,
    clock: Instant,
}

/// What a request was answered, message by message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) accepted: u64,
    pub(super) bad: u64,
}

impl Board {
    /// A board of mapped segments (id and name), in the order in which they are shown.
    pub(super) fn new(segments: Vec<(SegmentId, String)>, since: Timestamp) -> Self {
        let total = |(id, name)| SegmentTotal {
            id,
            name,
            entered: 0,
            exited: 0,
        };
        let segments: Vec<_> = segments.into_iter().map(total).collect();
        Self(Mutex::new(State {
            started: Instant::now(),
            since,
            totals: Totals::default(),
            history: History::new(segments.len()),
            said: Said::default(),
            asked: Asked::default(),
            answers: Samples::default(),
            deliveries: Samples::default(),
            exits: Samples::default(),
            segments,
            revisions: HashMap::new(),
            ticker: Ticker::default(),
        }))
    }

    /// A request about the people with these names leaves at `at`.
    pub(super) fn sent(&self, names: &[&str], at: Timestamp) -> Sent {
        self.state().asked.sent(names, at);
        Sent {
            at,
            clock: Instant::now(),
        }
    }

    /// Its answer came at `at`.
    pub(super) fn answered(&self, names: &[&str], sent: Sent, answer: Answer, at: Timestamp) {
        let mut state = self.state();
        state.asked.answered(names, sent.at, at);
        state.answers.add(sent.clock.elapsed());
        state.totals.accepted += answer.accepted;
        state.totals.bad += answer.bad;
    }

    /// It was told at `at` that there is no room.
    pub(super) fn busy(&self, names: &[&str], sent: Sent, at: Timestamp) {
        let mut state = self.state();
        state.asked.answered(names, sent.at, at);
        state.totals.busy += 1;
    }

    /// A line was read at `at`.
    pub(super) fn delivered(&self, line: &Line, at: Timestamp) {
        self.state().delivered(line, at);
    }

    /// Once a second: what the server says, and all counts as of now. They are shown together, because they are
    /// compared with each other.
    pub(super) fn tick(&self, said: Said, now: Timestamp) {
        let mut state = self.state();
        state.said = said;
        state.count();
        // No delivery takes so long that these would still be needed.
        state.asked.forget(now - model::Duration::from_millis(60_000));
    }

    /// The account when nothing is decided any more.
    pub(super) fn settled(&self, account: Account) {
        self.state().said.account = account;
    }

    /// The last word: what was read since the last tick counts too.
    pub(super) fn finish(&self) {
        self.state().count();
    }

    /// Everything there is to show.
    pub(super) fn view(&self) -> View {
        View::of(&self.state())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn delivered(&mut self, line: &Line, at: Timestamp) {
        let known = self.revisions.entry(line.envelope.profile.clone()).or_default();
        if line.envelope.revision <= *known {
            return;
        }
        known.clone_from(&line.envelope.revision);
        self.totals.exported += 1;
        self.totals.merged += line.envelope.merged.len() as u64;
        let by_clock = self.measure(line, at);
        for transition in &line.envelope.transitions {
            let Some(segment) = self
                .segments
                .iter_mut()
                .find(|segment| segment.id == transition.segment)
            else {
                continue;
            };
            match transition.status {
                Status::Realized => segment.entered += 1,
                Status::Exited => segment.exited += 1,
            }
            let moment = || Moment::new(transition, line.who(), segment.name.clone(), by_clock);
            self.ticker
                .offer((&transition.segment, transition.status), at, moment);
        }
    }

    /// Measures a delivery from the answer to the message that caused it, or, if none did, from the instant at
    /// which time alone did. Gives whether time did.
    fn measure(&mut self, line: &Line, at: Timestamp) -> bool {
        let Some(decided) = line.decided() else {
            return false;
        };
        let Some(request) = self.asked.find(line.identities(), decided) else {
            // What fell due while nothing ran was late before the demo began.
            if decided >= self.since {
                self.exits.add(at.since(decided).std());
            }
            return true;
        };
        // Read back before the answer was: nobody waited.
        let waited = request
            .answered
            .map_or(Duration::ZERO, |answered| at.since(answered).std());
        self.deliveries.add(waited);
        false
    }

    /// Writes the counters down, in the order in which [`View`] takes them out.
    fn count(&mut self) {
        let mut counts = vec![self.totals.accepted, self.said.steps, self.totals.exported];
        counts.extend(
            self.segments
                .iter()
                .flat_map(|segment| [segment.entered, segment.exited]),
        );
        self.history.tick(counts, Instant::now());
    }
}

#[cfg(test)]
mod tests;
