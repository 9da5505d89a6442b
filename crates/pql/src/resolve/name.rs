//! What a path starts from.

use super::Resolver;
use crate::function::{Function, is_function};
use crate::print::stands_alone;
use crate::program::{Expression, Field, Path, Root};
use crate::syntax::{Key, Origin};
use crate::types::{Known, Type};
use crate::{Diagnostic, Severity, Span};
use xdm::nearest;

impl<'n, 's> Resolver<'n, 's> {
    /// A path that starts from what is around it.
    pub(super) fn named(&mut self, keys: &'n [Key]) -> Option<Expression> {
        let (first, rest) = keys.split_first()?;
        if let Some(item) = self.variable(first) {
            return self.item(item, rest, None);
        }
        if self.profile.is_some_and(|profile| profile.text == first.text) {
            return self.profile(first.span, rest, None);
        }
        if first.text.eq_ignore_ascii_case("xEvent") {
            return self.events(first, rest);
        }
        if self.labels.iter().any(|label| label.text == first.text) && !rest.is_empty() {
            let message = format!("`{}`, an event of another step,", first.text);
            return self.fail(Diagnostic::not_built(first.span, &message));
        }
        if let Some(function) = Function::named(&first.text)
            && function.is_word()
            && rest.is_empty()
        {
            let arguments = Vec::new();
            return Some(Expression::Call { function, arguments });
        }
        let slip = self.slip(first);
        let around = self.filters().next();
        match around {
            Some(item) => {
                self.has_a_spelling(keys)?;
                self.item(item, keys, slip)
            }
            None => self.profile(first.span, keys, slip),
        }
    }

    /// JSON can look up whatever key in an item without a name; a text has such an item's fields by their bare names only,
    /// and every program has a text.
    fn has_a_spelling(&mut self, keys: &[Key]) -> Option<()> {
        let (first, rest) = keys.split_first()?;
        let only = rest.is_empty();
        let labels = self.labels.iter().filter(|_| !only);
        let named = self.scopes.iter().filter_map(|scope| scope.name);
        let names = named.chain(labels.copied()).chain(self.profile);
        if stands_alone(&first.text, only, names.map(|name| name.text.as_str())) {
            return Some(());
        }
        let message = format!(
            "A bare `{}` cannot be the item's field here; name the item, as `select` does, and look it up there.",
            first.text
        );
        self.fail(Diagnostic::error(first.span, message))
    }

    /// `^.a`, `$1.a`
    pub(super) fn from(&mut self, span: Span, origin: Origin, keys: &'n [Key]) -> Option<Expression> {
        if origin == Origin::Variable {
            return self.in_scope(keys);
        }
        match origin {
            Origin::Variable => None,
            Origin::Parameter(1) => self.profile(span, keys, None),
            Origin::Parameter(_) => {
                let message = "A segment has one parameter, the profile: `$1`.";
                self.fail(Diagnostic::error(span, message))
            }
            Origin::Climb(levels) => {
                let around = self.filters().count();
                let item = self.filters().nth(levels);
                match item {
                    Some(_) if keys.is_empty() => {
                        self.fail(Diagnostic::error(span, "A name is missing after `^`."))
                    }
                    Some(item) if levels == 0 => {
                        self.has_a_spelling(keys)?;
                        self.item(item, keys, None)
                    }
                    Some(item) => self.item(item, keys, None),
                    None if levels == around => self.profile(span, keys, None),
                    None => {
                        let message = match around {
                            0 => "`^` climbs out of a filter, and there is none around this.".to_owned(),
                            1 => "`^` climbs out of a filter, and there is only one around this.".to_owned(),
                            _ => format!(
                                "`^` climbs out of a filter, and there are only {around} around this."
                            ),
                        };
                        self.fail(Diagnostic::error(span, message))
                    }
                }
            }
        }
    }

    /// What is in scope under the first key, which can be nothing else.
    fn in_scope(&mut self, keys: &'n [Key]) -> Option<Expression> {
        let (first, rest) = keys.split_first()?;
        if let Some(item) = self.variable(first) {
            return self.item(item, rest, None);
        }
        if self.profile.is_some_and(|profile| profile.text == first.text) {
            return self.profile(first.span, rest, None);
        }
        if self.labels.iter().any(|label| label.text == first.text) {
            let message = format!("`{}`, an event of another step,", first.text);
            return self.fail(Diagnostic::not_built(first.span, &message));
        }
        let message = format!("Nothing is called `{}` here.", first.text);
        let diagnostic = Diagnostic::error(first.span, message);
        let known = self
            .scopes
            .iter()
            .rev()
            .filter_map(|scope| scope.name)
            .chain(self.profile);
        let near = nearest(&first.text, known.map(|key| key.text.as_str()));
        self.fail(match near {
            Some(near) => diagnostic.fix(near),
            None => diagnostic,
        })
    }

    /// The items of the filters around, the innermost first.
    pub(super) fn filters(&self) -> impl Iterator<Item = usize> {
        let around = self.scopes.iter().rev().enumerate();
        around
            .filter(|(_, scope)| scope.name.is_none())
            .map(|(item, _)| item)
    }

    fn events(&mut self, first: &Key, rest: &[Key]) -> Option<Expression> {
        if first.text != "xEvent" {
            let message = "The profile's events are called `xEvent`.";
            return self.fail(Diagnostic::error(first.span, message).fix("xEvent"));
        }
        self.own_fields_only(rest.first(), &Expression::Events)?;
        self.there(&Known::Of(Type::Events), &rest.iter().collect::<Vec<_>>())?;
        self.lint_brackets(rest);
        let of = Box::new(Expression::Events);
        Some(if rest.is_empty() {
            Expression::Events
        } else {
            let path = path(rest);
            Expression::Member { of, path }
        })
    }

