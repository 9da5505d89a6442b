//! The shape of a text, before names and types are looked at.

use crate::Span;
use crate::program::{Operator, Window};
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
    /// A name after something that is no path: only the name is looked at.
    Member(Key),
    /// `of.name(arguments)`, `name(arguments)`
    Call {
        of: Option<Box<Node>>,
        name: Key,
        arguments: Vec<Node>,
    },
    /// `list[condition]`
    Filter {
        list: Box<Node>,
        condition: Box<Node>,
    },
    Not(Box<Node>),
    And(Vec<Node>),
    Or(Vec<Node>),
    Compare {
        left: Box<Node>,
        operator: Operator,
        right: Box<Node>,
    },
    In {
        item: Box<Node>,
        negated: bool,
        list: Box<Node>,
    },
    Occurs {
        moment: Box<Node>,
        window: Window,
        window_span: Span,
    },
    Exists {
        variable: Key,
        list: Box<Node>,
        condition: Option<Box<Node>>,
    },
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
