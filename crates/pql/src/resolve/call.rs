//! Calls that hold or do not.

use super::Resolver;
use super::term::Type;
use crate::program::{Condition, Mention, Mentioned, Term};
use crate::syntax::{Key, Kind, Node};
use crate::{Diagnostic, Span, functions};
use model::SegmentId;

impl<'n> Resolver<'n> {
    pub(super) fn call(
        &mut self,
        span: Span,
        of: Option<&'n Node>,
        name: &'n Key,
        arguments: &'n [Node],
    ) -> Option<Condition> {
        match (name.text.as_str(), of, arguments) {
            ("equals", Some(left), [right]) => self.equals(left, right, true),
            (
                "equals",
                Some(left),
                [
                    right,
                    Node {
                        kind: Kind::Bool(case_sensitive),
                        ..
                    },
                ],
            ) => self.equals(left, right, *case_sensitive),
            ("in", Some(item), [list]) => self.membership(item, false, list),
            ("notIn", Some(item), [list]) => self.membership(item, true, list),
            ("intersects", Some(left), [right]) => {
                let (left, right) = (
                    self.list_term(left, "intersects"),
                    self.list_term(right, "intersects"),
                );
                Some(Condition::Intersects {
                    left: left?,
                    right: right?,
                })
            }
            ("isNull" | "isNotNull", Some(of), []) => match self.term(of)? {
                Term::Field(field) if name.text == "isNull" => Some(Condition::IsNull(field)),
                Term::Field(field) => Some(Condition::IsNotNull(field)),
                _ => self.fail(Diagnostic::error(
                    of.span,
                    "Only a value of the data can be null; this never is.",
                )),
            },
            (
                "inSegment",
                None,
                [
                    Node {
                        kind: Kind::Text(id),
                        span,
                    },
                ],
            ) => self.segment(id, *span),
            ("equals", ..) => self.misused(
                name,
                "`equals` is used as in `country.equals(\"canada\", false)`.",
            ),
            ("in" | "notIn" | "intersects", ..) => {
                let message = format!(
                    "`{0}` takes one list, as in `tags.{0}([\"vip\", \"press\"])`.",
                    name.text
                );
                self.misused(name, &message)
            }
            ("isNull" | "isNotNull", ..) => {
                let message = format!(
                    "`{0}` stands after a path and takes nothing, as in `person.name.{0}()`.",
                    name.text
                );
                self.misused(name, &message)
            }
            ("inSegment", ..) => self.misused(
                name,
                "`inSegment` takes the id of a segment, as in `inSegment(\"gold\")`.",
            ),
            ("count" | "sum", ..) => {
                self.computed(of, name, arguments)?;
                let message = format!("`{}` gives a number; compare it, as in `.. >= 1`.", name.text);
                self.fail(Diagnostic::error(span, message))
            }
            ("get", ..) => self.misused(
                name,
                "`get` takes one text and stands after a path, as in `identityMap.get(\"ecid\")`.",
            ),
            _ => self.fail(functions::refuse(name)),
        }
    }

    fn equals(&mut self, left: &'n Node, right: &'n Node, case_sensitive: bool) -> Option<Condition> {
        let (one, other) = (self.text(left), self.text(right));
        Some(Condition::Equals {
            left: one?,
            right: other?,
            case_sensitive,
        })
    }

    fn text(&mut self, node: &'n Node) -> Option<Term> {
        let term = self.term(node)?;
        let known = Type::of(&term);
        if known.meets(Type::Text) {
            return Some(term);
        }
        let message = format!(
            "`equals` compares texts, and this is {}; use `=`.",
            known.described()
        );
        self.fail(Diagnostic::error(node.span, message))
    }

    fn segment(&mut self, id: &str, span: Span) -> Option<Condition> {
        match SegmentId::new(id) {
            Ok(id) => {
                self.mentions.push(Mention {
                    span,
                    of: Mentioned::Segment(id.clone()),
                });
                Some(Condition::InSegment(id))
            }
            Err(why) => self.fail(Diagnostic::error(
                span,
                format!("This is no segment's id: {why}."),
            )),
        }
    }
}
