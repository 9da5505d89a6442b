//! All aggregates of which a profile has events.

use super::aggregate::Aggregate;
use super::tally::Tally;
use super::window::Window;
use crate::Depth;
use crate::room::make_room;
use model::Timestamp;
use std::hint::black_box;

/// The tallies of a profile. Which of them are due is seen without looking at them: mostly none is.
#[derive(Clone, Debug, Default)]
pub(super) struct Tallies {
    /// Ascending by aggregate; those without events are left out.
    heads: Vec<Head>,
    /// By the same places.
    tallies: Vec<Tally>,
}

#[derive(Clone, Copy, Debug)]
struct Head {
    aggregate: u32,
    /// The next instant at which some window has to be settled.
    due: Timestamp,
}

impl Tallies {
    /// Counts an event in that is worth so much, or that cannot be counted. What it changes shows when the windows are
    /// settled. Whether all is counted so far: if not, the leaves over the aggregate are to be asked of the oracle.
    pub(super) fn add(
        &mut self,
        at: usize,
        aggregate: &Aggregate,
        timestamp: Timestamp,
        worth: Option<i64>,
    ) -> bool {
        let known = self
            .heads
            .binary_search_by_key(&(at as u32), |head| head.aggregate);
        let place = known.unwrap_or_else(|place| {
            let head = Head {
                aggregate: at as u32,
                due: Timestamp::MAX,
            };
            make_room(&mut self.heads);
            make_room(&mut self.tallies);
            self.heads.insert(place, head);
            self.tallies.insert(place, Tally::new(aggregate));
            place
        });
        let tally = &mut self.tallies[place];
        tally.add(timestamp, worth);
        let is_odd = tally.is_odd();
        self.heads[place].due = if is_odd { Timestamp::MAX } else { Timestamp::MIN };
        !is_odd
    }

    /// What each takes in memory, by aggregate.
    pub(super) fn bytes(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        let all = self.heads.iter().zip(&self.tallies);
        all.map(|(head, tally)| (head.aggregate as usize, size_of::<Head>() + tally.bytes()))
    }

    /// Brings every window to `now` that is due; gives each that has another value then with the values before and after,
    /// and each aggregate that is done.
    pub(super) fn settle(
        &mut self,
        aggregates: &[Aggregate],
        now: Timestamp,
        mut changed: impl FnMut(&Window, i64, i64),
        mut settled: impl FnMut(usize),
    ) {
        let due = |(head, _): &(&mut Head, &mut Tally)| head.due <= now;
        for (head, tally) in self.heads.iter_mut().zip(&mut self.tallies).filter(due) {
            let at = head.aggregate as usize;
            head.due = tally.settle(&aggregates[at], now, &mut changed);
            settled(at);
        }
    }

    /// Looks at them for their memory to come near.
    pub(super) fn fetch(&self, depth: Depth) {
        match depth {
            Depth::Itself => {
                black_box(self.heads.len());
            }
            Depth::Lists => {
                for (head, tally) in self.heads.iter().zip(&self.tallies) {
                    black_box((head.due, tally.is_odd()));
                }
            }
            Depth::Entries => self.tallies.iter().for_each(Tally::fetch),
            Depth::Texts => {}
        }
    }

    /// The next instant at which some window has to be settled; [`Timestamp::MAX`] is never.
    pub(super) fn due(&self) -> Timestamp {
        let dues = self.heads.iter().map(|head| head.due);
        dues.min().unwrap_or(Timestamp::MAX)
    }
}