    /// `slip` is what to say of the first key, should it stand here by mistake.
    fn profile(&mut self, span: Span, keys: &[Key], slip: Option<Diagnostic>) -> Option<Expression> {
        let Some(first) = keys.first() else {
            let message = "This is the whole profile; name one of its attributes.";
            return self.fail(Diagnostic::error(span, message));
        };
        match first.text.as_str() {
            "identityMap" => {
                let known = self.fields.profile();
                self.there(&known, &keys.iter().collect::<Vec<_>>())?;
                Some(field(Root::Identities, &keys[1..]))
            }
            "segmentMembership" => {
                let message = "Memberships are asked for with `inSegment(\"..\")`; `segmentMembership` is not built yet.";
                self.fail(Diagnostic::error(first.span, message))
            }
            "xEvent" => self.events(first, &keys[1..]),
            _ => {
                let known = self.fields.profile();
                self.known_or_slip(&known, keys, slip)?;
                Some(field(Root::Profile, keys))
            }
        }
    }

    fn item(&mut self, item: usize, keys: &[Key], slip: Option<Diagnostic>) -> Option<Expression> {
        let of = field(Root::Item(item), &[]);
        self.own_fields_only(keys.first(), &of)?;
        let known = self.type_of(&of);
        self.known_or_slip(&known, keys, slip)?;
        Some(field(Root::Item(item), keys))
    }

    /// Says of a path that no schema has it that it is a slip, if it looks like one, else that it is unknown.
    fn known_or_slip(&mut self, of: &Known<'s>, keys: &[Key], slip: Option<Diagnostic>) -> Option<()> {
        let all: Vec<&Key> = keys.iter().collect();
        match slip {
            Some(slip) if self.is_lost(of, &all) => {
                let severity = Severity::Error;
                self.fail(Diagnostic { severity, ..slip })
            }
            slip => {
                self.there(of, &all)?;
                if let Some(slip) = slip {
                    self.report(slip);
                }
                self.lint_brackets(keys);
                Some(())
            }
        }
    }

    /// Refuses what is not kept of an event.
    pub(super) fn own_fields_only(&mut self, key: Option<&Key>, of: &Expression) -> Option<()> {
        let event = matches!(self.type_of(of).kind(), Type::Event | Type::Events);
        match key {
            Some(key) if event && matches!(key.text.as_str(), "identityMap" | "_weir") => self.fail(
                Diagnostic::not_built(key.span, &format!("`{}` of an event", key.text)),
            ),
            _ => Some(()),
        }
    }

    /// How many items further out the variable of this name stands.
    fn variable(&mut self, key: &Key) -> Option<usize> {
        for (item, scope) in self.scopes.iter_mut().rev().enumerate() {
            if scope.name.is_some_and(|name| name.text == key.text) {
                scope.used = true;
                return Some(item);
            }
        }
        None
    }

    /// A bare name in a quantifier is not the event's, whatever it looks like; nor is one that stands in nothing.
    fn slip(&self, key: &Key) -> Option<Diagnostic> {
        let of_events = matches!(key.text.as_str(), "eventType" | "timestamp");
        let named = match (self.scopes.last(), self.types.last()) {
            (Some(scope), Some(Known::Of(Type::Event))) => scope.name,
            (None, _) if of_events => {
                let message = format!(
                    "`{}` asks for an attribute of the profile here; events are asked as in `xEvent[eventType = \"login\"]`.",
                    key.text
                );
                return Some(Diagnostic::warning(key.span, message));
            }
            _ => None,
        };
        let name = named?;
        if name.text.eq_ignore_ascii_case(&key.text) {
            let message = format!(
                "`{}` is not `{}` but an attribute of that name.",
                key.text, name.text
            );
            Some(Diagnostic::warning(key.span, message).fix(name.text.as_str()))
        } else if of_events {
            let event = format!("{}.{}", name.text, key.text);
            let message = format!(
                "`{}` is not the event's here; the event's is `{event}`.",
                key.text
            );
            Some(Diagnostic::warning(key.span, message).fix(event))
        } else {
            None
        }
    }

    /// A function without its brackets is a field, and one that nobody has.
    fn lint_brackets(&mut self, keys: &[Key]) {
        let Some(last) = keys.last() else { return };
        let plain = [
            "count", "sum", "min", "max", "average", "in", "get", "map", "date", "values", "keys", "head",
        ];
        let word = Function::named(&last.text).is_some_and(Function::is_word);
        if is_function(&last.text) && !plain.contains(&last.text.as_str()) && !word {
            let message = format!(
                "`{0}` is a field here; the function is written `{0}(..)`.",
                last.text
            );
            let warning = Diagnostic::warning(last.span, message);
            let takes_nothing = Function::named(&last.text).is_some_and(|function| function.takes.len() == 1);
            self.report(if takes_nothing {
                warning.fix(format!("{}()", last.text))
            } else {
                warning
            });
        }
    }
}

fn field(root: Root, keys: &[Key]) -> Expression {
    let path = path(keys);
    Expression::Field(Field { root, path })
}

pub(super) fn path(keys: &[Key]) -> Path {
    Path::new(keys.iter().map(|key| key.text.clone()).collect())
}
