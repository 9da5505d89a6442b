//! The shape of a text, or of its JSON form, before names and types are looked at.

use crate::Span;
use crate::program::{Direction, Operator, Sign, Unit, Which, Window};
use xdm::Number;

/// A part of the text.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) span: Span,
    pub(crate) kind: Kind,
}

#[derive(Clone, Debug)]
pub(crate) enum Kind {
    /// Reported already; whoever meets it says nothing more.
    Broken,
    Bool(bool),
    Number(Number),
    Text(String),
    List(Vec<Node>),
    /// Names with dots between them, at least one.
    Path(Vec<Key>),
    /// `^.a.b`, `$1.a.b`; the keys may be none, but of a variable the first is its name.
    From(Origin, Vec<Key>),
    /// Names, at least one, after something that is no path.
    Member {
        of: Box<Node>,
        keys: Vec<Key>,
    },
    /// `of.name(arguments)`, `name(arguments)`
    Call {
        of: Option<Box<Node>>,
        name: Key,
        arguments: Vec<Node>,
    },
    /// `(P, Q) => body`
    Lambda {
        parameters: Vec<Key>,
        body: Box<Node>,
    },
    /// `list[condition]`, `select V from list where condition`
    Filter {
        list: Box<Node>,
        variable: Option<Key>,
        condition: Option<Box<Node>>,
    },
    /// `sum X.v over X from list where condition`
    Over {
        name: Key,
        of: Box<Node>,
        variable: Key,
        list: Box<Node>,
        condition: Option<Box<Node>>,
    },
    Not(Box<Node>),
    And(Vec<Node>),
    Or(Vec<Node>),
    Compare {
        left: Box<Node>,
        operator: Operator,
        right: Box<Node>,
    },
    Arithmetic {
        first: Box<Node>,
        rest: Vec<(Sign, Node)>,
    },
    Negative(Box<Node>),
    In {
        item: Box<Node>,
        negated: bool,
        list: Box<Node>,
    },
    If(Vec<Node>),
    Let {
        name: Key,
        value: Box<Node>,
        body: Box<Node>,
    },
    Occurs {
        moment: Box<Node>,
        when: Time,
    },
    Quantifier {
        every: bool,
        /// At least one; each may look at the ones before.
        variables: Vec<Variable>,
    },
    Chain {
        list: Box<Node>,
        moment: Box<Node>,
        steps: Vec<Step>,
    },
}

/// What a path starts from, where it does not start from what is around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// So many filters further out.
    Climb(usize),
    /// The parameter of this number.
    Parameter(u64),
    /// What is in scope under a name, which is the first key. A text says so by the name alone.
    Variable,
}

/// `E from xEvent where ..`
#[derive(Clone, Debug)]
pub(crate) struct Variable {
    pub(crate) name: Key,
    pub(crate) list: Node,
    pub(crate) condition: Option<Node>,
}

/// What stands after `occurs`.
#[derive(Clone, Debug)]
pub(crate) struct Time {
    pub(crate) span: Span,
    pub(crate) kind: TimeKind,
}

#[derive(Clone, Debug)]
pub(crate) enum TimeKind {
    Distance {
        window: Window,
        /// `< 7 days`
        window_span: Span,
        direction: Direction,
        from: Box<Node>,
    },
    /// `< 2 days after previous step`, in a chain only.
    Gap(Window),
    Unit(Which, Unit),
    On(Box<Node>),
    Before(Box<Node>),
    After(Box<Node>),
    Between(Box<Node>, Box<Node>),
}

/// A step of a chain.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) label: Key,
    pub(crate) what: Node,
    pub(crate) when: Vec<Time>,
    pub(crate) count: Option<(Span, u64)>,
}

/// A name and where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    pub(crate) span: Span,
    pub(crate) text: String,
}

impl Node {
    pub(crate) fn new(span: Span, kind: Kind) -> Self {
        Self { span, kind }
    }

    pub(crate) fn broken(span: Span) -> Self {
        Self::new(span, Kind::Broken)
    }
}
