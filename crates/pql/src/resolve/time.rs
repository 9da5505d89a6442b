//! `occurs`: dates and what is said of them.

use super::Resolver;
use crate::Diagnostic;
use crate::program::{Direction, Expression, Field, Mention, Mentioned, Operator, Root, When, Window};
use crate::syntax::{Kind, Node, Time, TimeKind};
use crate::types::{Known, Type};

impl<'n> Resolver<'n, '_> {
    pub(super) fn occurs(&mut self, moment: &'n Node, when: &'n Time) -> Option<Expression> {
        let moment = match &moment.kind {
            Kind::Broken => None,
            _ => self.typed(
                moment,
                Type::Date,
                "`occurs` stands after a date, such as `timestamp`: it needs",
            ),
        };
        let event = moment.as_ref().is_some_and(|moment| self.is_event_time(moment));
        if let TimeKind::Gap(_) = when.kind {
            let message = "`previous step` belongs in a chain, as in `CHAIN(xEvent, timestamp, [A: WHAT(..), B: WHAT(..) WHEN(<= 2 days after previous step)])`.";
            return self.fail(Diagnostic::error(when.span, message));
        }
        let when = self.when(when, event);
        Some(Expression::Occurs {
            moment: Box::new(moment?),
            when: when?,
        })
    }

    fn is_event_time(&mut self, moment: &Expression) -> bool {
        let of_item = matches!(moment, Expression::Field(Field { root: Root::Item(_), path }) if path.keys() == ["timestamp"]);
        of_item && self.type_of(moment) == Known::Of(Type::Date)
    }

    /// What is said of a date; `event` if that is the time of an event. A gap is not for here.
    pub(super) fn when(&mut self, when: &'n Time, event: bool) -> Option<When> {
        match &when.kind {
            TimeKind::Gap(_) => None,
            TimeKind::Unit(which, unit) => Some(When::Unit(*which, *unit)),
            TimeKind::On(date) => self.date(date).map(When::On),
            TimeKind::Before(date) => self.date(date).map(When::Before),
            TimeKind::After(date) => self.date(date).map(When::After),
            TimeKind::Between(first, last) => {
                let (first, last) = (self.date(first), self.date(last));
                Some(When::Between(first?, last?))
            }
            TimeKind::Distance {
                window,
                window_span,
                direction,
                from,
            } => {
                let from = self.date(from)?;
                let back = *direction == Direction::Before
                    && matches!(&*from, Expression::Call { function, .. } if function.name == "now");
                if event && back {
                    self.mentions.push(Mention {
                        span: *window_span,
                        of: Mentioned::Window(*window),
                    });
                }
                Some(When::Distance {
                    window: *window,
                    direction: *direction,
                    from,
                })
            }
        }
    }

    pub(super) fn warn_of_nothing(&mut self, when: &Time, window: &Window) {
        if window.count == 0 && window.operator == Operator::Less {
            let message = "Nothing is younger than 0, so this never holds.";
            self.report(Diagnostic::warning(when.span, message));
        }
    }

    fn date(&mut self, node: &'n Node) -> Option<Box<Expression>> {
        self.typed(node, Type::Date, "`occurs` needs").map(Box::new)
    }
}
