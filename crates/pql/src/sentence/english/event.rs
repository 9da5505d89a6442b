//! What people did: `bought at least 3 times in the last 7 days`.

use super::{Writer, joined};
use crate::print::Text;
use crate::program::{Expression, Link, Operator};
use crate::sentence::events::Events;
use crate::sentence::names::Deed;
use crate::sentence::scope::{Sort, Thing};
use xdm::Value;

impl<'p> Writer<'p> {
    /// That some of these events happened, or that none did.
    pub(super) fn happened(&mut self, events: &Events<'p>, negated: bool) -> String {
        let said = match (events.deed(), negated) {
            (Some(deed), false) => format!("{}{}", deed.past, self.details(events, deed)),
            (Some(deed), true) => format!("did not {}{}", deed.base, self.details(events, deed)),
            (None, negated) => {
                let some = if negated { "no event" } else { "an event" };
                format!("had {some}{}", self.kind_and_rest(events))
            }
        };
        self.of_person(&said)
    }

    /// That so many of these events happened.
    pub(super) fn counted(
        &mut self,
        events: &Events<'p>,
        operator: Operator,
        number: &Value,
        negated: bool,
    ) -> String {
        // `did not buy fewer than 3 times (or never)`: it would not be clear where who never did belongs.
        let of_none_too = matches!(
            operator,
            Operator::Less | Operator::LessOrEqual | Operator::NotEqual
        );
        if negated && of_none_too {
            let said = self.counted(events, operator, number, false);
            let words = self.pronouns();
            return format!("{} {} not {} ({said})", words.that, words.are, words.ones);
        }
        let number = crate::print::Literal(number).to_string();
        let number = number.as_str();
        let deed = events.deed();
        let said = match (deed, negated) {
            (Some(deed), false) => format!("{} {}", deed.past, times(operator, number)),
            (Some(deed), true) => format!("did not {} {}", deed.base, times(operator, number)),
            (None, false) => format!("had {}", many(operator, number)),
            (None, true) => format!("did not have {}", many(operator, number)),
        };
        let details = match deed {
            Some(deed) => self.details(events, deed),
            None => self.kind_and_rest(events),
        };
        // `at least 3 times, more than 7 days ago`: one is not said of the other.
        let plain =
            details.starts_with(" (") || details.starts_with(" in ") || details.starts_with(" of type");
        let comma = if plain || details.is_empty() { "" } else { "," };
        self.of_person(&format!("{said}{comma}{details}"))
    }

    /// Of whom it is said: events are always the person's.
    fn of_person(&self, said: &str) -> String {
        if self.around.of_person() {
            format!("who {said}")
        } else {
            format!("for which the person {said}")
        }
    }

    /// ` in the last 7 days (counting only purchases whose ..)`, behind a verb.
    fn details(&mut self, events: &Events<'p>, deed: Deed) -> String {
        let when = self.whens(events);
        let rest = self.rest(events);
        if rest.is_empty() {
            return when;
        }
        format!("{when} (counting only {} {rest})", deed.events)
    }

    /// ` of type "login" in the last 7 days whose amount is 5`, behind a noun.
    fn kind_and_rest(&mut self, events: &Events<'p>) -> String {
        let kind = events
            .kind
            .map_or_else(String::new, |kind| format!(" of type {}", Text(kind)));
        let called = events.named();
        let called = called.map_or_else(String::new, |(name, condition)| Self::called(name, condition));
        let when = self.whens(events);
        let rest = self.rest(events);
        match events.rest.len() {
            0 => format!("{called}{kind}{when}"),
            1 => format!("{called}{kind}{when} {rest}"),
            _ => format!("{called}{kind}{when} ({rest})"),
        }
    }

    /// `whose amount is 5 and ..`
    fn rest(&mut self, events: &Events<'p>) -> String {
        let kind = Sort::Event;
        let all: Vec<_> = events
            .rest
            .iter()
            .map(|(name, one)| self.within(Thing { name: *name, kind }, |writer| writer.clause(one, false)))
            .collect();
        joined(&all, "and")
    }

    /// ` in the last 7 days and before today`
    fn whens(&mut self, events: &Events<'p>) -> String {
        let kind = Sort::Event;
        let all: Vec<_> = events
            .whens
            .iter()
            .map(|(name, when)| self.within(Thing { name: *name, kind }, |writer| writer.when(when)))
            .collect();
        if all.is_empty() {
            return String::new();
        }
        format!(" {}", joined(&all, "and"))
    }

