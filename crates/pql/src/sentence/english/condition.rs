//! Conditions as relative clauses: `whose home country is Korea and who bought`.

use super::value::{literally, named};
use super::{Writer, joined};
use crate::print::Text;
use crate::program::{Expression, Operator, Root};
use crate::sentence::events::Events;
use crate::sentence::names;
use crate::sentence::scope::{Owner, Sort, Thing, is_simple, literal_right, may_be_missing};
use xdm::Value;

/// How a clause on where people live begins.
const LIVE: &str = "who live ";

/// `in Korea` of `who live in Korea`: right behind the noun that is enough.
fn living_in(clause: &str) -> Option<&str> {
    clause.strip_prefix(LIVE)
}

/// What stands behind a condition that also holds where there is no value.
const OR_MISSING: &str = " (or is missing)";

impl<'p> Writer<'p> {
    /// All that is said of people or of a thing: clauses with `and` or `or` between them, of which none can be taken for a
    /// part of another.
    pub(super) fn relative(&mut self, condition: &'p Expression) -> String {
        match condition {
            Expression::And(all) => {
                let all: Vec<_> = all.iter().map(|one| self.clause(one, false)).collect();
                match (living_in(&all[0]), &all[1..]) {
                    (Some(place), rest) if !rest[0].starts_with('(') && living_in(&rest[0]).is_none() => {
                        format!("{place} {}", joined(rest, "and"))
                    }
                    _ => joined(&all, "and"),
                }
            }
            Expression::Or(all) => {
                let all: Vec<_> = all.iter().map(|one| self.clause(one, false)).collect();
                let places: Option<Vec<_>> =
                    all.iter().map(|one| living_in(one).map(str::to_owned)).collect();
                joined(&places.unwrap_or(all), "or")
            }
            _ => {
                let one = self.clause(condition, false);
                living_in(&one).map(str::to_owned).unwrap_or(one)
            }
        }
    }

    /// One clause; `negated` if it is said that it does not hold.
    pub(super) fn clause(&mut self, condition: &'p Expression, negated: bool) -> String {
        let words = self.pronouns();
        let (that, are) = (words.that, words.are);
        let not = if negated { "not " } else { "" };
        match condition {
            Expression::Not(inner) if !negated && is_simple(inner) => self.clause(inner, true),
            Expression::And(_) | Expression::Or(_) | Expression::Not(_) if !negated => {
                let inner = match condition {
                    Expression::Not(inner) => return self.clause_of_group(inner, true),
                    group => self.relative(group),
                };
                format!("({inner})")
            }
            Expression::And(_) | Expression::Or(_) | Expression::Not(_) => {
                self.clause_of_group(condition, true)
            }
            Expression::Literal(Value::Bool(value)) => {
                let kind = if *value { "any kind" } else { "no kind" };
                if negated {
                    format!("{that} {are} not of {kind}")
                } else {
                    format!("of {kind}")
                }
            }
            Expression::Compare {
                left,
                operator,
                right,
            } => self.compare(left, *operator, right, negated),
            Expression::Call { function, arguments } => self.test(function, arguments, negated),
            Expression::Occurs { moment, when } => {
                let when = self.when(when);
                let missing = missing(negated && may_be_missing(moment));
                self.about(moment, &format!("is {not}{when}{missing}"))
            }
            Expression::InSegment(segment) => {
                let id = Text(segment.as_str());
                // It is always the person who is in a segment.
                if self.around.of_person() {
                    format!("{that} {are} {not}in the segment {id}")
                } else {
                    format!("{} the person is {not}in the segment {id}", words.for_which)
                }
            }
            Expression::Events | Expression::Filter { .. } => self.exists(condition, None, negated),
            Expression::Quantifier {
                every: false,
                variable,
                list,
                condition,
            } => {
                let more = condition.as_deref();
                self.exists(list, Some((variable, more)), negated)
            }
            Expression::Quantifier {
                variable,
                list,
                condition,
                ..
            } => self.every(variable, list, condition.as_deref(), negated),
            Expression::Chain { events, steps } => self.chain(events, steps, negated),
            Expression::Let { name, value, body } => {
                let value = self.value(value);
                let thing = Thing {
                    name: Some(name),
                    kind: Sort::Value,
                };
                let body = self.within(thing, |writer| writer.relative(body));
                let ones = words.ones;
                format!("{that}, with \"{name}\" for {value}, {are} {not}{ones} ({body})")
            }
            Expression::If {
                condition,
                then,
                otherwise,
            } => {
                let all = [condition, then, otherwise].map(|one| self.relative(one));
                let [condition, then, otherwise] = all;
                let ones = words.ones;
                format!(
                    "{that} {are} {not}{ones} (where {ones} {condition}: {then}; and otherwise: {otherwise})"
                )
            }
            _ => {
                let word = if negated { "is not true" } else { "is true" };
                let list = if negated {
                    " (nor a list with something in it)"
                } else {
                    " (or a list with something in it)"
                };
                self.about(condition, &format!("{word}{list}"))
            }
        }
    }

