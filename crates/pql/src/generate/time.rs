//! Random dates and chains.

use super::Maker;
use crate::Path;
use crate::function::Function;
use crate::program::{Direction, Expression, Field, Link, Operator, Root, Unit, When, Which, Window};
use crate::types::Type;
use rust_decimal::Decimal;
use xdm::{Number, Value};

impl Maker<'_, '_> {
    pub(super) fn occurs(&mut self, depth: usize) -> Expression {
        let events: Vec<usize> = (0..self.types.len())
            .filter(|item| self.types[self.types.len() - 1 - item].is(Type::Event))
            .collect();
        let moment = if events.is_empty() || self.dice.roll(4) == 0 {
            self.date(depth)
        } else {
            let root = Root::Item(*self.dice.pick(&events));
            let path = Path::new(vec!["timestamp".to_owned()]);
            Expression::Field(Field { root, path })
        };
        Expression::Occurs {
            moment: Box::new(moment),
            when: self.when(depth),
        }
    }

    /// A date that stands still, or moves with the clock.
    pub(super) fn date(&mut self, depth: usize) -> Expression {
        let words = ["now", "today", "yesterday", "tomorrow"];
        let made = match self.dice.roll(if depth == 0 { 6 } else { 8 }) {
            0 | 1 => Expression::Field(self.field()),
            2 => word(words[self.dice.roll(words.len())]),
            3 => word("now"),
            4 | 5 => {
                let (year, month, day) = *self.dice.pick(&self.words.days);
                let number =
                    |number: u16| Expression::Literal(Value::Number(Number::Exact(Decimal::from(number))));
                let arguments = vec![number(year), number(month.into()), number(day.into())];
                call("date", arguments)
            }
            _ => self.call(Type::Date, depth - 1),
        };
        if self.type_of(&made).fits(Type::Date) {
            made
        } else {
            Expression::Field(self.profile_field())
        }
    }

    fn when(&mut self, depth: usize) -> When {
        let date = |maker: &mut Self| Box::new(maker.date(depth.saturating_sub(1)));
        match self.dice.roll(12) {
            0..=2 => When::Distance {
                window: self.window(),
                direction: Direction::Before,
                from: Box::new(word("now")),
            },
            3 | 4 => When::Distance {
                window: self.window(),
                direction: *self.dice.pick(&[Direction::Before, Direction::After]),
                from: date(self),
            },
            5 | 6 => When::Unit(*self.dice.pick(&Which::ALL), *self.dice.pick(&Unit::ALL)),
            7 => When::On(date(self)),
            8 => When::Before(date(self)),
            9 => When::After(date(self)),
            _ => When::Between(date(self), date(self)),
        }
    }

    fn window(&mut self) -> Window {
        let (count, unit) = *self.dice.pick(&self.words.windows);
        let operator = *self.dice.pick(&Operator::ALL);
        Window {
            operator,
            count,
            unit,
        }
    }

    pub(super) fn chain(&mut self, depth: usize) -> Expression {
        let steps = 1 + self.dice.roll(3);
        let events = match self.list(depth) {
            list if self.type_of(&list).is(Type::Events) => list,
            _ => Expression::Events,
        };
        if self.room(&events).is_none() {
            return events;
        }
        let steps = (0..steps).map(|place| self.link(&events, place, depth)).collect();
        Expression::Chain {
            events: Box::new(events),
            steps,
        }
    }

    fn link(&mut self, events: &Expression, place: usize, depth: usize) -> Link {
        let (what, when) = self.within(false, events, |maker| {
            let what = maker.condition(depth);
            let when = (0..maker.dice.roll(3).min(1))
                .map(|_| maker.when(depth))
                .collect();
            (what, when)
        });
        let gaps = if place > 0 && self.dice.roll(2) == 1 {
            vec![self.window()]
        } else {
            Vec::new()
        };
        Link {
            label: format!("S{place}"),
            what,
            when,
            gaps,
            count: 1 + self.dice.roll(2),
        }
    }
}

fn word(name: &str) -> Expression {
    call(name, Vec::new())
}

fn call(name: &str, arguments: Vec<Expression>) -> Expression {
    let function = Function::named(name).expect("a function of the language");
    Expression::Call { function, arguments }
}
