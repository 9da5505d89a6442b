//! Windows over events that look back (or ahead) from now: from when to when an event lies in one.

use super::LeafNo;
use super::threshold::Band;
use jiff::tz::TimeZone;
use model::{Duration, Timestamp};
use pql::clock::Clock;
use pql::{Direction, Operator, Step, Unit, Window as Length};

/// How far from now an event may lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Reach {
    pub(super) length: Length,
    pub(super) direction: Direction,
}

impl Reach {
    /// `None` for what an event enters twice, or what a later event may enter or leave before an earlier one: months back
    /// from the 30th and the 31st lead to the same day.
    pub(super) fn new(length: Length, direction: Direction) -> Option<Self> {
        let in_order = match length.operator {
            Operator::NotEqual => false,
            Operator::Equal => length.unit >= Unit::Day,
            _ => matches!(length.step(), Step::Fixed(_)),
        };
        in_order.then_some(Self { length, direction })
    }

    /// Whether it is as long for every event.
    fn is_fixed(self) -> bool {
        self.length.operator != Operator::Equal
    }
}

/// A window, and the leaves that compare what is in it.
#[derive(Debug)]
pub(super) struct Window {
    /// An event lies in it from its timestamp and this many milliseconds on.
    after: i64,
    /// Until its timestamp and this many.
    until: i64,
    /// And by the calendar.
    calendar: Vec<Reach>,
    zone: TimeZone,
    /// Who asks what of it.
    pub(super) leaves: Vec<(LeafNo, Band)>,
    /// Where some band begins or ends, ascending: between two of them a value makes no difference.
    edges: Vec<i64>,
}

impl Window {
    /// Events count for `retention` at most.
    pub(super) fn new(
        reaches: &[Reach],
        zone: &TimeZone,
        retention: Duration,
        leaves: Vec<(LeafNo, Band)>,
    ) -> Self {
        let (mut after, mut until) = (0, retention.millis());
        let (fixed, calendar): (Vec<Reach>, Vec<Reach>) = reaches.iter().partition(|reach| reach.is_fixed());
        for reach in fixed {
            let (start, end) = span(reach, Timestamp::from_millis(0), zone);
            (after, until) = (after.max(start.millis()), until.min(end.millis()));
        }
        let ends = leaves.iter().flat_map(|(_, band)| [band.low, band.high]);
        let mut edges: Vec<i64> = ends.filter(|edge| ![i64::MIN, i64::MAX].contains(edge)).collect();
        edges.sort_unstable();
        edges.dedup();
        Self {
            after,
            until,
            calendar,
            zone: zone.clone(),
            leaves,
            edges,
        }
    }

    /// From when on an event lies in it, and from when on no more; not at all if that is not after.
    pub(super) fn span(&self, event: Timestamp) -> (Timestamp, Timestamp) {
        let moved = |by: i64| Timestamp::from_millis(event.millis().saturating_add(by));
        let fixed = (moved(self.after), moved(self.until));
        self.calendar.iter().fold(fixed, |(start, end), reach| {
            let (from, to) = span(*reach, event, &self.zone);
            (start.max(from), end.min(to))
        })
    }

    /// The nearest edges around a value: it can fall to the first, but not below, and rise to just below the second,
    /// without a difference to any leaf.
    pub(super) fn around(&self, value: i64) -> (i64, i64) {
        let above = self.edges.partition_point(|edge| *edge <= value);
        let low = above.checked_sub(1).map_or(i64::MIN, |at| self.edges[at]);
        (low, self.edges.get(above).copied().unwrap_or(i64::MAX))
    }
}

/// When an event has that distance from now.
fn span(reach: Reach, event: Timestamp, zone: &TimeZone) -> (Timestamp, Timestamp) {
    Clock::new(event, zone).span(event, &reach.length, reach.direction)
}
