//! What a path starts from.

use super::{Resolver, Scope};
use crate::Diagnostic;
use crate::program::{Field, Root};
use crate::syntax::Key;
use model::Path;

/// What a path names.
pub(super) enum Named {
    /// `xEvent`
    Events,
    /// A path with at least one key, in the data.
    Field(Field),
}

impl Resolver<'_> {
    pub(super) fn named(&mut self, keys: &[Key]) -> Option<Named> {
        let (first, rest) = keys.split_first()?;
        self.lint_brackets(rest);
        if let Some(item) = self.variable(first) {
            return self.item(item, rest, first).map(Named::Field);
        }
        if first.text.eq_ignore_ascii_case("xEvent") {
            return self.events(first, rest);
        }
        self.lint_slip(first);
        let filter = self
            .scopes
            .iter()
            .rev()
            .position(|scope| matches!(scope, Scope::Filter));
        if let Some(item) = filter {
            return self.item(item, keys, first).map(Named::Field);
        }
        self.profile(first, keys).map(Named::Field)
    }

    fn events(&mut self, first: &Key, rest: &[Key]) -> Option<Named> {
        if first.text != "xEvent" {
            let message = "The profile's events are called `xEvent`.";
            return self.fail(Diagnostic::error(first.span, message).fix("xEvent"));
        }
        match rest.first() {
            None => Some(Named::Events),
            Some(key) => self.fail(Diagnostic::not_built(key.span, "A path through all events")),
        }
    }

    fn profile(&mut self, first: &Key, keys: &[Key]) -> Option<Field> {
        match first.text.as_str() {
            "identityMap" => Some(field(Root::Identities, &keys[1..])),
            "segmentMembership" => {
                let message = "Memberships are asked for with `inSegment(\"..\")`; `segmentMembership` is not built yet.";
                self.fail(Diagnostic::error(first.span, message))
            }
            _ => Some(field(Root::Profile, keys)),
        }
    }

    fn item(&mut self, item: usize, keys: &[Key], named: &Key) -> Option<Field> {
        match keys.first() {
            None => {
                let message = format!("`{}` is a whole event; name one of its fields.", named.text);
                self.fail(Diagnostic::error(named.span, message).fix(format!("{}.eventType", named.text)))
            }
            Some(key) if matches!(key.text.as_str(), "identityMap" | "_weir") => self.fail(
                Diagnostic::not_built(key.span, &format!("`{}` of an event", key.text)),
            ),
            Some(_) => Some(field(Root::Item(item), keys)),
        }
    }

    /// How many items further out the variable of this name stands.
    fn variable(&mut self, key: &Key) -> Option<usize> {
        for (item, scope) in self.scopes.iter_mut().rev().enumerate() {
            if let Scope::Variable { name, used } = scope
                && name.text == key.text
            {
                *used = true;
                return Some(item);
            }
        }
        None
    }

    /// A bare name in a quantifier is not the event's, whatever it looks like; nor is one that stands in nothing.
    fn lint_slip(&mut self, key: &Key) {
        let of_events = matches!(key.text.as_str(), "eventType" | "timestamp");
        let warning = match self.scopes.last() {
            None if of_events => {
                let message = format!(
                    "`{}` is an attribute of the profile here; events are looked at as in `xEvent[eventType = \"login\"]`.",
                    key.text
                );
                Diagnostic::warning(key.span, message)
            }
            Some(Scope::Variable { name, .. }) if name.text.eq_ignore_ascii_case(&key.text) => {
                let message = format!(
                    "`{}` is not `{}` but an attribute of that name.",
                    key.text, name.text
                );
                Diagnostic::warning(key.span, message).fix(name.text.as_str())
            }
            Some(Scope::Variable { name, .. }) if of_events => {
                let event = format!("{}.{}", name.text, key.text);
                let message = format!(
                    "`{}` is not the event's here; the event's is `{event}`.",
                    key.text
                );
                Diagnostic::warning(key.span, message).fix(event)
            }
            _ => return,
        };
        self.report(warning);
    }

    /// A function without its brackets is a field, and one that nobody has.
    fn lint_brackets(&mut self, keys: &[Key]) {
        let Some(last) = keys.last() else { return };
        if matches!(
            last.text.as_str(),
            "isNull" | "isNotNull" | "equals" | "intersects" | "notIn"
        ) {
            let message = format!(
                "`{0}` is a field here; the function is written `{0}(..)`.",
                last.text
            );
            let warning = Diagnostic::warning(last.span, message);
            let takes_nothing = last.text.starts_with("is");
            self.report(if takes_nothing {
                warning.fix(format!("{}()", last.text))
            } else {
                warning
            });
        }
    }
}

fn field(root: Root, keys: &[Key]) -> Field {
    Field {
        root,
        path: Path::new(keys.iter().map(|key| key.text.clone()).collect()),
    }
}
