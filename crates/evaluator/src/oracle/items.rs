//! Which items a list has.

use super::expression::{Around, Scope};
use super::{EventView, Oracle};
use model::Timestamp;
use pql::Expression;
use pql::value::Datum;
use std::ops::ControlFlow;

impl<'v> Oracle<'v> {
    /// Whether some item of a list is wanted.
    pub(super) fn some(
        &self,
        list: &'v Expression,
        around: Around<'_, 'v>,
        wanted: &dyn Fn(&Datum<'v>) -> bool,
    ) -> bool {
        self.visit(list, around, wanted, &mut |_| ControlFlow::Break(()))
            .is_break()
    }

    /// The items of a list.
    pub(super) fn list(&self, list: &'v Expression, around: Around<'_, 'v>) -> Datum<'v> {
        let mut items = Vec::new();
        let taken = self.visit(list, around, &|_| true, &mut |item| {
            items.push(item);
            ControlFlow::Continue(())
        });
        debug_assert!(taken.is_continue(), "all were taken");
        Datum::List(items.into())
    }

    /// Gives the wanted items of a list one after the other, until `take` has enough.
    ///
    /// Whether an event is visible is asked last: one that is not wanted then needs no timer.
    pub(crate) fn visit(
        &self,
        list: &'v Expression,
        around: Around<'_, 'v>,
        wanted: &dyn Fn(&Datum<'v>) -> bool,
        take: &mut dyn FnMut(Datum<'v>) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        match list {
            Expression::Events => {
                for event in self.view.events {
                    let item = Datum::Event {
                        timestamp: event.timestamp,
                        value: event.value,
                    };
                    if !self.is_gone(event) && wanted(&item) && self.is_visible(event) {
                        take(item)?;
                    }
                }
                ControlFlow::Continue(())
            }
            Expression::Filter { list, condition, .. } => {
                let both = |item: &Datum<'v>| {
                    let scope = Scope { item, outer: around };
                    self.holds(condition, Some(&scope)) && wanted(item)
                };
                self.visit(list, around, &both, take)
            }
            list => {
                let list = self.value(list, around);
                for item in list.items().into_iter().flatten().filter(|item| wanted(item)) {
                    take(item)?;
                }
                ControlFlow::Continue(())
            }
        }
    }

    /// Whether an item is in a list, as far as filters say; of the list below them it is taken to be one.
    ///
    /// An event is asked for its visibility too: who knows when that ends knows when it leaves the list.
    pub(crate) fn stays(&self, list: &'v Expression, item: &Datum<'v>, around: Around<'_, 'v>) -> bool {
        match list {
            Expression::Events => {
                let same = |event: &&EventView<'_>| matches!(item, Datum::Event { value, .. } if std::ptr::eq(*value, event.value));
                let event = self.view.events.iter().find(same);
                event.is_some_and(|event| self.is_visible(event))
            }
            Expression::Filter { list, condition, .. } => {
                let scope = Scope { item, outer: around };
                self.holds(condition, Some(&scope)) && self.stays(list, item, around)
            }
            _ => true,
        }
    }

    /// Whether `xEvent` holds the event now: `now - retention < ts <= now`, and not past its `validUntil`.
    fn is_visible(&self, event: &EventView<'_>) -> bool {
        self.clock.during(event.timestamp, self.gone_at(event))
    }

    /// Whether the event is not visible any more, and so never again.
    fn is_gone(&self, event: &EventView<'_>) -> bool {
        self.gone_at(event) <= self.view.now
    }

    fn gone_at(&self, event: &EventView<'_>) -> Timestamp {
        let kept = event.timestamp + self.view.retention;
        event.valid_until.map_or(kept, |valid| kept.min(valid))
    }
}
