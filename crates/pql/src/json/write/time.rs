//! Dates and chains as JSON.

use super::Writer;
use crate::json::tree::{Data, Json};
use crate::program::{Expression, Link, Unit, When, Window};

impl<'p> Writer<'p> {
    pub(super) fn when(&mut self, when: &'p When) -> Json {
        match when {
            When::Distance {
                window,
                direction,
                from,
            } => {
                let [operator, count, unit] = measured(window);
                let direction = ("direction", Json::text(direction.word()));
                let from = ("from", self.expression(from));
                Json::node("distance", [operator, count, unit, direction, from])
            }
            When::Unit(which, unit) => {
                let which = ("which", Json::text(which.word()));
                Json::node("unit", [which, ("unit", named(*unit))])
            }
            When::On(date) => Json::node("on", [("date", self.expression(date))]),
            When::Before(date) => Json::node("before", [("date", self.expression(date))]),
            When::After(date) => Json::node("after", [("date", self.expression(date))]),
            When::Between(first, last) => {
                let (first, last) = (self.expression(first), self.expression(last));
                Json::node("between", [("first", first), ("last", last)])
            }
        }
    }

    pub(super) fn chain(&mut self, events: &'p Expression, steps: &'p [Link]) -> Json {
        let events = self.expression(events);
        let steps = steps.iter().map(|step| self.step(step)).collect();
        let steps = Json::new(Data::List(steps));
        Json::node("chain", [("events", events), ("steps", steps)])
    }

    fn step(&mut self, step: &'p Link) -> Json {
        let label = ("label", Json::text(step.label.as_str()));
        let what = ("what", self.within(None, &step.what));
        self.items.push(None);
        let mut when: Vec<_> = step.when.iter().map(|when| self.when(when)).collect();
        self.items.pop();
        when.extend(step.gaps.iter().map(|gap| Json::node("gap", measured(gap))));
        let when = ("when", Json::new(Data::List(when)));
        let count = ("count", Json::number(step.count));
        Json::node("step", [label, what, when, count])
    }
}

fn measured(window: &Window) -> [(&'static str, Json); 3] {
    [
        ("operator", Json::text(window.operator.symbol())),
        ("count", Json::number(window.count)),
        ("unit", named(window.unit)),
    ]
}

fn named(unit: Unit) -> Json {
    Json::text(unit.words().0)
}
