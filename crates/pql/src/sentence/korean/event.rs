//! What people did: `지난 7일 동안 3번 이상 구매한`.

use super::Writer;
use super::condition::copula;
use super::particle::{SUBJECT, with};
use super::verb::{EXISTS, FOLLOWED, Form, IS};
use crate::print::Text;
use crate::program::{Expression, Link, Operator};
use crate::sentence::events::Events;
use crate::sentence::names::Deed;
use crate::sentence::scope::{Sort, Thing};
use xdm::Value;

impl<'p> Writer<'p> {
    /// That some of these events happened, or that none did.
    pub(super) fn happened(&mut self, events: &Events<'p>, form: Form, negated: bool) -> String {
        let person = self.person();
        let when = self.whens(events);
        if let Some(deed) = self.deed(events) {
            let only = self.only(events);
            let did = Self::did(deed.korean, form, negated);
            return format!("{person}{when}{only}{did}");
        }
        let noun = with(&self.noun(events), SUBJECT);
        format!("{person}{when}{noun} {}", EXISTS.form(form, negated))
    }

    /// That so many of these events happened.
    pub(super) fn counted(
        &mut self,
        events: &Events<'p>,
        operator: Operator,
        number: &Value,
        form: Form,
        negated: bool,
    ) -> String {
        let number = crate::print::Literal(number).to_string();
        let person = self.person();
        let when = self.whens(events);
        let deed = self.deed(events);
        let said = match deed {
            Some(_) => self.only(events),
            None => self.noun(events),
        };
        // `3번 이상 구매하지 않은` could be read in two ways, and `3번 미만 구매한` leaves out who never did.
        if operator == Operator::GreaterOrEqual && !negated {
            let Some(deed) = deed else {
                let noun = with(&said, SUBJECT);
                return format!(
                    "{person}{when}{noun} {number}건 이상 {}",
                    EXISTS.form(form, false)
                );
            };
            let (object, verb) = match deed.korean.rsplit_once(' ') {
                Some((object, verb)) => (format!("{object} "), verb),
                None => (String::new(), deed.korean),
            };
            let did = Self::did(verb, form, false);
            return format!("{person}{when}{said}{object}{number}번 이상 {did}");
        }
        let (what, counter) = match deed {
            Some(deed) => (
                format!("{said}{} 횟수가", Self::did(deed.korean, Form::Before, false)),
                "번",
            ),
            None => (format!("{said} 수가"), "건"),
        };
        let many = match operator {
            Operator::GreaterOrEqual => format!("{number}{counter} 이상"),
            Operator::Greater => format!("{number}{counter} 초과"),
            Operator::LessOrEqual => format!("{number}{counter} 이하(0{counter} 포함)"),
            Operator::Less => format!("{number}{counter} 미만(0{counter} 포함)"),
            Operator::Equal => format!("정확히 {number}{counter}"),
            Operator::NotEqual => format!("{number}{counter} 외의 수(0{counter} 포함)"),
        };
        format!("{person}{when}{what} {}", copula(&many, &IS, form, negated))
    }

