//! Values as what they are called: `the total of the order totals of their purchases`.

use super::Writer;
use crate::function::Function;
use crate::print::{self, Text};
use crate::program::{Expression, Field, Root, Sign};
use crate::sentence::events::{Events, is_time};
use crate::sentence::names;
use crate::sentence::scope::{Owner, Sort, Thing};
use xdm::Value;

impl<'p> Writer<'p> {
    fn field(&mut self, field: &Field) -> String {
        let owner = self.around.owner(field.root);
        let whole = field.path.keys().is_empty() && field.root != Root::Identities;
        let name = named(field, self.around.sort_at(field.root));
        match owner {
            Owner::Subject(_) if whole => "it".to_owned(),
            Owner::Subject(_) => format!("{} {name}", if self.around.of_person() { "their" } else { "its" }),
            Owner::Person => format!("the person's {name}"),
            Owner::Named(called) if whole => format!("\"{called}\""),
            Owner::Named(called) => format!("the {name} of \"{called}\""),
            Owner::Outer(sort, levels) => {
                let thing = if sort == Sort::Event { "event" } else { "item" };
                let around = match levels {
                    1 => format!("the {thing} around it"),
                    _ => format!("the {thing} {levels} levels around it"),
                };
                if whole {
                    around
                } else {
                    format!("the {name} of {around}")
                }
            }
        }
    }

    pub(super) fn value(&mut self, value: &'p Expression) -> String {
        match value {
            Expression::Literal(literal) => literally(literal),
            Expression::Pattern(pattern) => Text(pattern.text()).to_string(),
            Expression::List(items) => {
                let items: Vec<_> = items.iter().map(|item| self.value(item)).collect();
                format!("the list [{}]", items.join(", "))
            }
            Expression::Field(field) => self.field(field),
            Expression::Member { of, path } => {
                let of = self.value(of);
                format!("the {} of {of}", names::quoted(path.keys()))
            }
            Expression::Arithmetic { first, rest } => {
                let mut said = self.value(first);
                for (sign, value) in rest {
                    let value = self.value(value);
                    said = format!("{said} {} {value}", word(*sign));
                }
                format!("({said})")
            }
            Expression::Negative(of) => format!("minus ({})", self.value(of)),
            Expression::If {
                condition,
                then,
                otherwise,
            } => {
                let (then, otherwise) = (self.value(then), self.value(otherwise));
                let condition = self.whether(condition);
                format!("({then} if {condition}, and else {otherwise})")
            }
            Expression::Let { name, value, body } => {
                let value = self.value(value);
                let thing = Thing {
                    name: Some(name),
                    kind: Sort::Value,
                };
                let body = self.within(thing, |writer| writer.value(body));
                format!("({body}, with \"{name}\" for {value})")
            }
            Expression::Events | Expression::Filter { .. } => self.list(value),
            Expression::Each { variable, body } => self.each(Sort::Item, variable.as_deref(), body),
            Expression::Call { function, arguments } => self.call(function, arguments),
            _ => format!("(whether {})", self.whether(value)),
        }
    }

    /// `they are people whose points are 5`
    fn whether(&mut self, condition: &'p Expression) -> String {
        let said = self.relative(condition);
        let said = match condition {
            Expression::And(_) | Expression::Or(_) => format!("({said})"),
            _ => said,
        };
        if self.around.of_person() {
            format!("they are people {said}")
        } else {
            format!("it is one {said}")
        }
    }

    fn list(&mut self, list: &'p Expression) -> String {
        if let Some(events) = Events::of(list) {
            return self.events(&events);
        }
        match list {
            Expression::Filter {
                list,
                variable,
                condition,
            } => {
                let kind = self.around.sort_of(list);
                let name = variable.as_deref();
                let called = Self::called(name, condition);
                let said = self.within(Thing { name, kind }, |writer| writer.relative(condition));
                let list = self.value(list);
                format!("the items in {list} (each one{called} {said})")
            }
            _ => self.value(list),
        }
    }

    /// What is taken of an item.
    fn each(&mut self, kind: Sort, name: Option<&'p str>, body: &'p Expression) -> String {
        let called = Self::called(name, body);
        let said = self.within(Thing { name, kind }, |writer| match body {
            Expression::Field(field)
                if writer.around.owner(field.root) == Owner::Subject(kind)
                    && !field.path.keys().is_empty() =>
            {
                format!("the {}", named(field, kind))
            }
            _ => writer.value(body),
        });
        format!("{said}{called}")
    }

    /// What is taken of each item of a list, and the list.
    fn taken(&mut self, list: &'p Expression, each: Option<&'p Expression>) -> (Option<String>, String) {
        let kind = self.around.sort_of(list);
        let each = match each {
            Some(Expression::Each { variable, body }) => Some(self.each(kind, variable.as_deref(), body)),
            Some(other) => Some(self.value(other)),
            None => None,
        };
        (each, self.value(list))
    }

