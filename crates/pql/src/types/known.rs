//! What is in a value, as far as that is known.

use super::Type;
use crate::function::Gives;
use crate::program::{Expression, Field, Root};
use model::{Scalar, SchemaClass};
use xdm::{Schemas, Unknown, Value};

/// What is known of a value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Known<'s> {
    /// Its kind, and nothing of what is in it.
    Of(Type),
    /// What stands in the data by its schema.
    Data(&'s xdm::Type),
    /// A computed list of such items.
    List(Box<Self>),
    /// A computed map, such as `groupBy` gives.
    Map {
        /// What its keys are.
        keys: Box<Self>,
        /// What its values are.
        values: Box<Self>,
    },
}

/// What the data can have: the fields of schemas, or whatever there may be.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Fields<'s>(Option<&'s Schemas>);

impl<'s> Fields<'s> {
    pub(crate) fn of(schemas: &'s Schemas) -> Self {
        Self(Some(schemas))
    }

    pub(crate) fn are_known(self) -> bool {
        self.0.is_some()
    }

    /// What an attribute path starts from.
    pub(crate) fn profile(self) -> Known<'s> {
        self.root(SchemaClass::Profile)
            .map_or(Known::UNKNOWN, Known::Data)
    }

    fn identities(self) -> Known<'s> {
        let map = self
            .root(SchemaClass::Profile)
            .and_then(|root| root.find(&["identityMap"]));
        map.map_or(Known::Of(Type::Map), |found| Known::Data(found.kind))
    }

    fn root(self, class: SchemaClass) -> Option<&'s xdm::Type> {
        self.0.map(|schemas| schemas.union(class).root())
    }
}

impl<'s> Known<'s> {
    pub(crate) const UNKNOWN: Self = Self::Of(Type::Unknown);

    /// What an expression gives, where `items` are what is in scope, the innermost last.
    pub(crate) fn of(expression: &Expression, items: &mut Vec<Self>, fields: Fields<'s>) -> Self {
        match expression {
            Expression::Literal(value) => Self::Of(match value {
                Value::String(_) => Type::Text,
                Value::Number(_) => Type::Number,
                Value::Bool(_) => Type::Boolean,
                Value::Array(_) => Type::List,
                Value::Null | Value::Object(_) => Type::Unknown,
            }),
            Expression::Pattern(_) => Self::Of(Type::Text),
            Expression::List(_) => Self::Of(Type::List),
            Expression::Field(Field { root, path }) => {
                let from = match root {
                    Root::Profile => fields.profile(),
                    Root::Identities => fields.identities(),
                    Root::Item(item) => items.iter().rev().nth(*item).cloned().unwrap_or(Self::UNKNOWN),
                };
                from.at(path.keys(), fields).unwrap_or(Self::UNKNOWN)
            }
            Expression::Events => Self::Of(Type::Events),
            Expression::Member { of, path } => {
                let of = Self::of(of, items, fields);
                of.at(path.keys(), fields).unwrap_or(Self::UNKNOWN)
            }
            Expression::Arithmetic { .. } | Expression::Negative(_) => Self::Of(Type::Number),
            Expression::If { then, otherwise, .. } => {
                let one = Self::of(then, items, fields);
                let other = Self::of(otherwise, items, fields);
                if one == other { one } else { Self::UNKNOWN }
            }
            Expression::Let { value, body, .. } => {
                let value = Self::of(value, items, fields);
                value.within(body, items, fields)
            }
            Expression::Filter { list, .. } => Self::of(list, items, fields).listed(),
            // Each alone has no value; a function asks with its item in scope.
            Expression::Each { body, .. } => Self::of(body, items, fields),
            Expression::Call { function, arguments } => {
                let given = arguments
                    .first()
                    .map_or(Self::UNKNOWN, |of| Self::of(of, items, fields));
                let taken = match arguments.get(1) {
                    Some(Expression::Each { body, .. }) => given.item().within(body, items, fields),
                    _ => given.item(),
                };
                match (function.name, function.gives) {
                    ("map", _) => Self::List(Box::new(taken)),
                    ("groupBy", _) => Self::Map {
                        keys: Box::new(taken),
                        values: Box::new(given.listed()),
                    },
                    ("get", _) => given.entry().1,
                    ("keys", _) => Self::List(Box::new(given.entry().0)),
                    ("values", _) => Self::List(Box::new(given.entry().1)),
                    (_, Gives::Type(known)) => Self::Of(known),
                    (_, Gives::Same) => given.listed(),
                    (_, Gives::Item) => given.item(),
                    (_, Gives::Each) => taken,
                }
            }
            Expression::Not(_)
            | Expression::And(_)
            | Expression::Or(_)
            | Expression::Compare { .. }
            | Expression::Quantifier { .. }
            | Expression::Occurs { .. }
            | Expression::Chain { .. }
            | Expression::InSegment(_) => Self::Of(Type::Boolean),
        }
    }

