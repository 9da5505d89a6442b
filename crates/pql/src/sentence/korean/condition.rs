//! Conditions as clauses before a noun: `한국에 살고 지난 7일 동안 3번 이상 구매한 사람`.

use super::Writer;
use super::particle::{SUBJECT, with};
use super::value::literally;
use super::verb::{DID, DOES, EXISTS, Form, IS, LIVES, Verb};
use crate::print::Text;
use crate::program::{Expression, Operator};
use crate::sentence::events::Events;
use crate::sentence::names;
use crate::sentence::scope::{Sort, Thing, is_simple, literal_right, may_be_missing};
use xdm::Value;

impl<'p> Writer<'p> {
    /// All that is said of people or of a thing, its last verb in this form.
    pub(super) fn relative(&mut self, condition: &'p Expression, form: Form) -> String {
        let (all, inner) = match condition {
            Expression::And(all) => (all, Form::And),
            Expression::Or(all) => (all, Form::Or),
            _ => return self.clause(condition, form, false),
        };
        let last = all.len() - 1;
        let all: Vec<_> = all
            .iter()
            .enumerate()
            .map(|(at, one)| self.clause(one, if at == last { form } else { inner }, false))
            .collect();
        all.join(if all.len() > 2 { ", " } else { " " })
    }

    /// One clause; `negated` if it is said that it does not hold.
    pub(super) fn clause(&mut self, condition: &'p Expression, form: Form, negated: bool) -> String {
        match condition {
            Expression::Not(inner) if !negated && is_simple(inner) => self.clause(inner, form, true),
            Expression::Not(inner) if !negated => self.group(inner, form, true),
            Expression::And(_) | Expression::Or(_) | Expression::Not(_) => {
                self.group(condition, form, negated)
            }
            Expression::Literal(Value::Bool(value)) => {
                let said = if *value {
                    "어떤 조건도 없이 모두에 해당"
                } else {
                    "아무에게도 맞지 않는 조건에 해당"
                };
                format!("{said}{}", DOES.form(form, negated))
            }
            Expression::Compare {
                left,
                operator,
                right,
            } => self.compare(left, *operator, right, form, negated),
            Expression::Call { function, arguments } => self.test(function, arguments, form, negated),
            Expression::Occurs { moment, when } => {
                let when = self.when(when).noun;
                self.is(moment, &when, form, negated, may_be_missing(moment))
            }
            Expression::InSegment(segment) => {
                let id = Text(segment.as_str());
                // It is always the person who is in a segment.
                let person = if self.around.of_person() {
                    ""
                } else {
                    "그 사람이 "
                };
                format!("{person}세그먼트 {id}에 속{}", DOES.form(form, negated))
            }
            Expression::Events | Expression::Filter { .. } => self.exists(condition, None, form, negated),
            Expression::Quantifier {
                every: false,
                variable,
                list,
                condition,
            } => self.exists(list, Some((variable, condition.as_deref())), form, negated),
            Expression::Quantifier {
                variable,
                list,
                condition,
                ..
            } => {
                let items = self.items(list, Some(variable), condition.as_deref());
                let list = self.value(list);
                format!(
                    "{list}의 (모든 항목이 {items}인 경우)에 해당{}",
                    DOES.form(form, negated)
                )
            }
            Expression::Chain { events, steps } => self.chain(events, steps, form, negated),
            Expression::Let { name, value, body } => {
                let value = with(&self.value(value), super::particle::OBJECT);
                let thing = Thing {
                    name: Some(name),
                    kind: Sort::Value,
                };
                let body = self.within(thing, |writer| writer.relative(body, Form::Before));
                format!(
                    "{value} \"{name}\"(이)라고 할 때 ({body} 경우)에 해당{}",
                    DOES.form(form, negated)
                )
            }
            Expression::If {
                condition,
                then,
                otherwise,
            } => {
                let all = [condition, then, otherwise].map(|one| self.relative(one, Form::Before));
                let [condition, then, otherwise] = all;
                format!(
                    "({condition} 경우에는 [{then} 경우], 그 밖에는 [{otherwise} 경우])에 해당{}",
                    DOES.form(form, negated)
                )
            }
            _ => {
                let value = with(&self.value(condition), SUBJECT);
                format!(
                    "{value} 참(또는 비어 있지 않은 목록){}",
                    copula("", &IS, form, negated)
                )
            }
        }
    }

    /// A group of conditions as one that is met or not.
    fn group(&mut self, group: &'p Expression, form: Form, negated: bool) -> String {
        let said = self.relative(group, Form::Before);
        format!("({said} 경우)에 해당{}", DOES.form(form, negated))
    }

    /// `거주 국가가 한국인`, `거주 국가가 (없거나) 한국이 아닌`
    pub(super) fn is(
        &mut self,
        value: &'p Expression,
        said: &str,
        form: Form,
        negated: bool,
        missable: bool,
    ) -> String {
        let value = with(&self.value(value), SUBJECT);
        let missing = if negated && missable { "(없거나) " } else { "" };
        format!("{value} {missing}{}", copula(said, &IS, form, negated))
    }