    /// Events as a list: `their purchases in the last 7 days`.
    pub(super) fn events(&mut self, events: &Events<'p>) -> String {
        let whose = if self.around.of_person() {
            "their"
        } else {
            "the person's"
        };
        match events.deed() {
            Some(deed) => {
                let when = self.whens(events);
                let rest = self.rest(events);
                let only = if rest.is_empty() {
                    String::new()
                } else {
                    format!(" (only those {rest})")
                };
                format!("{whose} {}{when}{only}", deed.events)
            }
            None => format!("{whose} events{}", self.kind_and_rest(events)),
        }
    }

    /// Events that follow each other.
    pub(super) fn chain(&mut self, list: &'p Expression, steps: &'p [Link], negated: bool) -> String {
        let among = if *list == Expression::Events {
            String::new()
        } else {
            format!("among {}, ", self.value(list))
        };
        let steps: Vec<_> = steps
            .iter()
            .enumerate()
            .map(|(at, step)| format!("step {}: {}", at + 1, self.step(step)))
            .collect();
        let not = if negated { "did not follow" } else { "followed" };
        let words = self.pronouns();
        format!(
            "{} {among}these {not} each other in time [{}]",
            words.for_which,
            steps.join("; ")
        )
    }

    fn step(&mut self, step: &'p Link) -> String {
        let mut events = Events {
            kind: None,
            whens: Vec::new(),
            rest: Vec::new(),
        };
        events.that(None, &step.what);
        events.whens.extend(step.when.iter().map(|when| (None, when)));
        let noun = match events.deed() {
            Some(deed) => {
                let when = self.whens(&events);
                let rest = self.rest(&events);
                let only = if rest.is_empty() {
                    String::new()
                } else {
                    format!(" (only those {rest})")
                };
                format!("{}{when}{only}", deed.events)
            }
            None => format!("events{}", self.kind_and_rest(&events)),
        };
        let gaps: Vec<_> = step.gaps.iter().map(super::time::gap).collect();
        let gaps = if gaps.is_empty() {
            String::new()
        } else {
            format!(", {}", joined(&gaps, "and"))
        };
        format!("{} or more {noun}{gaps}", step.count)
    }
}

/// `at least 3 times`
fn times(operator: Operator, number: &str) -> String {
    match (operator, number) {
        (Operator::Equal, "0") => return "0 times (never)".to_owned(),
        (Operator::LessOrEqual, "0") => return "at most 0 times (never)".to_owned(),
        (Operator::Less, "1") => return "fewer than once (never)".to_owned(),
        (Operator::Greater, "0") => return "more than 0 times (at least once)".to_owned(),
        _ => {}
    }
    let times = if number == "1" {
        "once".to_owned()
    } else {
        format!("{number} times")
    };
    match operator {
        Operator::GreaterOrEqual => format!("at least {times}"),
        Operator::Greater => format!("more than {times}"),
        Operator::LessOrEqual => format!("at most {times} (or never)"),
        Operator::Less => format!("fewer than {number} times (or never)"),
        Operator::Equal => format!("exactly {times}"),
        Operator::NotEqual => format!("a number of times other than {number} (or never)"),
    }
}

/// `at least 3 events`
fn many(operator: Operator, number: &str) -> String {
    match (operator, number) {
        (Operator::Equal, "0") => return "0 events (none)".to_owned(),
        (Operator::LessOrEqual, "0") => return "at most 0 events (none)".to_owned(),
        (Operator::Less, "1") => return "fewer than 1 event (none)".to_owned(),
        (Operator::Greater, "0") => return "more than 0 events (at least one)".to_owned(),
        _ => {}
    }
    let events = if number == "1" { "event" } else { "events" };
    match operator {
        Operator::GreaterOrEqual => format!("at least {number} {events}"),
        Operator::Greater => format!("more than {number} {events}"),
        Operator::LessOrEqual => format!("at most {number} (or no) {events}"),
        Operator::Less => format!("fewer than {number} (or no) {events}"),
        Operator::Equal => format!("exactly {number} {events}"),
        Operator::NotEqual => format!("a number other than {number} (or none) of events"),
    }
}