    fn within(self, body: &Expression, items: &mut Vec<Self>, fields: Fields<'s>) -> Self {
        items.push(self);
        let known = Self::of(body, items, fields);
        items.pop();
        known
    }

    pub(crate) fn kind(&self) -> Type {
        match self {
            Self::Of(kind) => *kind,
            Self::List(_) => Type::List,
            Self::Map { .. } => Type::Map,
            Self::Data(kind) => match kind {
                xdm::Type::Scalar(Scalar::String) => Type::Text,
                xdm::Type::Scalar(Scalar::Number | Scalar::Integer) => Type::Number,
                xdm::Type::Scalar(Scalar::Boolean) => Type::Boolean,
                xdm::Type::Scalar(Scalar::Date | Scalar::DateTime) => Type::Date,
                xdm::Type::List(_) => Type::List,
                xdm::Type::Object(_) | xdm::Type::Map(_) => Type::Map,
            },
        }
    }

    pub(crate) fn is(&self, kind: Type) -> bool {
        self.kind() == kind
    }

    /// What stands at keys below it; a path through a list gives a list. Of what nothing is known nothing is known below;
    /// `None` is a path that no schema has.
    pub(crate) fn at(&self, keys: &[String], fields: Fields<'s>) -> Option<Self> {
        let Some((_, below)) = keys.split_first() else {
            return Some(self.clone());
        };
        match self {
            Self::Of(Type::Event) if keys == ["timestamp"] => Some(Self::Of(Type::Date)),
            Self::Of(Type::Event) => match fields.root(SchemaClass::Event) {
                Some(root) => Self::Data(root).at(keys, fields),
                None => Some(Self::UNKNOWN),
            },
            Self::Of(Type::Events) => self.item().through(keys, fields),
            Self::List(item) => item.through(keys, fields),
            Self::Of(Type::List) => Some(Self::Of(Type::List)),
            Self::Of(_) => Some(Self::UNKNOWN),
            Self::Map { values, .. } => values.at(below, fields),
            Self::Data(kind) => {
                let found = kind.find(keys)?;
                let there = Self::Data(found.kind);
                Some(if found.lists > 0 { there.list() } else { there })
            }
        }
    }

    /// What stands there in the items of a list, of which this is one: through a list in a list it is one list.
    fn through(&self, keys: &[String], fields: Fields<'s>) -> Option<Self> {
        let there = self.at(keys, fields)?;
        let gathered = self.gathers(keys, fields);
        Some(if gathered { there } else { there.list() })
    }

    /// Whether what stands at keys below it is a list that was gathered, rather than one that stands in the data.
    fn gathers(&self, keys: &[String], fields: Fields<'s>) -> bool {
        match (self, keys.split_first()) {
            (Self::Data(kind), _) => kind.find(keys).is_some_and(|found| found.lists > 0),
            (Self::Of(Type::Event), _) => {
                let root = fields.root(SchemaClass::Event).map(Self::Data);
                root.is_some_and(|root| root.gathers(keys, fields))
            }
            (Self::Map { values, .. }, Some((_, []))) => matches!(values.kind(), Type::List | Type::Events),
            (Self::Map { values, .. }, Some((_, below))) => values.gathers(below, fields),
            (item, _) => matches!(item.kind(), Type::List | Type::Events),
        }
    }

