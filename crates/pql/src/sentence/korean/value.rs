//! Values as what they are called: `지난 7일 동안의 구매의 주문 금액 합계`.

use super::Writer;
use super::verb::Form;
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
            Owner::Subject(_) if whole => "그 값".to_owned(),
            Owner::Subject(_) => name,
            Owner::Person => format!("그 사람의 {name}"),
            Owner::Named(called) if whole => format!("\"{called}\" 값"),
            Owner::Named(called) => format!("\"{called}\"의 {name}"),
            Owner::Outer(sort, levels) => {
                let thing = if sort == Sort::Event {
                    "이벤트"
                } else {
                    "항목"
                };
                let around = match levels {
                    1 => format!("바깥 {thing}"),
                    _ => format!("{levels}단계 바깥 {thing}"),
                };
                if whole {
                    around
                } else {
                    format!("{around}의 {name}")
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
                format!("목록 [{}]", items.join(", "))
            }
            Expression::Field(field) => self.field(field),
            Expression::Member { of, path } => {
                let of = self.value(of);
                format!("{of}의 {} 값", names::quoted(path.keys()))
            }
            Expression::Arithmetic { first, rest } => {
                let mut said = self.value(first);
                for (sign, value) in rest {
                    let value = self.value(value);
                    said = format!("{said} {} {value}", word(*sign));
                }
                format!("({said})")
            }
            Expression::Negative(of) => format!("마이너스 ({})", self.value(of)),
            Expression::If {
                condition,
                then,
                otherwise,
            } => {
                let (then, otherwise) = (self.value(then), self.value(otherwise));
                let condition = self.relative(condition, Form::Before);
                format!("({condition} 경우 {then}, 그 밖에는 {otherwise})")
            }
            Expression::Let { name, value, body } => {
                let value = self.value(value);
                let thing = Thing {
                    name: Some(name),
                    kind: Sort::Value,
                };
                let body = self.within(thing, |writer| writer.value(body));
                format!("(\"{name}\" 값을 {value}(으)로 둔 {body})")
            }
            Expression::Events | Expression::Filter { .. } => self.list(value),
            Expression::Each { variable, body } => self.each(Sort::Item, variable.as_deref(), body),
            Expression::Call { function, arguments } => self.call(function, arguments),
            _ => format!("({} 경우인지 여부)", self.relative(value, Form::Before)),
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
                let items = self.items(list, variable.as_deref(), Some(condition));
                let list = self.value(list);
                format!("{list} 중 {items}")
            }
            _ => self.value(list),
        }
    }

    /// What is taken of an item.
    fn each(&mut self, kind: Sort, name: Option<&'p str>, body: &'p Expression) -> String {
        let called = Self::called(name, body);
        let said = self.within(Thing { name, kind }, |writer| writer.value(body));
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
            Some(each) => format!("{list}의 {each} {what}"),
            None => format!("{list}의 {what}"),
        };
        match (function.name, arguments) {
            ("count", [list]) => format!("{}의 개수", self.value(list)),
            ("sum", [list, rest @ ..]) => over(self.taken(list, rest.first()), "합계"),
            ("average", [list, rest @ ..]) => over(self.taken(list, rest.first()), "평균"),
            ("min" | "max", [list, each]) if is_time(each) && Events::of(list).is_some() => {
                let which = if function.name == "min" {
                    "이른"
                } else {
                    "최근의"
                };
                format!("{} 중 가장 {which} 발생 시각", self.value(list))
            }
            ("min", [list, rest @ ..]) => over(self.taken(list, rest.first()), "최솟값(가장 이른 값)"),
            ("max", [list, rest @ ..]) => over(self.taken(list, rest.first()), "최댓값(가장 늦은 값)"),
            ("map", [list, each]) => over(self.taken(list, Some(each)), "목록"),
            ("groupBy", [list, each]) => match self.taken(list, Some(each)) {
                (Some(each), list) => format!("{each} 기준으로 묶은 {list}"),
                (None, list) => list,
            },
            ("topN" | "bottomN", [list, each, count]) => {
                let most = if function.name == "topN" { "큰" } else { "작은" };
                let count = self.value(count);
                match self.taken(list, Some(each)) {
                    (Some(each), list) => format!("{list} 중 [{each}] 기준으로 가장 {most} {count}개"),
                    (None, list) => list,
                }
            }
            ("head", [list]) => format!("{}의 첫 항목", self.value(list)),
            ("distinct", [list]) => format!("{}에서 중복을 뺀 항목", self.value(list)),
            ("intersection", [one, other]) => {
                let (one, other) = (self.value(one), self.value(other));
                format!("{one} 중 {other}에도 있는 항목")
            }
            ("get", [map, key]) => {
                let (map, key) = (self.value(map), self.value(key));
                format!("{map}의 {key} 항목 값")
            }
            ("keys", [map]) => format!("{}의 키 목록", self.value(map)),
            ("values", [map]) => format!("{}의 값 목록", self.value(map)),
            ("regexGroup", [text, pattern, group]) => {
                let (text, pattern) = (self.value(text), self.value(pattern));
                let group = self.value(group);
                format!("{text}에서 패턴 {pattern}의 {group}번 그룹")
            }
            ("date", arguments) => self.date(arguments),
            ("getYear", [date]) => format!("{}의 연도", self.value(date)),
            ("getMonth", [date]) => format!("{}의 월", self.value(date)),
            ("getDayOfMonth", [date]) => format!("{}의 일", self.value(date)),
            ("currentYear", _) => "올해 연도".to_owned(),
            ("currentMonth", _) => "이번 달의 월".to_owned(),
            ("currentDayOfMonth", _) => "오늘의 일".to_owned(),
            (name, []) => super::time::word(name).unwrap_or(name).to_owned(),
            _ if super::test::is_known(function.name) => {
                format!(
                    "({} 경우인지 여부)",
                    self.test(function, arguments, Form::Before, false)
                )
            }
            (name, arguments) => {
                let all: Vec<_> = arguments.iter().map(|one| self.value(one)).collect();
                format!("({})의 `{name}`", all.join(", "))
            }
        }
    }
}

/// A path of the person, an event or an item, without whose it is.
pub(super) fn named(field: &Field, sort: Sort) -> String {
    let keys = field.path.keys();
    let known = match (field.root, sort) {
        (Root::Identities, _) if keys.is_empty() => return "식별자".to_owned(),
        (Root::Identities, _) => return format!("식별자 {} 값", names::quoted(keys)),
        (Root::Profile, _) => names::of_profile(keys),
        (Root::Item(_), Sort::Event) => names::of_event(keys),
        (Root::Item(_), _) => None,
    };
    known.map_or_else(
        || format!("{} 값", names::quoted(keys)),
        |words| words.korean.to_owned(),
    )
}

pub(super) fn literally(value: &Value) -> String {
    match value {
        Value::Array(items) => {
            let items: Vec<_> = items.iter().map(literally).collect();
            format!("목록 [{}]", items.join(", "))
        }
        Value::Bool(true) => "참(true)".to_owned(),
        Value::Bool(false) => "거짓(false)".to_owned(),
        other => print::Literal(other).to_string(),
    }
}

fn word(sign: Sign) -> &'static str {
    match sign {
        Sign::Plus => "+",
        Sign::Minus => "-",
        Sign::Times => "×",
        Sign::Over => "÷",
        Sign::Rest => "mod(나머지)",
    }
}
