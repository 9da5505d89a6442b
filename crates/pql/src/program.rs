//! What a text means: names resolved, literals read, nothing left to look up but the data.

mod walk;
mod window;

pub use window::{Bound, Step, Unit, Window};

use crate::{Diagnostic, Span};
use model::{Duration, Path, SegmentId};
use xdm::Value;

/// A predicate over a profile, checked as far as it can be without a schema.
///
/// `Display` prints it as `pql/text`, in one canonical spelling that parses to an equal condition.
#[derive(Clone, Debug, PartialEq)]
pub struct Program {
    condition: Condition,
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

/// What holds or does not hold. A comparison or test over a missing value does not hold.
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    /// `true`, `false`
    Constant(bool),
    /// `not (..)`
    Not(Box<Condition>),
    /// `.. and ..`, at least two.
    And(Vec<Condition>),
    /// `.. or ..`, at least two.
    Or(Vec<Condition>),
    /// `active`: a value that is true, or a list that is not empty.
    Holds(Field),
    /// `a = 1`
    Compare {
        /// What stands left.
        left: Term,
        /// How the two must compare.
        operator: Operator,
        /// What stands right.
        right: Term,
    },
    /// `a.equals("x")`, `a.equals("x", false)`: two texts.
    Equals {
        /// Before the dot.
        left: Term,
        /// In the brackets.
        right: Term,
        /// Whether `A` and `a` differ.
        case_sensitive: bool,
    },
    /// `a in ["x", "y"]`: some item equals.
    In {
        /// What is looked for.
        item: Term,
        /// Where.
        list: Term,
    },
    /// `a notIn ["x", "y"]`: every item is of the same kind and differs.
    NotIn {
        /// What is looked for.
        item: Term,
        /// Where.
        list: Term,
    },
    /// `a.intersects(["x", "y"])`: some item of one equals some item of the other.
    Intersects {
        /// Before the dot.
        left: Term,
        /// In the brackets.
        right: Term,
    },
    /// `a.isNull()`
    IsNull(Field),
    /// `a.isNotNull()`
    IsNotNull(Field),
    /// `timestamp occurs < 7 days before now`
    Occurs {
        /// Which instant.
        moment: Moment,
        /// How far back it may lie.
        window: Window,
    },
    /// `exists E from xEvent where ..`: some event holds the condition. The event is one more item in scope.
    Exists {
        /// What the event is called.
        variable: String,
        /// Where it is looked for.
        events: Events,
        /// What must hold of it; `None` is anything.
        condition: Option<Box<Condition>>,
    },
    /// `xEvent[..]` as condition: some event is left.
    Any(Events),
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

/// What has a value, or is missing.
#[derive(Clone, Debug, PartialEq)]
pub enum Term {
    /// A text, number, boolean, or list of these; never null, never an object.
    Literal(Value),
    /// `loyalty.points`
    Field(Field),
    /// `xEvent[..].count()`: how many there are; none of a missing list.
    Count(List),
    /// `xEvent[..].sum(commerce.order.priceTotal)`: 0 for a missing list; skips items without a number there.
    Sum {
        /// Of which items.
        list: List,
        /// Where in an item the number stands; empty: the item itself.
        path: Path,
    },
}

/// What can be counted and summed.
#[derive(Clone, Debug, PartialEq)]
pub enum List {
    /// `xEvent`, `xEvent[..]`
    Events(Events),
    /// `cart.items`
    Field(Field),
}

/// The profile's events, in order of time.
#[derive(Clone, Debug, PartialEq)]
pub struct Events {
    /// What must hold of an event, which is one more item in scope; `None` is anything.
    pub filter: Option<Box<Condition>>,
}

/// A path and what it starts from.
///
/// A path that meets a list gives the list of what its items have there (pql.md, "Lists").
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Field {
    /// What it starts from.
    pub root: Root,
    /// The keys below.
    pub path: Path,
}

/// What a path starts from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Root {
    /// The profile's attributes.
    Profile,
    /// The profile's identities by namespace: `identityMap`.
    Identities,
    /// An item in scope: 0 is the innermost filter's or quantifier's, 1 the one around it, and so on.
    Item(usize),
}

/// An instant in the data.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Moment {
    /// When an event in scope happened; numbered as in [`Root::Item`].
    Event(usize),
    /// A date in the data.
    Field(Field),
}

impl Program {
    /// A program made by hand. It has no text, and so no mentions.
    pub fn new(condition: Condition) -> Self {
        Self {
            condition,
            mentions: Vec::new(),
        }
    }

    pub(crate) fn parsed(condition: Condition, mentions: Vec<Mention>) -> Self {
        Self { condition, mentions }
    }

    /// `(a) and (b)`. The mentions are those of `a`, then those of `b`, each with spans of its own text.
    pub fn and(a: Self, b: Self) -> Self {
        let mut mentions = a.mentions;
        mentions.extend(b.mentions);
        Self {
            condition: Condition::And(vec![a.condition, b.condition]),
            mentions,
        }
    }

    /// What must hold.
    pub fn condition(&self) -> &Condition {
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
        let days = retention.millis() / Duration::days(1).millis();
        let sentence = |window: &Window| {
            format!("Events are kept for {days} days, so {window} looks back further than there are any.")
        };
        windows
            .map(|(span, window)| Diagnostic::warning(span, sentence(window)))
            .collect()
    }
}