    /// Of whom it is said, if the sentence speaks of something else: events are always the person's.
    fn person(&self) -> &'static str {
        if self.around.of_person() {
            ""
        } else {
            "그 사람에게 "
        }
    }

    /// What the person did in the events, if there is a word for it.
    fn deed(&self, events: &Events<'p>) -> Option<Deed> {
        events.deed().filter(|_| self.around.of_person())
    }

    /// `(주문 금액이 10 이상인 건만 셀 때) `, before a verb.
    fn only(&mut self, events: &Events<'p>) -> String {
        let rest = self.rest(events);
        if rest.is_empty() {
            rest
        } else {
            format!("({rest} 건만 셀 때) ")
        }
    }

    /// `금액이 50 초과인 "login" 유형의 이벤트`
    fn noun(&mut self, events: &Events<'p>) -> String {
        let rest = self.rest(events);
        let rest = match events.rest.len() {
            0 => rest,
            1 => format!("{rest} "),
            _ => format!("({rest}) "),
        };
        let kind = events
            .kind
            .map_or_else(String::new, |kind| format!("{} 유형의 ", Text(kind)));
        let called = events.named();
        let called = called.map_or_else(String::new, |(name, condition)| Self::called(name, condition));
        format!("{rest}{kind}이벤트{called}")
    }

    /// `금액이 50 초과이고 .. 인`
    fn rest(&mut self, events: &Events<'p>) -> String {
        let kind = Sort::Event;
        let last = events.rest.len().saturating_sub(1);
        let all: Vec<_> = events
            .rest
            .iter()
            .enumerate()
            .map(|(at, (name, one))| {
                let form = if at == last { Form::Before } else { Form::And };
                self.within(Thing { name: *name, kind }, |writer| {
                    writer.clause(one, form, false)
                })
            })
            .collect();
        all.join(" ")
    }

    /// `지난 7일 동안 `
    fn whens(&mut self, events: &Events<'p>) -> String {
        let kind = Sort::Event;
        let all: Vec<_> = events
            .whens
            .iter()
            .map(|(name, when)| self.within(Thing { name: *name, kind }, |writer| writer.when(when)))
            .collect();
        match all.as_slice() {
            [] => String::new(),
            [one] => format!("{} ", one.during),
            [rest @ .., last] => {
                let rest: Vec<_> = rest.iter().map(|one| format!("{}이면서 ", one.noun)).collect();
                format!("{}{} ", rest.concat(), last.during)
            }
        }
    }

    /// Events as a list: `지난 7일 동안의 구매`.
    pub(super) fn events(&mut self, events: &Events<'p>) -> String {
        let person = if self.around.of_person() {
            ""
        } else {
            "그 사람의 "
        };
        let when = self.during(events);
        let noun = self.counted_noun(events);
        format!("{person}{when}{noun}")
    }

    /// `지난 7일 동안의 `
    fn during(&mut self, events: &Events<'p>) -> String {
        let when = self.whens(events);
        match when.trim_end() {
            "" => String::new(),
            when => match when.strip_suffix('에') {
                Some(when) => format!("{when}의 "),
                None => format!("{when}의 "),
            },
        }
    }

    /// `주문 금액이 10 이상인 구매`, `"login" 유형의 이벤트`
    fn counted_noun(&mut self, events: &Events<'p>) -> String {
        match self.deed(events) {
            Some(deed) => {
                let rest = self.rest(events);
                let rest = match events.rest.len() {
                    0 => rest,
                    1 => format!("{rest} "),
                    _ => format!("({rest}) "),
                };
                format!("{rest}{}", deed.korean_event)
            }
            None => self.noun(events),
        }
    }

    /// Events that follow each other.
    pub(super) fn chain(
        &mut self,
        list: &'p Expression,
        steps: &'p [Link],
        form: Form,
        negated: bool,
    ) -> String {
        let among = if *list == Expression::Events {
            self.person().to_owned()
        } else {
            format!("{} 중에서 ", self.value(list))
        };
        let steps: Vec<_> = steps
            .iter()
            .enumerate()
            .map(|(at, step)| format!("{}단계: {}", at + 1, self.step(step)))
            .collect();
        let steps = steps.join("; ");
        format!(
            "{among}다음이 시간 순서대로 [{steps}] {}",
            FOLLOWED.form(form, negated)
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
        let when = self.during(&events);
        let noun = self.counted_noun(&events);
        let gaps: Vec<_> = step.gaps.iter().map(super::time::gap).collect();
        let gaps = if gaps.is_empty() {
            String::new()
        } else {
            format!(", {}", gaps.join("이면서 "))
        };
        format!("{when}{noun} {}번 이상{gaps}", step.count)
    }
}
