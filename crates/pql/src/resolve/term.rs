//! Values: what can be compared, counted and summed.

use super::name::Named;
use super::{Resolver, Scope};
use crate::program::{Condition, Events, Field, List, Root, Term};
use crate::syntax::{Key, Kind, Node};
use crate::{Diagnostic, Span, functions};
use model::Path;
use xdm::Value;

/// A name after a filter or a call.
pub(super) const THROUGH: &str = "A path through a list or a result";

/// What is known of a value before there is data.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Type {
    Text,
    Number,
    Boolean,
    List,
    /// Whatever the data holds.
    Unknown,
}

impl Type {
    pub(crate) fn of(term: &Term) -> Self {
        match term {
            Term::Literal(Value::String(_)) => Self::Text,
            Term::Literal(Value::Number(_)) | Term::Count(_) | Term::Sum { .. } => Self::Number,
            Term::Literal(Value::Bool(_)) => Self::Boolean,
            Term::Literal(Value::Array(_)) => Self::List,
            Term::Literal(Value::Null | Value::Object(_)) | Term::Field(_) => Self::Unknown,
        }
    }

    /// Whether values of both can ever be of one kind.
    pub(crate) fn meets(self, other: Self) -> bool {
        self == other || self == Self::Unknown || other == Self::Unknown
    }

    pub(crate) fn has_no_order(self) -> bool {
        matches!(self, Self::Boolean | Self::List)
    }

    pub(super) fn described(self) -> &'static str {
        match self {
            Self::Text => "a text",
            Self::Number => "a number",
            Self::Boolean => "a boolean",
            Self::List => "a list",
            Self::Unknown => "a value",
        }
    }
}

impl<'n> Resolver<'n> {
    pub(super) fn term(&mut self, node: &'n Node) -> Option<Term> {
        match &node.kind {
            Kind::Broken => None,
            Kind::Bool(_) | Kind::Number(_) | Kind::Text(_) | Kind::List(_) => {
                self.literal(node).map(Term::Literal)
            }
            Kind::Path(keys) => match self.named(keys)? {
                Named::Field(field) => Some(Term::Field(field)),
                Named::Events => self.whole_list(node.span),
            },
            Kind::Filter { .. } => {
                self.list(node)?;
                self.whole_list(node.span)
            }
            Kind::Call { of, name, arguments } => self.computed(of.as_deref(), name, arguments),
            Kind::Member(key) => self.fail(Diagnostic::not_built(key.span, THROUGH)),
            Kind::Not(_)
            | Kind::And(_)
            | Kind::Or(_)
            | Kind::Compare { .. }
            | Kind::In { .. }
            | Kind::Occurs { .. }
            | Kind::Exists { .. } => {
                let message = "This is a condition, which holds or does not; a value is expected here.";
                self.fail(Diagnostic::error(node.span, message))
            }
        }
    }

    fn whole_list(&mut self, span: Span) -> Option<Term> {
        let message =
            "A list of events is no value to compare; count it with `.count()` or add up with `.sum(..)`.";
        self.fail(Diagnostic::error(span, message))
    }

    fn literal(&mut self, node: &'n Node) -> Option<Value> {
        Some(match &node.kind {
            Kind::Bool(value) => Value::Bool(*value),
            Kind::Number(number) => Value::Number(*number),
            Kind::Text(text) => Value::String(text.into()),
            Kind::List(items) => {
                let items: Vec<_> = items.iter().map(|item| self.literal(item)).collect();
                Value::Array(items.into_iter().collect::<Option<_>>()?)
            }
            Kind::Broken => return None,
            _ => {
                let message = "A list holds texts, numbers, `true` and `false` only.";
                return self.fail(Diagnostic::error(node.span, message));
            }
        })
    }

