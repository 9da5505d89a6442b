//! What a profile has of an aggregate: its events in order of time, and how many of them are in each window.

use super::aggregate::Aggregate;
use super::window::Window;
use crate::room::make_room;
use model::Timestamp;
use std::cmp::Ordering;
use std::hint::black_box;

/// The events of a profile that are part of an aggregate.
#[derive(Clone, Debug)]
pub(super) struct Tally {
    /// Ascending by timestamp.
    entries: Vec<Entry>,
    /// One a window of the aggregate.
    counters: Box<[Counter]>,
    /// What all entries are worth, whatever their signs: while it fits, no sum of some of them overflows.
    gross: i64,
    /// Whether some entry is worth less than nothing.
    negative: bool,
    /// Whether something is among the events that windows cannot count.
    odd: bool,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    timestamp: Timestamp,
    worth: i64,
}

/// Where a window stands: entries from `gone` to `begun` are in it.
///
/// Events enter a window in order of time and leave it in order of time, so two places are enough.
#[derive(Clone, Copy, Debug)]
pub(super) struct Counter {
    /// How many entries have entered.
    begun: u32,
    /// How many have left, or never were in.
    gone: u32,
    /// What those that entered are worth, less those that left.
    sum: i64,
    /// The value that the leaves were last answered by.
    answered: i64,
    /// The next instant at which a leaf may flip by itself.
    due: Timestamp,
}

/// Expiries that are looked ahead at for a sum; if none of so many makes a difference, the last of them is looked at again.
const AHEAD: usize = 32;

impl Tally {
    pub(super) fn new(aggregate: &Aggregate) -> Self {
        let idle = Counter {
            begun: 0,
            gone: 0,
            sum: 0,
            answered: 0,
            due: Timestamp::MAX,
        };
        Self {
            entries: Vec::new(),
            counters: vec![idle; aggregate.windows.len()].into(),
            gross: 0,
            negative: false,
            odd: false,
        }
    }

    /// What it takes in memory.
    pub(super) fn bytes(&self) -> usize {
        let entries = self.entries.capacity() * size_of::<Entry>();
        size_of::<Self>() + entries + size_of_val::<[Counter]>(&self.counters)
    }

    /// Counts an event in that is worth so much, or that cannot be counted.
    pub(super) fn add(&mut self, timestamp: Timestamp, worth: Option<i64>) {
        let gross = worth
            .and_then(i64::checked_abs)
            .and_then(|worth| self.gross.checked_add(worth));
        let (Some(worth), Some(gross), false) = (worth, gross, self.odd) else {
            self.odd = true;
            return;
        };
        self.trim();
        (self.gross, self.negative) = (gross, self.negative || worth < 0);
        let at = self.entries.partition_point(|entry| entry.timestamp <= timestamp);
        make_room(&mut self.entries);
        self.entries.insert(at, Entry { timestamp, worth });
        for counter in &mut self.counters {
            // An entry in the middle has begun if one after it has, and is gone if one after it is.
            let (begun, gone) = (at < counter.begun as usize, at < counter.gone as usize);
            counter.begun += u32::from(begun);
            counter.gone += u32::from(gone);
            counter.sum += worth * (i64::from(begun) - i64::from(gone));
            // Whatever was known of the next flip is not certain any more.
            counter.due = Timestamp::MIN;
        }
    }

    /// Looks at what it holds for its memory to come near.
    pub(super) fn fetch(&self) {
        black_box(self.entries.last().map(|entry| entry.worth));
        black_box(self.counters.first().map(|counter| counter.begun));
    }

    /// Whether its leaves are to be asked of the oracle.
    pub(super) fn is_odd(&self) -> bool {
        self.odd
    }

    /// Drops entries that have left every window, once they are more than the others.
    fn trim(&mut self) {
        if self.entries.len() < self.entries.capacity() {
            return;
        }
        let left = self
            .counters
            .iter()
            .map(|counter| counter.gone.min(counter.begun))
            .min();
        let left = left.unwrap_or(0);
        if (left as usize) * 2 < self.entries.len() {
            return;
        }
        let dropped = self.entries.drain(..left as usize);
        self.gross -= dropped.map(|entry| entry.worth.abs()).sum::<i64>();
        for counter in &mut self.counters {
            counter.begun -= left;
            counter.gone -= left;
        }
    }

    /// Brings every window to `now` that is due; gives each that has another value then with the values before and after.
    /// When the next is due.
    pub(super) fn settle(
        &mut self,
        aggregate: &Aggregate,
        now: Timestamp,
        mut changed: impl FnMut(&Window, i64, i64),
    ) -> Timestamp {
        let mut due = Timestamp::MAX;
        for (counter, window) in self.counters.iter_mut().zip(&aggregate.windows) {
            if counter.due <= now {
                counter.settle(&self.entries, window, now);
                counter.due = match &aggregate.summed {
                    None => counter.next_of_count(&self.entries, window),
                    Some(_) => counter.next_of_sum(&self.entries, window, self.negative),
                };
                let after = counter.value();
                let before = std::mem::replace(&mut counter.answered, after);
                if before != after {
                    changed(window, before, after);
                }
            }
            due = due.min(counter.due);
        }
        due
    }
}

impl Counter {
    /// What is in the window.
    fn value(&self) -> i64 {
        match self.begun.cmp(&self.gone) {
            Ordering::Greater => self.sum,
            _ => 0,
        }
    }

    fn settle(&mut self, entries: &[Entry], window: &Window, now: Timestamp) {
        while let Some(entry) = entries.get(self.begun as usize)
            && window.span(entry.timestamp).0 <= now
        {
            self.begun += 1;
            self.sum += entry.worth;
        }
        while let Some(entry) = entries.get(self.gone as usize)
            && window.span(entry.timestamp).1 <= now
        {
            self.gone += 1;
            self.sum -= entry.worth;
        }
    }

    /// The next instant at which an entry begins.
    fn next_begin(&self, entries: &[Entry], window: &Window) -> Timestamp {
        let begins = entries.get(self.begun as usize);
        begins.map_or(Timestamp::MAX, |entry| window.span(entry.timestamp).0)
    }

    /// The entries that are in the window.
    fn within<'e>(&self, entries: &'e [Entry]) -> &'e [Entry] {
        let within = self.gone as usize..self.begun as usize;
        entries.get(within).unwrap_or_default()
    }

    /// The next instant at which the value may come to lie between other edges, where each entry is worth one.
    fn next_of_count(&self, entries: &[Entry], window: &Window) -> Timestamp {
        let next = self.next_begin(entries, window);
        let value = self.value();
        let (low, _) = window.around(value);
        // So many may leave, and the one after them is one too many.
        let spare = value
            .checked_sub(low)
            .and_then(|spare| usize::try_from(spare).ok());
        let last = spare.and_then(|spare| self.within(entries).get(spare));
        last.map_or(next, |entry| next.min(window.span(entry.timestamp).1))
    }

    /// The same where they are worth something, or less than nothing.
    fn next_of_sum(&self, entries: &[Entry], window: &Window, negative: bool) -> Timestamp {
        let mut next = self.next_begin(entries, window);
        let mut value = self.value();
        let (low, high) = window.around(value);
        if low == i64::MIN && !negative {
            return next;
        }
        let within = self.within(entries);
        let last = within.len().min(AHEAD);
        for (at, entry) in within.iter().take(AHEAD).enumerate() {
            value -= entry.worth;
            if value < low || value >= high || (at + 1 == last && within.len() > AHEAD) {
                next = next.min(window.span(entry.timestamp).1);
                break;
            }
        }
        next
    }
}
