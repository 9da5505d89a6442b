//! Random predicates over the few paths that messages write.

use super::dice::Dice;
use super::times::Times;
use crate::rule::{Comparison, Events, Literal, Rule, Than};
use model::{Path, SegmentId};

const ORDERED: [Than; 6] = [
    Than::Equal,
    Than::NotEqual,
    Than::Less,
    Than::AtMost,
    Than::More,
    Than::AtLeast,
];
const EITHER: [Than; 2] = [Than::Equal, Than::NotEqual];

/// A rule that may refer to `others`.
pub(super) fn rule(dice: &mut Dice, times: &Times, others: &[SegmentId]) -> Rule {
    nested(dice, times, others, 2)
}

fn nested(dice: &mut Dice, times: &Times, others: &[SegmentId], depth: usize) -> Rule {
    if depth > 0 && dice.percent(35) {
        let parts = dice.between(2, 3);
        let mut part = || nested(dice, times, others, depth - 1);
        let parts: Vec<Rule> = (0..parts).map(|_| part()).collect();
        return if dice.percent(50) {
            Rule::And(parts)
        } else {
            Rule::Or(parts)
        };
    }
    let leaf = match dice.below(16) {
        0..2 => Rule::Compare(attribute(dice)),
        2 => Rule::In(path("home.country"), vec![text("KR"), text("DE")]),
        3 => Rule::Intersects(path("tags"), vec![text("vip"), text("new")]),
        4..6 => Rule::Count(events(dice, times), dice.one(&ORDERED), dice.between(1, 3) as u32),
        6 => {
            let least = dice.one(&["0", "1.1", "1.3", "2.2", "10"]).to_owned();
            Rule::Sum(events(dice, times), path("amount"), dice.one(&ORDERED), least)
        }
        7 if !others.is_empty() => Rule::InSegment(dice.one(others)),
        10 => Rule::NotIn(
            path("home.country"),
            vec![text("KR"), text(dice.one(&["DE", "US"]))],
        ),
        11 => {
            let (written, case) =
                dice.one(&[("GOLD", false), ("Silver", false), ("gold", true), ("GOLD", true)]);
            Rule::Equals(path("loyalty.level"), written.to_owned(), case)
        }
        12 => Rule::IsNull(
            path(dice.one(&["loyalty", "home", "home.city", "tags", "vip"])),
            dice.percent(50),
        ),
        13 => {
            let namespace = dice.one(&["email", "crmId"]).to_owned();
            let values = (0..dice.between(1, 2)).map(|_| dice.below(4).to_string());
            Rule::Named(namespace, values.collect())
        }
        14 => Rule::Lately(path("seen"), times.window(dice)),
        15 => {
            let same = path(dice.one(&["item.kind", "amount"]));
            Rule::Pair(events(dice, times), events(dice, times), same)
        }
        _ => Rule::Exists(events(dice, times)),
    };
    if dice.percent(25) {
        Rule::Not(Box::new(leaf))
    } else {
        leaf
    }
}

fn attribute(dice: &mut Dice) -> Comparison {
    let (at, than, literal) = match dice.below(5) {
        0 => (
            "loyalty.level",
            dice.one(&ORDERED),
            text(dice.one(&["gold", "silver", "b\u{e9}ta", ""])),
        ),
        1 => (
            "loyalty.points",
            dice.one(&ORDERED),
            number(dice.one(&["1", "1.1", "2.50", "-3"])),
        ),
        2 => ("vip", dice.one(&EITHER), Literal::Bool(dice.percent(50))),
        3 => ("loyalty", dice.one(&EITHER), text("none")),
        _ => ("score", dice.one(&ORDERED), number(dice.one(&["0", "1", "10"]))),
    };
    Comparison {
        path: path(at),
        than,
        literal,
    }
}

fn events(dice: &mut Dice, times: &Times) -> Events {
    let mut conditions = Vec::new();
    if dice.percent(75) {
        conditions.push(is("eventType", text(dice.one(&["view", "buy", "login"]))));
    }
    if dice.percent(20) {
        conditions.push(is("item.kind", text(dice.one(&["shoe", "hat"]))));
    }
    if dice.percent(15) {
        conditions.push(Comparison {
            path: path("amount"),
            than: dice.one(&ORDERED),
            literal: number(dice.one(&["1.1", "0.2", "10"])),
        });
    }
    let window = (conditions.is_empty() || dice.percent(85)).then(|| times.window(dice));
    Events { conditions, window }
}

fn is(at: &str, literal: Literal) -> Comparison {
    Comparison {
        path: path(at),
        than: Than::Equal,
        literal,
    }
}

fn path(text: &str) -> Path {
    Path::parse(text).expect("a constant path is good")
}

fn text(text: &str) -> Literal {
    Literal::Text(text.to_owned())
}

fn number(text: &str) -> Literal {
    Literal::Number(text.to_owned())
}