    pub(super) fn call(&mut self, function: &'static Function, arguments: &'p [Expression]) -> String {
        let over = |(each, list): (Option<String>, String), what: &str| match each {
            Some(each) => format!("{what} of {each} over {list}"),
            None => format!("{what} of {list}"),
        };
        match (function.name, arguments) {
            ("count", [list]) => format!("the number of {}", self.value(list)),
            ("sum", [list, rest @ ..]) => over(self.taken(list, rest.first()), "the total"),
            ("average", [list, rest @ ..]) => over(self.taken(list, rest.first()), "the average"),
            ("min" | "max", [list, each]) if is_time(each) && Events::of(list).is_some() => {
                let which = if function.name == "min" {
                    "earliest"
                } else {
                    "latest"
                };
                format!("the time of the {which} of {}", self.value(list))
            }
            ("min", [list, rest @ ..]) => over(self.taken(list, rest.first()), "the smallest or earliest"),
            ("max", [list, rest @ ..]) => over(self.taken(list, rest.first()), "the largest or latest"),
            ("map", [list, each]) => match self.taken(list, Some(each)) {
                (Some(each), list) => format!("the list of {each} over {list}"),
                (None, list) => list,
            },
            ("groupBy", [list, each]) => match self.taken(list, Some(each)) {
                (Some(each), list) => format!("{list} grouped by {each}"),
                (None, list) => list,
            },
            ("topN" | "bottomN", [list, each, count]) => {
                let most = if function.name == "topN" {
                    "largest"
                } else {
                    "smallest"
                };
                let count = self.value(count);
                match self.taken(list, Some(each)) {
                    (Some(each), list) => {
                        let each = each.strip_prefix("the ").unwrap_or(&each);
                        format!("the {count} items in {list} with the {most} {each}")
                    }
                    (None, list) => list,
                }
            }
            ("head", [list]) => format!("the first of {}", self.value(list)),
            ("distinct", [list]) => format!("the distinct items of {}", self.value(list)),
            ("intersection", [one, other]) => {
                let (one, other) = (self.value(one), self.value(other));
                format!("the items of {one} that are also in {other}")
            }
            ("get", [map, key]) => {
                let (map, key) = (self.value(map), self.value(key));
                format!("the value under {key} in {map}")
            }
            ("keys", [map]) => format!("the keys of {}", self.value(map)),
            ("values", [map]) => format!("the values of {}", self.value(map)),
            ("regexGroup", [text, pattern, group]) => {
                let (text, pattern) = (self.value(text), self.value(pattern));
                let group = self.value(group);
                format!("group {group} of the pattern {pattern} in {text}")
            }
            ("date", arguments) => self.date(arguments),
            ("getYear", [date]) => format!("the year of {}", self.value(date)),
            ("getMonth", [date]) => format!("the month of {}", self.value(date)),
            ("getDayOfMonth", [date]) => format!("the day of the month of {}", self.value(date)),
            ("currentYear", _) => "the year it is".to_owned(),
            ("currentMonth", _) => "the month it is".to_owned(),
            ("currentDayOfMonth", _) => "the day of the month it is".to_owned(),
            (word, []) => word.to_owned(),
            _ if super::test::is_known(function.name) => {
                let test = self.test(function, arguments, false);
                let ones = if self.around.of_person() {
                    "they are people"
                } else {
                    "it is one"
                };
                format!("(whether {ones} {test})")
            }
            (name, arguments) => {
                let all: Vec<_> = arguments.iter().map(|one| self.value(one)).collect();
                format!("`{name}` of ({})", all.join(", "))
            }
        }
    }
}

/// A path of the person, an event or an item, without whose it is.
pub(super) fn named(field: &Field, sort: Sort) -> String {
    let keys = field.path.keys();
    let known = match (field.root, sort) {
        (Root::Identities, _) if keys.is_empty() => return "identity map".to_owned(),
        (Root::Identities, _) => return format!("identity {}", names::quoted(keys)),
        (Root::Profile, _) => names::of_profile(keys),
        (Root::Item(_), Sort::Event) => names::of_event(keys),
        (Root::Item(_), _) => None,
    };
    known.map_or_else(|| names::quoted(keys), |words| words.english.to_owned())
}

pub(super) fn literally(value: &Value) -> String {
    match value {
        Value::Array(items) => {
            let items: Vec<_> = items.iter().map(literally).collect();
            format!("the list [{}]", items.join(", "))
        }
        other => print::Literal(other).to_string(),
    }
}

fn word(sign: Sign) -> &'static str {
    match sign {
        Sign::Plus => "plus",
        Sign::Minus => "minus",
        Sign::Times => "times",
        Sign::Over => "divided by",
        Sign::Rest => "modulo",
    }
}
