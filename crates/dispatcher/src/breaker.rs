//! The breaker of a destination: closed while calls go through, open while the endpoint cannot be used.
//!
//! It is a plain state machine; who holds it says what time it is.

use crate::Verdict;
use crate::retry::before_probe;
use model::{ExportSeq, Timestamp};
use std::collections::BTreeSet;
use tokio::time::Instant;

/// Failed calls in a row, with exports of their own each, that open the breaker.
const FAILED_CALLS: usize = 3;

/// Whether a call may be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Gate {
    /// Yes.
    Pass,
    /// One, to see whether the endpoint is back.
    Probe,
    /// Not before this instant.
    Shut(Instant),
}

/// What people see of a breaker.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum BreakerView {
    /// Calls go through.
    #[default]
    Closed,
    /// Exports wait.
    Open {
        /// When it opened.
        since: Timestamp,
        /// What the destination said last.
        why: String,
    },
}

/// How a call ended, as the breaker sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// The endpoint took or refused something: it is there.
    Answered,
    /// It is there and asks to slow down.
    Throttled,
    /// All exports failed.
    Failed(String),
    /// The endpoint cannot be used.
    Away(String),
}

impl End {
    /// Judges the verdicts of one call.
    pub(crate) fn of(verdicts: &[Verdict]) -> Self {
        let answer = |v: &Verdict| v.answer().to_owned();
        if let Some(away) = verdicts.iter().find(|v| matches!(v, Verdict::Endpoint { .. })) {
            return Self::Away(answer(away));
        }
        if verdicts
            .iter()
            .any(|v| matches!(v, Verdict::Delivered | Verdict::Refused { .. }))
        {
            return Self::Answered;
        }
        match verdicts.iter().find(|v| matches!(v, Verdict::Transient { .. })) {
            Some(failed) if !verdicts.iter().any(|v| matches!(v, Verdict::Throttled { .. })) => {
                Self::Failed(answer(failed))
            }
            _ => Self::Throttled,
        }
    }
}

/// What a call did to the breaker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// Nothing.
    None,
    /// It opened.
    Opened,
    /// It closed.
    Closed,
}

#[derive(Debug, Default)]
pub(crate) struct Breaker {
    /// The last failed calls without an answered one in between, no export in two of them.
    streak: Vec<BTreeSet<ExportSeq>>,
    open: Option<Open>,
}

#[derive(Debug)]
struct Open {
    since: Timestamp,
    why: String,
    failed_probes: u32,
    next: Instant,
    /// Whether a probe is on its way.
    probing: bool,
    /// What was sent as a probe and failed by itself: another export goes first the next time, so that one
    /// which no endpoint would take cannot keep the breaker open for ever.
    tried: BTreeSet<ExportSeq>,
}

impl Breaker {
    /// Whether it is open.
    pub(crate) fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// What people see.
    pub(crate) fn view(&self) -> BreakerView {
        self.open
            .as_ref()
            .map_or(BreakerView::Closed, |open| BreakerView::Open {
                since: open.since,
                why: open.why.clone(),
            })
    }

    /// Whether a call may be made now.
    pub(crate) fn gate(&self, now: Instant) -> Gate {
        match &self.open {
            None => Gate::Pass,
            Some(open) if open.probing => Gate::Shut(now + before_probe(0)),
            Some(open) if open.next > now => Gate::Shut(open.next),
            Some(_) => Gate::Probe,
        }
    }

    /// Takes the one probe; whoever took it calls [`Breaker::ended`] or [`Breaker::probe_not_sent`].
    pub(crate) fn take_probe(&mut self) {
        if let Some(open) = &mut self.open {
            open.probing = true;
        }
    }

    /// Gives an unused probe back.
    pub(crate) fn probe_not_sent(&mut self) {
        if let Some(open) = &mut self.open {
            open.probing = false;
        }
    }

    /// Of exports that could be sent as the probe, the one to send: the first not yet tried, else the first.
    pub(crate) fn choose(&mut self, seqs: &[ExportSeq]) -> Option<ExportSeq> {
        let (open, first) = (self.open.as_mut()?, *seqs.first()?);
        let fresh = seqs.iter().find(|seq| !open.tried.contains(seq)).copied();
        if fresh.is_none() {
            open.tried.clear();
        }
        Some(fresh.unwrap_or(first))
    }

    /// Judges a call. To be asked before attempts are counted: a call that opens the breaker uses none.
    pub(crate) fn ended(
        &mut self,
        seqs: impl Iterator<Item = ExportSeq>,
        end: &End,
        probe: bool,
        now: Instant,
        at: Timestamp,
    ) -> Change {
        let seqs: BTreeSet<ExportSeq> = seqs.collect();
        match &mut self.open {
            None => self.ended_closed(seqs, end, now, at),
            Some(open) if probe => {
                open.probing = false;
                let why = match end {
                    End::Answered | End::Throttled => {
                        self.open = None;
                        return Change::Closed;
                    }
                    End::Failed(why) => {
                        open.tried.extend(seqs);
                        why
                    }
                    End::Away(why) => why,
                };
                open.why.clone_from(why);
                open.failed_probes += 1;
                open.next = now + before_probe(open.failed_probes);
                Change::None
            }
            // A call that began before the breaker opened proves nothing about the endpoint now.
            Some(_) => Change::None,
        }
    }

    fn ended_closed(&mut self, seqs: BTreeSet<ExportSeq>, end: &End, now: Instant, at: Timestamp) -> Change {
        let why = match end {
            End::Throttled => return Change::None,
            End::Answered => {
                self.streak.clear();
                return Change::None;
            }
            End::Failed(why) => {
                self.streak.retain(|earlier| earlier.is_disjoint(&seqs));
                self.streak.push(seqs);
                if self.streak.len() < FAILED_CALLS {
                    return Change::None;
                }
                why
            }
            End::Away(why) => why,
        };
        self.streak.clear();
        self.open = Some(Open {
            since: at,
            why: why.clone(),
            failed_probes: 0,
            next: now + before_probe(0),
            probing: false,
            tried: BTreeSet::new(),
        });
        Change::Opened
    }
}

#[cfg(test)]
mod tests;
