//! Predicates as the generator makes them and the judge reads them. The product sees only their text.

mod print;
#[cfg(test)]
mod tests;

use model::{Duration, Path, SegmentId};

/// A predicate over a profile. `Display` prints it as `pql/text`, two different rules never alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rule {
    /// `loyalty.level = "gold"`
    Compare(Comparison),
    /// `loyalty.level in ["gold", "silver"]`
    In(Path, Vec<Literal>),
    /// `tags.intersects(["vip", "press"])`
    Intersects(Path, Vec<Literal>),
    /// `home.country notIn ["KR", "DE"]`
    NotIn(Path, Vec<Literal>),
    /// `loyalty.level.equals("GOLD", false)`; the flag says whether `A` and `a` differ. ASCII only.
    Equals(Path, String, bool),
    /// `loyalty.isNull()` where true, `loyalty.isNotNull()` where false.
    IsNull(Path, bool),
    /// `identityMap.email.id.intersects(["1", "2"])`
    Named(String, Vec<String>),
    /// `seen occurs <= 5 minutes before now`: a date among the attributes.
    Lately(Path, Window),
    /// `exists E from xEvent where .. and (exists F from xEvent where .. and F.item.kind = E.item.kind)`: a first and
    /// a second choice of events, and where both must have the same. The two may be one event.
    Pair(Events, Events, Path),
    /// `xEvent[..].count() >= 3`
    Count(Events, Than, u32),
    /// `xEvent[..].sum(amount) > 10.5`; the number is written as in PQL.
    Sum(Events, Path, Than, String),
    /// `exists E from xEvent where ..`
    Exists(Events),
    /// `inSegment("..")`
    InSegment(SegmentId),
    /// `not (..)`
    Not(Box<Rule>),
    /// `(.. and ..)`, at least two.
    And(Vec<Rule>),
    /// `(.. or ..)`, at least two.
    Or(Vec<Rule>),
}

/// A value at a path against a literal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// Where the value stands.
    pub path: Path,
    /// How it must compare.
    pub than: Than,
    /// With what.
    pub literal: Literal,
}

/// A literal of PQL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Literal {
    /// A text.
    Text(String),
    /// A number, as written.
    Number(String),
    /// `true` or `false`; has no order.
    Bool(bool),
}

/// The comparison operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Than {
    /// `=`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    More,
    /// `>=`
    AtLeast,
}

/// A choice of events: those that meet all conditions and lie in the window. Never without both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Events {
    /// All must hold on the event.
    pub conditions: Vec<Comparison>,
    /// How far back; `None` leaves the retention.
    pub window: Option<Window>,
}

/// `timestamp occurs <= 5 minutes before now`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// How many units.
    pub count: u32,
    /// Of what.
    pub unit: Unit,
    /// `<=` where true, `<` where false: whether an event exactly that old still counts.
    pub inclusive: bool,
}

/// Units of fixed length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// 1 ms
    Millisecond,
    /// 1,000 ms
    Second,
    /// 60 s
    Minute,
    /// 60 min
    Hour,
    /// 24 h
    Day,
    /// 7 d
    Week,
}

impl Unit {
    /// How long one is.
    pub fn length(self) -> Duration {
        Duration::from_millis(match self {
            Self::Millisecond => 1,
            Self::Second => 1_000,
            Self::Minute => 60_000,
            Self::Hour => 3_600_000,
            Self::Day => 86_400_000,
            Self::Week => 604_800_000,
        })
    }
}

impl Window {
    /// Its length, `N` in the specification.
    pub fn length(self) -> Duration {
        Duration::from_millis(self.unit.length().millis() * i64::from(self.count))
    }
}

impl Rule {
    /// Calls `see` with this rule and every rule within it.
    pub fn walk<'a>(&'a self, see: &mut impl FnMut(&'a Rule)) {
        see(self);
        match self {
            Self::Not(inner) => inner.walk(see),
            Self::And(parts) | Self::Or(parts) => parts.iter().for_each(|part| part.walk(see)),
            _ => {}
        }
    }

    /// The segments it refers to, as often as it does.
    pub fn references(&self) -> Vec<&SegmentId> {
        let mut found = Vec::new();
        self.walk(&mut |rule| {
            if let Self::InSegment(id) = rule {
                found.push(id);
            }
        });
        found
    }

    /// The windows it looks through.
    pub fn windows(&self) -> Vec<Window> {
        let mut found = Vec::new();
        self.walk(&mut |rule| match rule {
            Self::Count(events, ..) | Self::Sum(events, ..) | Self::Exists(events) => {
                found.extend(events.window);
            }
            Self::Pair(one, other, _) => found.extend(one.window.into_iter().chain(other.window)),
            Self::Lately(_, window) => found.push(*window),
            _ => {}
        });
        found
    }
}
