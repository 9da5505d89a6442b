//! What stands at a place.

use super::path::Step;
use model::Scalar;
use std::collections::BTreeMap;
use std::fmt;

/// What stands at a place of an entity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Type {
    /// A text, number, boolean or date.
    Scalar(Scalar),
    /// An object with these members and no others.
    Object(BTreeMap<String, Type>),
    /// A list of items of one type.
    List(Box<Type>),
    /// An object whose keys are free and whose values have one type.
    Map(Box<Type>),
}

/// A type without what is below it: what two definitions of one place must agree on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Shape {
    Scalar(Scalar),
    Object,
    List,
    Map,
}

impl Shape {
    /// The shape of what a step leads into.
    pub(super) fn around(step: &Step) -> Self {
        match step {
            Step::Key(_) => Self::Object,
            Step::Item => Self::List,
            Step::Value => Self::Map,
        }
    }

    /// The type of this shape with nothing below it yet.
    pub(super) fn hollow(self) -> Type {
        let object = || Box::new(Type::Object(BTreeMap::new()));
        match self {
            Self::Scalar(scalar) => Type::Scalar(scalar),
            Self::Object => Type::Object(BTreeMap::new()),
            Self::List => Type::List(object()),
            Self::Map => Type::Map(object()),
        }
    }

    /// In a sentence: `a list`.
    pub(super) fn noun(self) -> &'static str {
        match self {
            Self::Scalar(scalar) => noun(scalar),
            Self::Object => "an object",
            Self::List => "a list",
            Self::Map => "a map",
        }
    }
}

/// In a sentence: `a whole number`.
pub(super) fn noun(scalar: Scalar) -> &'static str {
    match scalar {
        Scalar::String => "a text",
        Scalar::Number => "a number",
        Scalar::Integer => "a whole number",
        Scalar::Boolean => "true or false",
        Scalar::Date => "a date",
        Scalar::DateTime => "a date and time",
    }
}

impl Type {
    pub(super) fn shape(&self) -> Shape {
        match self {
            Self::Scalar(scalar) => Shape::Scalar(*scalar),
            Self::Object(_) => Shape::Object,
            Self::List(_) => Shape::List,
            Self::Map(_) => Shape::Map,
        }
    }

    /// What is one step below, made if it is not there.
    pub(super) fn step_into(&mut self, step: &Step, shape: Shape) -> Option<&mut Self> {
        let below = match (self, step) {
            (Self::Object(members), Step::Key(key)) => {
                return Some(members.entry(key.clone()).or_insert_with(|| shape.hollow()));
            }
            (Self::List(item), Step::Item) | (Self::Map(item), Step::Value) => item,
            _ => return None,
        };
        if below.is_hollow() {
            **below = shape.hollow();
        }
        Some(below)
    }

    /// An object that was put where nothing was known yet.
    fn is_hollow(&self) -> bool {
        matches!(self, Self::Object(members) if members.is_empty())
    }
}

/// As a sentence names it: `a list of objects`.
impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::List(item) => write!(f, "a list ({item} each)"),
            Self::Map(value) => write!(f, "a map ({value} each)"),
            other => f.write_str(other.shape().noun()),
        }
    }
}
