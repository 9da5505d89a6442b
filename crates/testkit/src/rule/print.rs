//! Rules as `pql/text`. Every group has its brackets, so that no precedence is relied on.

use super::{Comparison, Events, Literal, Rule, Than, Unit, Window};
use std::fmt::{self, Display, Formatter};

impl Display for Rule {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Compare(comparison) => write!(f, "{comparison}"),
            Self::In(path, list) => write!(f, "{path} in [{}]", join(list, ", ")),
            Self::Intersects(path, list) => write!(f, "{path}.intersects([{}])", join(list, ", ")),
            Self::NotIn(path, list) => write!(f, "{path} notIn [{}]", join(list, ", ")),
            Self::Equals(path, text, case) => {
                write!(f, "{path}.equals({}, {case})", Literal::Text(text.clone()))
            }
            Self::IsNull(path, true) => write!(f, "{path}.isNull()"),
            Self::IsNull(path, false) => write!(f, "{path}.isNotNull()"),
            Self::Named(namespace, values) => {
                let values: Vec<Literal> = values.iter().cloned().map(Literal::Text).collect();
                write!(
                    f,
                    "identityMap.{namespace}.id.intersects([{}])",
                    join(&values, ", ")
                )
            }
            Self::Lately(path, window) => write!(f, "{path} occurs {window} before now"),
            Self::Pair(one, other, same) => {
                let (one, other) = (
                    join(&parts(one, "E."), " and "),
                    join(&parts(other, "F."), " and "),
                );
                write!(
                    f,
                    "(exists E from xEvent where {one} and (exists F from xEvent where {other} and F.{same} = E.{same}))"
                )
            }
            Self::Count(events, than, number) => write!(f, "{events}.count() {than} {number}"),
            Self::Sum(events, of, than, number) => write!(f, "{events}.sum({of}) {than} {number}"),
            Self::Exists(events) => {
                write!(
                    f,
                    "(exists E from xEvent where {})",
                    join(&parts(events, "E."), " and ")
                )
            }
            Self::InSegment(id) => write!(f, "inSegment(\"{id}\")"),
            Self::Not(inner) => write!(f, "not ({inner})"),
            Self::And(parts) => write!(f, "({})", join(parts, " and ")),
            Self::Or(parts) => write!(f, "({})", join(parts, " or ")),
        }
    }
}

/// `xEvent[..]`
impl Display for Events {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "xEvent[{}]", join(&parts(self, ""), " and "))
    }
}

fn parts(events: &Events, before: &str) -> Vec<String> {
    let conditions = events.conditions.iter().map(|c| format!("{before}{c}"));
    let window = events
        .window
        .map(|w| format!("{before}timestamp occurs {w} before now"));
    conditions.chain(window).collect()
}

impl Display for Comparison {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.path, self.than, self.literal)
    }
}

impl Display for Literal {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write!(f, "\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")),
            Self::Number(number) => f.write_str(number),
            Self::Bool(value) => value.fmt(f),
        }
    }
}

impl Display for Than {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Equal => "=",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::More => ">",
            Self::AtLeast => ">=",
        })
    }
}

impl Display for Window {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let than = if self.inclusive { "<=" } else { "<" };
        let unit = match self.unit {
            Unit::Millisecond => "milliseconds",
            Unit::Second => "seconds",
            Unit::Minute => "minutes",
            Unit::Hour => "hours",
            Unit::Day => "days",
            Unit::Week => "weeks",
        };
        write!(f, "{than} {} {unit}", self.count)
    }
}

fn join<T: Display>(items: &[T], between: &str) -> String {
    items.iter().map(T::to_string).collect::<Vec<_>>().join(between)
}
