//! What a text means: names resolved, literals read, nothing left to look up but the data.

mod operator;
mod path;
mod pattern;
mod walk;
mod window;

pub use path::Path;
pub use pattern::Pattern;
pub use window::{Step, Unit, Window};

use crate::function::Function;
use crate::{Diagnostic, Span};
use jiff::tz::TimeZone;
use model::{Duration, SegmentId};
use xdm::Value;

/// A predicate over a profile, checked as far as it can be without a schema.
///
/// `Display` prints it as `pql/text`, in one canonical spelling that parses to an equal condition.
#[derive(Clone, Debug, PartialEq)]
pub struct Program {
    condition: Expression,
    zone: TimeZone,
    mentions: Vec<Mention>,
}

/// Where a text mentions what only others can judge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention {
    /// Where in the text.
    pub span: Span,
    /// What.
    pub of: Mentioned,
}

/// What a text mentions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mentioned {
    /// A segment, by `inSegment`.
    Segment(SegmentId),
    /// How far back events are looked at.
    Window(Window),
}

/// What has a value, holds or does not hold; or is missing.
///
/// As a condition a boolean holds if it is true and a list if something is in it. A comparison or test over a missing
/// value does not hold.
#[derive(Clone, Debug, PartialEq)]
pub enum Expression {
    /// A text, number, boolean, or list of these; never null, never an object.
    Literal(Value),
    /// The text of a regular expression.
    Pattern(Pattern),
    /// `[a, 1]`, of which something is no literal.
    List(Vec<Expression>),
    /// `loyalty.points`
    Field(Field),
    /// `xEvent`: the profile's events, in order of time.
    Events,
    /// `head(orders).price`: a path into a result, which is none of the above.
    Member {
        /// Before the dot.
        of: Box<Expression>,
        /// After it.
        path: Path,
    },
    /// `not (..)`
    Not(Box<Expression>),
    /// `.. and ..`, at least two.
    And(Vec<Expression>),
    /// `.. or ..`, at least two.
    Or(Vec<Expression>),
    /// `a = 1`
    Compare {
        /// What stands left.
        left: Box<Expression>,
        /// How the two must compare.
        operator: Operator,
        /// What stands right.
        right: Box<Expression>,
    },
    /// `a + b - c`, `a * b / c`: from left to right. The signs are all of one kind.
    Arithmetic {
        /// The leftmost.
        first: Box<Expression>,
        /// What is done with it, at least one.
        rest: Vec<(Sign, Expression)>,
    },
    /// `-a`
    Negative(Box<Expression>),
    /// `if(a, b, c)`
    If {
        /// What is asked.
        condition: Box<Expression>,
        /// What it is, if that holds.
        then: Box<Expression>,
        /// What it is else.
        otherwise: Box<Expression>,
    },
    /// `let S = a + b in S > 1`. The value is one more item in scope of the body.
    Let {
        /// What the value is called.
        name: String,
        /// The value.
        value: Box<Expression>,
        /// What is said of it.
        body: Box<Expression>,
    },
    /// `list[condition]`, or with a variable `select V from list where condition`: the items of which it holds. The item
    /// is one more in scope.
    Filter {
        /// Of what.
        list: Box<Expression>,
        /// What the item is called; without a name, bare names are the item's.
        variable: Option<String>,
        /// What must hold.
        condition: Box<Expression>,
    },
    /// What a function takes once an item: `price` of `orders.sum(price)`, or `(O) => O.price`. The item is one more in
    /// scope.
    Each {
        /// What the item is called; without a name, bare names are the item's.
        variable: Option<String>,
        /// What is taken of it.
        body: Box<Expression>,
    },
    /// `exists E from xEvent where ..`, `forall I from items where ..`. The item is one more in scope.
    Quantifier {
        /// Whether it must hold of every item, or of some.
        every: bool,
        /// What the item is called.
        variable: String,
        /// Where it is looked for.
        list: Box<Expression>,
        /// What must hold of it; `None` is anything.
        condition: Option<Box<Expression>>,
    },
    /// `a.startsWith("x")`; what stands before the dot is the first argument.
    Call {
        /// Which function.
        function: &'static Function,
        /// As many as it takes.
        arguments: Vec<Expression>,
    },
    /// `timestamp occurs < 7 days before now`
    Occurs {
        /// Which date.
        moment: Box<Expression>,
        /// What is said of it.
        when: When,
    },
    /// `CHAIN(xEvent, timestamp, [..])`: events that follow each other.
    Chain {
        /// Where they are looked for.
        events: Box<Expression>,
        /// One after the other, at least one.
        steps: Vec<Link>,
    },
    /// `inSegment("..")`
    InSegment(SegmentId),
}

/// How two values compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operator {
    /// `=`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