    /// A call that gives a number.
    pub(super) fn computed(
        &mut self,
        of: Option<&'n Node>,
        name: &Key,
        arguments: &'n [Node],
    ) -> Option<Term> {
        match (name.text.as_str(), of, arguments) {
            ("count", Some(list), []) | ("count", None, [list]) => self.list(list).map(Term::Count),
            ("sum", Some(list), [of]) => {
                let (list, path) = (self.list(list), self.item_path(of));
                Some(Term::Sum {
                    list: list?,
                    path: path?,
                })
            }
            ("sum", Some(list), []) | ("sum", None, [list]) => match self.list(list)? {
                List::Events(_) => {
                    let message =
                        "Events are no numbers; say what to add up, as in `.sum(commerce.order.priceTotal)`.";
                    self.fail(Diagnostic::error(name.span, message))
                }
                list @ List::Field(_) => Some(Term::Sum {
                    list,
                    path: Path::default(),
                }),
            },
            ("count", ..) => self.misused(
                name,
                "`count` takes no argument after a list, as in `xEvent.count()`.",
            ),
            ("sum", ..) => self.misused(
                name,
                "`sum` takes one path, as in `xEvent.sum(commerce.order.priceTotal)`.",
            ),
            (name_of, ..) if functions::BUILT.contains(&name_of) => {
                let message = format!("`{name_of}` gives no value that could stand here.");
                self.fail(Diagnostic::error(name.span, message))
            }
            _ => self.fail(functions::refuse(name)),
        }
    }

    pub(super) fn misused<T>(&mut self, name: &Key, message: &str) -> Option<T> {
        self.fail(Diagnostic::error(name.span, message))
    }

    /// What is counted or summed.
    pub(super) fn list(&mut self, node: &'n Node) -> Option<List> {
        match &node.kind {
            Kind::Broken => None,
            Kind::Path(keys) => Some(match self.named(keys)? {
                Named::Events => List::Events(Events { filter: None }),
                Named::Field(field) => List::Field(field),
            }),
            Kind::Filter { .. } => self.filtered(node),
            Kind::Call { name, .. } if !functions::BUILT.contains(&name.text.as_str()) => {
                self.fail(functions::refuse(name))
            }
            Kind::Member(key) => self.fail(Diagnostic::not_built(key.span, THROUGH)),
            _ => self.fail(Diagnostic::error(
                node.span,
                "A list is expected here, such as `xEvent[..]`.",
            )),
        }
    }

    /// Filters after each other are one: each condition must hold.
    fn filtered(&mut self, node: &'n Node) -> Option<List> {
        let (mut list, mut filters) = (node, Vec::new());
        while let Kind::Filter {
            list: inner,
            condition,
        } = &list.kind
        {
            filters.push(condition.as_ref());
            list = inner;
        }
        filters.reverse();
        let list = self.list(list);
        let (condition, _) = self.within(Scope::Filter, node.span, |resolver| match filters.as_slice() {
            [filter] => resolver.condition(filter),
            filters => resolver.deeper(node.span, |resolver| {
                let all = resolver.conditions(filters.iter().copied());
                all.map(Condition::And)
            }),
        });
        match list? {
            List::Field(_) => self.fail(Diagnostic::not_built(node.span, "A filter on an attribute")),
            List::Events(_) => Some(List::Events(Events {
                filter: Some(Box::new(condition?)),
            })),
        }
    }

    /// Where in an item the number stands that is to be added up.
    fn item_path(&mut self, node: &'n Node) -> Option<Path> {
        match &node.kind {
            Kind::Broken => None,
            Kind::Path(keys) => {
                self.scopes.push(Scope::Filter);
                let named = self.named(keys);
                self.scopes.pop();
                match named? {
                    Named::Field(Field {
                        root: Root::Item(0),
                        path,
                    }) => Some(path),
                    _ => self.fail(Diagnostic::not_built(
                        node.span,
                        "Adding up anything but a field of the items",
                    )),
                }
            }
            _ => self.fail(Diagnostic::not_built(
                node.span,
                "Adding up anything but a field of the items",
            )),
        }
    }
}