    /// `이름이 "A"로 시작하는`, `이름이 (없거나) "A"로 시작하지 않는`
    pub(super) fn does(&mut self, value: &'p Expression, said: &str, verb: &Verb, how: How) -> String {
        let value = with(&self.value(value), SUBJECT);
        let missing = if how.or_missing { "(없거나) " } else { "" };
        format!("{value} {missing}{said}{}", verb.form(how.form, how.negated))
    }

    fn compare(
        &mut self,
        left: &'p Expression,
        operator: Operator,
        right: &'p Expression,
        form: Form,
        negated: bool,
    ) -> String {
        if let Some((events, operator, number)) = Events::counted(left, operator, right) {
            return self.counted(&events, operator, number, form, negated);
        }
        if let (Some(country), Operator::Equal, false) = (self.around.home(left, right), operator, negated) {
            return format!("{}에 {}", country.korean, LIVES.form(form, false));
        }
        let (left, operator, right) = literal_right(left, operator, right);
        let value = self.beside(left, right);
        let missable = may_be_missing(left) || may_be_missing(right);
        let dates = self.around.is_date(left) || self.around.is_date(right);
        let said = match (operator, dates) {
            (Operator::Equal, _) => value,
            (Operator::NotEqual, _) if negated && missable => {
                let left = with(&self.value(left), SUBJECT);
                return format!("{left} (없거나) {}", copula(&value, &IS, form, false));
            }
            (Operator::NotEqual, _) => format!("{value} 외의 값"),
            (Operator::Less, false) => format!("{value} 미만"),
            (Operator::LessOrEqual, false) => format!("{value} 이하"),
            (Operator::Greater, false) => format!("{value} 초과"),
            (Operator::GreaterOrEqual, false) => format!("{value} 이상"),
            (Operator::Less, true) => format!("{value}보다 이전"),
            (Operator::LessOrEqual, true) => format!("{value} 또는 그 이전"),
            (Operator::Greater, true) => format!("{value}보다 이후"),
            (Operator::GreaterOrEqual, true) => format!("{value} 또는 그 이후"),
        };
        self.is(left, &said, form, negated, missable)
    }

    /// A value that stands beside another: the code of a country is the country's name.
    pub(super) fn beside(&mut self, known: &Expression, value: &'p Expression) -> String {
        match value {
            Expression::Literal(literal) => literal_beside(known, literal),
            _ => self.value(value),
        }
    }

    /// That some item of a list is there, with a condition for it if it has a name.
    fn exists(
        &mut self,
        list: &'p Expression,
        more: Option<(&'p str, Option<&'p Expression>)>,
        form: Form,
        negated: bool,
    ) -> String {
        if let Some(mut events) = Events::of(list) {
            if let Some((name, Some(condition))) = more {
                events.that(Some(name), condition);
            }
            return self.happened(&events, form, negated);
        }
        let (list, items) = match (list, more) {
            (
                Expression::Filter {
                    list,
                    variable,
                    condition,
                },
                None,
            ) => {
                let items = self.items(list, variable.as_deref(), Some(condition));
                (&**list, items)
            }
            (_, Some((name, condition))) => (list, self.items(list, Some(name), condition)),
            _ => (list, "항목".to_owned()),
        };
        let list = self.value(list);
        let items = with(&items, SUBJECT);
        let some = if negated { "하나도 " } else { "하나 이상 " };
        format!("{list} 중에 {items} {some}{}", EXISTS.form(form, negated))
    }

    /// `가격이 5 미만인 항목`
    pub(super) fn items(
        &mut self,
        list: &'p Expression,
        name: Option<&'p str>,
        condition: Option<&'p Expression>,
    ) -> String {
        let kind = self.around.sort_of(list);
        let Some(condition) = condition else {
            return "아무 항목".to_owned();
        };
        let called = Self::called(name, condition);
        let said = self.within(Thing { name, kind }, |writer| {
            writer.relative(condition, Form::Before)
        });
        let bracket = matches!(condition, Expression::And(_) | Expression::Or(_));
        if bracket {
            format!("({said}) 항목{called}")
        } else {
            format!("{said} 항목{called}")
        }
    }

    /// `한`, `하지 않은`, behind what was done.
    pub(super) fn did(said: &str, form: Form, negated: bool) -> String {
        format!("{said}{}", DID.form(form, negated))
    }
}

/// How a clause ends.
#[derive(Clone, Copy)]
pub(super) struct How {
    pub(super) form: Form,
    pub(super) negated: bool,
    /// Whether it also holds where there is no value.
    pub(super) or_missing: bool,
}

/// `한국인`, `한국이 아닌`
pub(super) fn copula(said: &str, verb: &Verb, form: Form, negated: bool) -> String {
    match (negated, said) {
        (false, _) => format!("{said}{}", verb.form(form, false)),
        (true, "") => format!("이 {}", verb.form(form, true)),
        (true, _) => format!("{} {}", with(said, SUBJECT), verb.form(form, true)),
    }
}

/// A literal that stands beside a value.
pub(super) fn literal_beside(known: &Expression, literal: &Value) -> String {
    let country = names::country_beside(known, literal);
    country.map_or_else(|| literally(literal), |country| country.korean.to_owned())
}