    /// A group that does not hold.
    fn clause_of_group(&mut self, group: &'p Expression, negated: bool) -> String {
        let words = self.pronouns();
        let not = if negated { "not " } else { "" };
        let inner = self.relative(group);
        format!("{} {} {not}{} ({inner})", words.that, words.are, words.ones)
    }

    /// `whose home country is Korea`, `for whom the total is more than 5`: a value and what is said of it.
    pub(super) fn about(&mut self, value: &'p Expression, said: &str) -> String {
        let words = self.pronouns();
        match value {
            Expression::Field(field) => match (self.around.owner(field.root), field.path.keys()) {
                (Owner::Subject(_), []) if field.root != Root::Identities => format!("{} {said}", words.that),
                (Owner::Subject(sort), _) => format!("whose {} {said}", named(field, sort)),
                _ => format!("{} {} {said}", words.for_which, self.value(value)),
            },
            _ => format!("{} {} {said}", words.for_which, self.value(value)),
        }
    }

    fn compare(
        &mut self,
        left: &'p Expression,
        operator: Operator,
        right: &'p Expression,
        negated: bool,
    ) -> String {
        if let Some((events, operator, number)) = Events::counted(left, operator, right) {
            return self.counted(&events, operator, number, negated);
        }
        if let (Some(country), Operator::Equal, false) = (self.around.home(left, right), operator, negated) {
            return format!("{LIVE}in {}", country.english);
        }
        let (left, operator, right) = literal_right(left, operator, right);
        let value = self.beside(left, right);
        let missable = may_be_missing(left) || may_be_missing(right);
        let dates = self.around.is_date(left) || self.around.is_date(right);
        let said = match (operator, negated) {
            (Operator::Equal, false) => format!("is {value}"),
            (Operator::Equal, true) => format!("is not {value}{}", missing(missable)),
            (Operator::NotEqual, false) => format!("is something other than {value}"),
            (Operator::NotEqual, true) => format!("is {value}{}", missing(missable)),
            (_, false) => format!("is {} {value}", order(operator, dates)),
            (_, true) => format!("is not {} {value}{}", order(operator, dates), missing(missable)),
        };
        self.about(left, &said)
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
        negated: bool,
    ) -> String {
        if let Some(mut events) = Events::of(list) {
            if let Some((name, Some(condition))) = more {
                events.that(Some(name), condition);
            }
            return self.happened(&events, negated);
        }
        let words = self.pronouns();
        let some = if negated { "no" } else { "at least one" };
        let (list, items) = match (list, more) {
            (
                Expression::Filter {
                    list,
                    variable,
                    condition,
                },
                None,
            ) => {
                let items = self.item_that(list, variable.as_deref(), condition);
                (&**list, items)
            }
            (_, Some((name, Some(condition)))) => (list, self.item_that(list, Some(name), condition)),
            _ => (list, String::new()),
        };
        let list = self.value(list);
        format!("{} {some} item in {list}{items}", words.that_have)
    }

    /// ` that is one whose price is 5`, of an item of a list.
    pub(super) fn item_that(
        &mut self,
        list: &'p Expression,
        name: Option<&'p str>,
        condition: &'p Expression,
    ) -> String {
        let kind = self.around.sort_of(list);
        let called = Self::called(name, condition);
        let said = self.within(Thing { name, kind }, |writer| writer.relative(condition));
        let bracket = matches!(condition, Expression::And(_) | Expression::Or(_));
        if bracket {
            format!("{called} ({said})")
        } else {
            format!("{called} {said}")
        }
    }

    fn every(
        &mut self,
        name: &'p str,
        list: &'p Expression,
        condition: Option<&'p Expression>,
        negated: bool,
    ) -> String {
        let words = self.pronouns();
        let said = match condition {
            Some(condition) => self.item_that(list, Some(name), condition),
            None => " of any kind".to_owned(),
        };
        let list = self.value(list);
        let every = if negated { "not every" } else { "every" };
        format!("{} {every} item in {list} is one{said}", words.for_which)
    }
}

/// A literal that stands beside a value.
pub(super) fn literal_beside(known: &Expression, literal: &Value) -> String {
    let country = names::country_beside(known, literal);
    country.map_or_else(|| literally(literal), |country| country.english.to_owned())
}

pub(super) fn missing(also: bool) -> &'static str {
    if also { OR_MISSING } else { "" }
}

fn order(operator: Operator, dates: bool) -> &'static str {
    match (operator, dates) {
        (Operator::Less, false) => "less than",
        (Operator::LessOrEqual, false) => "at most",
        (Operator::Greater, false) => "more than",
        (Operator::GreaterOrEqual, false) => "at least",
        (Operator::Less, true) => "earlier than",
        (Operator::LessOrEqual, true) => "not later than",
        (Operator::Greater, true) => "later than",
        (Operator::GreaterOrEqual, true) => "not earlier than",
        (Operator::Equal, _) => "equal to",
        (Operator::NotEqual, _) => "other than",
    }
}