    /// What is wrong with a path that no schema has.
    pub(crate) fn unknown(&self, keys: &[String], fields: Fields<'s>) -> Option<Unknown> {
        let below = keys.get(1..).unwrap_or_default();
        match self {
            Self::Of(Type::Event | Type::Events) => fields.root(SchemaClass::Event)?.resolve(keys).err(),
            Self::Of(_) => None,
            Self::List(item) => item.unknown(keys, fields),
            Self::Map { values, .. } => values.unknown(below, fields),
            Self::Data(kind) => kind.resolve(keys).err(),
        }
    }

    fn list(self) -> Self {
        Self::List(Box::new(self))
    }

    /// What an item of it is, if it is a list.
    pub(crate) fn item(&self) -> Self {
        match self {
            Self::Of(Type::Events) => Self::Of(Type::Event),
            Self::List(item) => (**item).clone(),
            Self::Data(xdm::Type::List(item)) => Self::Data(item),
            _ => Self::UNKNOWN,
        }
    }

    /// A list of some of its items.
    fn listed(&self) -> Self {
        match self.item() {
            Self::Of(Type::Event) if self.is(Type::Events) => Self::Of(Type::Events),
            Self::Of(Type::Unknown) => Self::Of(Type::List),
            item => item.list(),
        }
    }

    /// What its keys and its values are, if it is a map.
    pub(crate) fn entry(&self) -> (Self, Self) {
        match self {
            Self::Map { keys, values } => ((**keys).clone(), (**values).clone()),
            Self::Data(xdm::Type::Map(values)) => (Self::Of(Type::Text), Self::Data(values)),
            Self::Data(xdm::Type::Object(_)) => (Self::Of(Type::Text), Self::UNKNOWN),
            _ => (Self::UNKNOWN, Self::UNKNOWN),
        }
    }

    /// Whether it is a date as the data holds it, which is also a text.
    pub(crate) fn is_written_date(&self) -> bool {
        matches!(self, Self::Data(_)) && self.is(Type::Date)
    }

    /// Whether a value of this may also be one of the other.
    pub(crate) fn meets(&self, other: &Self) -> bool {
        self.kind().meets(other.kind())
    }

    /// Whether a value can be of the kind that is wanted: as `meets`, but a computed date is no text to look into.
    pub(crate) fn fits(&self, wanted: Type) -> bool {
        let date = self.is(Type::Date) && !self.is_written_date();
        self.kind().meets(wanted) && !(date && wanted == Type::Text)
    }

    /// Whether a value of this can equal one of the other: objects, maps and events equal nothing.
    pub(crate) fn can_equal(&self, other: &Self) -> bool {
        let whole = |known: &Self| matches!(known.kind(), Type::Map | Type::Event);
        self.meets(other) && !whole(self) && !whole(other)
    }

    /// What to do with something that has parts, the end of a sentence.
    pub(crate) fn parts(&self) -> String {
        const FEW: usize = 8;
        match self {
            Self::Data(xdm::Type::Object(members)) if members.len() <= FEW => {
                let all: Vec<_> = members.keys().map(|key| format!("`{key}`")).collect();
                format!("name one of its fields: {}", all.join(", "))
            }
            Self::Data(xdm::Type::Object(_)) => "name one of its fields".to_owned(),
            _ => "take one of its values with `.get(..)`".to_owned(),
        }
    }

    /// What it is, in words.
    pub(crate) fn described(&self) -> &'static str {
        match self {
            Self::Data(xdm::Type::Scalar(Scalar::Integer)) => "a whole number",
            Self::Data(xdm::Type::Object(_)) => "a group of fields",
            known => known.kind().described(),
        }
    }
}
