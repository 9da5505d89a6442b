//! Whether a rule holds at an instant: counted and compared from nothing, each time.

use super::facts::{Event, Facts};
use super::json::{Json, Kind};
use super::meaning::{self, covers};
use super::number::Number;
use crate::rule::{Comparison, Events, Literal, Rule, Than, Window};
use model::{SegmentId, Timestamp};
use std::cmp::Ordering;

/// Whether `rule` holds on `facts` at `now`, where `inside` tells the outcomes of other segments.
pub(super) fn holds(
    rule: &Rule,
    facts: &Facts<'_>,
    now: Timestamp,
    inside: &dyn Fn(&SegmentId) -> bool,
) -> bool {
    let within = |rule: &Rule| holds(rule, facts, now, inside);
    match rule {
        Rule::Compare(comparison) => compare(comparison, facts.attributes.get(&comparison.path)),
        Rule::In(path, list) => facts
            .attributes
            .get(path)
            .is_some_and(|value| is_one_of(value, list)),
        Rule::Intersects(path, list) => match facts.attributes.get(path).map(|value| &value.kind) {
            Some(Kind::List(items)) => items.iter().any(|item| is_one_of(item, list)),
            _ => false,
        },
        Rule::NotIn(path, list) => facts.attributes.get(path).is_some_and(|value| {
            let differs = |literal| order(value, literal).is_some_and(Ordering::is_ne);
            list.iter().all(differs)
        }),
        Rule::Equals(path, text, case) => {
            let value = facts.attributes.get(path).and_then(Json::text);
            value.is_some_and(|value| value == text || !case && value.eq_ignore_ascii_case(text))
        }
        Rule::IsNull(path, null) => facts.attributes.keys().any(|leaf| covers(path, leaf)) != *null,
        Rule::Named(namespace, values) => facts.links.iter().any(|link| {
            link.identity.namespace == *namespace && values.iter().any(|value| link.identity.value == *value)
        }),
        Rule::Lately(path, window) => facts
            .attributes
            .get(path)
            .and_then(date)
            .is_some_and(|at| at <= now && in_window(at, *window, now)),
        Rule::Pair(one, other, same) => {
            let others = chosen(other, facts, now);
            chosen(one, facts, now).iter().any(|one| {
                let same = |event: &Event<'_>| alike(one.fields.at(same), event.fields.at(same));
                others.iter().any(|other| same(other))
            })
        }
        Rule::Count(events, than, number) => {
            let count = chosen(events, facts, now).len() as i128;
            than.accepts(Number::whole(count).cmp(&Number::whole(i128::from(*number))))
        }
        Rule::Sum(events, of, than, number) => {
            let mut sum = Number::default();
            for event in chosen(events, facts, now) {
                if let Some(Json {
                    raw,
                    kind: Kind::Number,
                }) = event.fields.at(of)
                {
                    sum = sum.plus(Number::read(raw));
                }
            }
            than.accepts(sum.cmp(&Number::read(number)))
        }
        Rule::Exists(events) => !chosen(events, facts, now).is_empty(),
        Rule::InSegment(id) => inside(id),
        Rule::Not(inner) => !within(inner),
        Rule::And(parts) => parts.iter().all(within),
        Rule::Or(parts) => parts.iter().any(within),
    }
}

/// `consents.collect.val = "n"`, or a general opt-out in `privacyOptOuts`.
pub(super) fn opted_out(facts: &Facts<'_>) -> bool {
    let at = |path: &str| {
        facts
            .attributes
            .iter()
            .find(|(p, _)| p.to_string() == path)
            .map(|(_, value)| value)
    };
    let refused = at("consents.collect.val").and_then(Json::text) == Some("n");
    let member = |item: &Json, key: &str, text: &str| item.member(key).and_then(Json::text) == Some(text);
    let general =
        |item: &Json| member(item, "optOutType", "general_opt_out") && member(item, "optOutValue", "out");
    refused
        || matches!(at("privacyOptOuts").map(|v| &v.kind), Some(Kind::List(items)) if items.iter().any(general))
}

/// The events that count at `now`, lie in the window and meet the conditions.
fn chosen<'a>(choice: &Events, facts: &'a Facts<'_>, now: Timestamp) -> Vec<&'a Event<'a>> {
    let within = |event: &Event<'_>| {
        choice
            .window
            .is_none_or(|window| in_window(event.timestamp, window, now))
    };
    let meets = |event: &Event<'_>| {
        choice
            .conditions
            .iter()
            .all(|condition| compare(condition, event.fields.at(&condition.path)))
    };
    facts
        .seen(now)
        .filter(|event| within(event) && meets(event))
        .collect()
}

fn in_window(at: Timestamp, window: Window, now: Timestamp) -> bool {
    let left = now - window.length();
    at > left || window.inclusive && at == left
}

/// A date: an instant, or a whole day, which begins at midnight in UTC.
pub(super) fn date(value: &Json) -> Option<Timestamp> {
    let text = value.text()?;
    meaning::instant(text).or_else(|| meaning::midnight(text))
}

/// Whether two values are both there and equal; lists and objects never come here.
fn alike(one: Option<&Json>, other: Option<&Json>) -> bool {
    let (Some(one), Some(other)) = (one, other) else {
        return false;
    };
    match (&one.kind, &other.kind) {
        (Kind::Number, Kind::Number) => Number::read(&one.raw) == Number::read(&other.raw),
        (Kind::Text(one), Kind::Text(other)) => one == other,
        _ => false,
    }
}

/// A comparison with a missing value or one of another kind is false, whatever the operator.
fn compare(comparison: &Comparison, value: Option<&Json>) -> bool {
    value
        .and_then(|value| order(value, &comparison.literal))
        .is_some_and(|order| comparison.than.accepts(order))
}

fn is_one_of(value: &Json, list: &[Literal]) -> bool {
    list.iter()
        .any(|literal| order(value, literal) == Some(Ordering::Equal))
}

fn order(value: &Json, literal: &Literal) -> Option<Ordering> {
    match (&value.kind, literal) {
        (Kind::Text(text), Literal::Text(other)) => Some(text.chars().cmp(other.chars())),
        (Kind::Number, Literal::Number(other)) => Some(Number::read(&value.raw).cmp(&Number::read(other))),
        (Kind::Bool(value), Literal::Bool(other)) => Some(value.cmp(other)),
        _ => None,
    }
}

impl Than {
    fn accepts(self, order: Ordering) -> bool {
        match self {
            Self::Equal => order.is_eq(),
            Self::NotEqual => order.is_ne(),
            Self::Less => order.is_lt(),
            Self::AtMost => order.is_le(),
            Self::More => order.is_gt(),
            Self::AtLeast => order.is_ge(),
        }
    }
}