/// What is done with two numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sign {
    /// `+`
    Plus,
    /// `-`
    Minus,
    /// `*`
    Times,
    /// `/`
    Over,
    /// `%`
    Rest,
}

/// What a date must be like.
#[derive(Clone, Debug, PartialEq)]
pub enum When {
    /// `< 7 days before now`
    Distance {
        /// How far away.
        window: Window,
        /// On which side.
        direction: Direction,
        /// From where it is counted.
        from: Box<Expression>,
    },
    /// `this week`, `last month`, `next year`
    Unit(Which, Unit),
    /// `on date(2024, 2, 29)`, `today`: in the same day of the zone.
    On(Box<Expression>),
    /// `before date(2024, 2, 29)`
    Before(Box<Expression>),
    /// `after date(2024, 2, 29)`
    After(Box<Expression>),
    /// `between date(2024, 2, 1) and date(2024, 2, 29)`, both days in.
    Between(Box<Expression>, Box<Expression>),
}

/// On which side of another date one lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// `before`
    Before,
    /// `after`, `from`
    After,
}

/// Which unit of the calendar, seen from now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Which {
    /// `this`
    This,
    /// `last`
    Last,
    /// `next`
    Next,
}

/// A step of a chain: `A: WHAT(..) WHEN(..) COUNT(2)`. The event is one more item in scope of what is asked of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    /// What the step is called.
    pub label: String,
    /// What must hold of an event.
    pub what: Expression,
    /// When it must have happened; all of these.
    pub when: Vec<When>,
    /// `WHEN(<= 2 days after previous step)`: how far it must lie from the last event of the step before; all of these.
    pub gaps: Vec<Window>,
    /// How many such events there must be, at least; not 0.
    pub count: usize,
}

/// A path and what it starts from.
///
/// A path that meets a list gives the list of what its items have there (pql.md, "Lists").
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Field {
    /// What it starts from.
    pub root: Root,
    /// The keys below; none for a whole item.
    pub path: Path,
}

/// What a path starts from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Root {
    /// The profile's attributes.
    Profile,
    /// The profile's identities by namespace: `identityMap`.
    Identities,
    /// An item in scope, or a value named with `let`: 0 is the innermost, 1 the one around it, and so on.
    Item(usize),
}

impl Program {
    /// A program made by hand. It has no text, and so no mentions.
    pub fn new(condition: Expression) -> Self {
        Self {
            condition,
            zone: TimeZone::UTC,
            mentions: Vec::new(),
        }
    }

    pub(crate) fn parsed(condition: Expression, mentions: Vec<Mention>) -> Self {
        Self {
            mentions,
            ..Self::new(condition)
        }
    }

    /// The same in a zone: its days, months and years are those of the zone. Without one it is UTC.
    pub fn in_zone(self, zone: TimeZone) -> Self {
        Self { zone, ..self }
    }

    /// The zone of its days, months and years.
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// `(a) and (b)`, both in the zone of `a`. The mentions are those of `a`, then those of `b`, each with spans of its
    /// own text.
    pub fn and(a: Self, b: Self) -> Self {
        let mut mentions = a.mentions;
        mentions.extend(b.mentions);
        Self {
            condition: Expression::And(vec![a.condition, b.condition]),
            zone: a.zone,
            mentions,
        }
    }

    /// What must hold.
    pub fn condition(&self) -> &Expression {
        &self.condition
    }

    /// Segments and windows with their places in the text, in the order of the text.
    pub fn mentions(&self) -> &[Mention] {
        &self.mentions
    }

    /// A warning for each window over events that is longer than they are kept.
    pub fn warnings(&self, retention: Duration) -> Vec<Diagnostic> {
        let windows = self.mentions.iter().filter_map(|mention| match &mention.of {
            Mentioned::Window(window) if window.length() > retention => Some((mention.span, window)),
            _ => None,
        });
        let kept = spelled(retention);
        let sentence = |window: &Window| {
            format!(
                "Events are kept for {kept}, and `{window}` looks back further; ask for {kept} at most, or keep them for longer."
            )
        };
        windows
            .map(|(span, window)| Diagnostic::warning(span, sentence(window)))
            .collect()
    }
}

/// `90 days`: a length in the largest unit that divides it.
fn spelled(length: Duration) -> String {
    let units = [
        Unit::Day,
        Unit::Hour,
        Unit::Minute,
        Unit::Second,
        Unit::Millisecond,
    ];
    let of = |unit: Unit| Window::one(unit).length().millis();
    let unit = units.into_iter().find(|unit| length.millis() % of(*unit) == 0);
    let unit = unit.unwrap_or(Unit::Millisecond);
    let (count, (one, many)) = (length.millis() / of(unit), unit.words());
    format!("{count} {}", if count == 1 { one } else { many })
}
