//! What an expression is, and whether it holds.

use super::Oracle;
use pql::clock::Date;
use pql::function::Call;
use pql::value::{Datum, number};
use pql::{Expression, Field, Root, When};

/// What is in scope, the innermost first: items that filters and quantifiers are looking at, values named with `let`.
#[derive(Clone, Copy)]
pub(crate) struct Scope<'s, 'v> {
    pub(crate) item: &'s Datum<'v>,
    pub(crate) outer: Option<&'s Scope<'s, 'v>>,
}

/// What is in scope, if anything is.
pub(crate) type Around<'s, 'v> = Option<&'s Scope<'s, 'v>>;

impl<'v> Oracle<'v> {
    pub(crate) fn holds(&self, condition: &'v Expression, around: Around<'_, 'v>) -> bool {
        match condition {
            Expression::Not(inner) => !self.holds(inner, around),
            Expression::And(all) => all.iter().all(|one| self.holds(one, around)),
            Expression::Or(all) => all.iter().any(|one| self.holds(one, around)),
            Expression::Compare {
                left,
                operator,
                right,
            } => {
                let (left, right) = (self.value(left, around), self.value(right, around));
                left.compares(*operator, &right, &self.clock)
            }
            // As a condition a list holds if something is in it, so the first is enough.
            Expression::Events | Expression::Filter { .. } => self.some(condition, around, &|_| true),
            Expression::Quantifier {
                every: false,
                list,
                condition,
                ..
            } => self.some(list, around, &|item| {
                self.holds_of(condition.as_deref(), item, around)
            }),
            Expression::Quantifier { list, condition, .. } => !self.some(list, around, &|item| {
                !self.holds_of(condition.as_deref(), item, around)
            }),
            Expression::If {
                condition,
                then,
                otherwise,
            } => self.holds(self.chosen(condition, [then, otherwise], around), around),
            Expression::Let { value, body, .. } => {
                let item = &self.value(value, around);
                self.holds(body, Some(&Scope { item, outer: around }))
            }
            Expression::Occurs { moment, when } => self.occurs(moment, when, around),
            Expression::Chain { events, steps } => self.follow(events, steps, around),
            Expression::InSegment(segment) => (self.view.in_segment)(segment),
            value => self.value(value, around).holds(),
        }
    }

    /// The first if the condition holds, else the other.
    fn chosen(
        &self,
        condition: &'v Expression,
        outcomes: [&'v Expression; 2],
        around: Around<'_, 'v>,
    ) -> &'v Expression {
        outcomes[usize::from(!self.holds(condition, around))]
    }

    /// Whether a condition holds of one more item; no condition always does.
    pub(crate) fn holds_of(
        &self,
        condition: Option<&'v Expression>,
        item: &Datum<'v>,
        around: Around<'_, 'v>,
    ) -> bool {
        let scope = Scope { item, outer: around };
        condition.is_none_or(|condition| self.holds(condition, Some(&scope)))
    }

    pub(crate) fn value(&self, expression: &'v Expression, around: Around<'_, 'v>) -> Datum<'v> {
        match expression {
            Expression::Literal(value) => Datum::of(value),
            // Its function takes it from the program.
            Expression::Pattern(_) | Expression::Each { .. } => Datum::Missing,
            Expression::List(items) => Datum::list(items.iter().map(|item| self.value(item, around))),
            Expression::Field(field) => self.field(field, around),
            Expression::Events | Expression::Filter { .. } => self.list(expression, around),
            Expression::Member { of, path } => self.value(of, around).at(path.keys()),
            Expression::Arithmetic { first, rest } => {
                let mut computed = self.value(first, around).number(&self.clock);
                for (sign, value) in rest {
                    let value = self.value(value, around).number(&self.clock);
                    computed = computed
                        .zip(value)
                        .and_then(|(one, other)| sign.apply(one, other));
                }
                computed.into()
            }
            Expression::Negative(of) => {
                let of = self.value(of, around).number(&self.clock);
                of.map(number::negative).into()
            }
            Expression::If {
                condition,
                then,
                otherwise,
            } => self.value(self.chosen(condition, [then, otherwise], around), around),
            Expression::Let { value, body, .. } => {
                let item = &self.value(value, around);
                self.value(body, Some(&Scope { item, outer: around }))
            }
            Expression::Call { function, arguments } => {
                // No function takes more; a list would be made anew for each event.
                let mut values = [const { Datum::Missing }; pql::function::MAX_ARGUMENTS];
                for (value, argument) in values.iter_mut().zip(arguments) {
                    *value = self.value(argument, around);
                }
                let each = |each: &'v Expression, item: &Datum<'v>| {
                    let Expression::Each { body, .. } = each else {
                        return Datum::Missing;
                    };
                    self.value(body, Some(&Scope { item, outer: around }))
                };
                (function.eval)(&Call {
                    arguments,
                    values: &values[..arguments.len()],
                    each: &each,
                    clock: &self.clock,
                })
            }
            Expression::Not(_)
            | Expression::And(_)
            | Expression::Or(_)
            | Expression::Compare { .. }
            | Expression::Quantifier { .. }
            | Expression::Occurs { .. }
            | Expression::Chain { .. }
            | Expression::InSegment(_) => Datum::Boolean(self.holds(expression, around)),
        }
    }

    fn field(&self, field: &'v Field, around: Around<'_, 'v>) -> Datum<'v> {
        let keys = field.path.keys();
        match field.root {
            Root::Profile => Datum::Data(self.view.attributes).at(keys),
            Root::Identities => match Datum::of(self.view.identities) {
                all if keys.is_empty() => all,
                all => all.at(keys),
            },
            Root::Item(item) => {
                let found = around.and_then(|scope| (0..item).try_fold(scope, |scope, _| scope.outer));
                debug_assert!(found.is_some(), "the parser gives only items that are in scope");
                found.map_or(Datum::Missing, |scope| scope.item.at(keys))
            }
        }
    }

    fn occurs(&self, moment: &'v Expression, when: &'v When, around: Around<'_, 'v>) -> bool {
        let moment = self.value(moment, around).date();
        moment.is_some_and(|moment| self.lies(moment, when, around))
    }

    fn lies(&self, moment: Date, when: &'v When, around: Around<'_, 'v>) -> bool {
        let date = |of: &'v Expression| self.value(of, around).date();
        let clock = &self.clock;
        match when {
            When::Distance {
                window,
                direction,
                from,
            } => date(from).is_some_and(|from| clock.distance(moment, window, *direction, from)),
            When::Unit(which, unit) => clock.unit(moment, *which, *unit),
            When::On(day) => date(day).is_some_and(|day| clock.on(moment, day)),
            When::Before(end) => date(end).is_some_and(|end| clock.before(moment, end)),
            When::After(start) => date(start).is_some_and(|start| clock.after(moment, start)),
            When::Between(first, last) => {
                let ends = date(first).zip(date(last));
                ends.is_some_and(|(first, last)| clock.between(moment, first, last))
            }
        }
    }

    /// Whether an event, in scope, happened then.
    pub(crate) fn happened(&self, event: &Datum<'v>, when: &'v When, around: Around<'_, 'v>) -> bool {
        let Datum::Event { timestamp, .. } = event else {
            return false;
        };
        let scope = Scope {
            item: event,
            outer: around,
        };
        self.lies(Date::Instant(*timestamp), when, Some(&scope))
    }
}
