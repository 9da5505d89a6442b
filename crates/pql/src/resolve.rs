//! From the shape of a text to its meaning: names get their roots, functions their entries, sides of a comparison their
//! types, and what makes no sense is refused.
//!
//! Every function gives `None` where something was reported, so that one pass finds all mistakes.

mod call;
mod chain;
mod compare;
mod expression;
mod form;
mod kind;
mod name;
mod path;
mod time;

use crate::program::{Expression, Mention, Program};
use crate::syntax::{Key, Kind, Node};
use crate::types::{Fields, Known, Type};
use crate::{Diagnostic, Severity, Span};
use std::borrow::Cow;
use std::collections::HashSet;

/// How deep a meaning may be nested.
const MAX_DEPTH: usize = 50;

/// How many events may be in scope at once. With n events, evaluation looks at up to n of them for each that is in
/// scope: a thousand events three deep are a thousand million looks already.
pub(crate) const MAX_EVENTS: usize = 3;
/// How many items of whatever lists may be in scope at once.
pub(crate) const MAX_ITEMS: usize = 6;

/// What stands at a place as a text has it, if that can be said; sentences quote it.
pub(crate) type Source<'t> = dyn Fn(Span) -> Option<Cow<'t, str>> + 't;

/// The meaning of `node`, if it has one, and all that is wrong with it where the data can have these fields.
pub(crate) fn resolve<'n>(
    source: &'n Source<'n>,
    node: &'n Node,
    fields: Fields<'_>,
) -> (Option<Program>, Vec<Diagnostic>) {
    let mut resolver = Resolver {
        source,
        fields,
        depth: 0,
        scopes: Vec::new(),
        types: Vec::new(),
        profile: None,
        labels: Vec::new(),
        mentions: Vec::new(),
        lost: 0,
        linted: HashSet::new(),
        diagnostics: Vec::new(),
    };
    let condition = match &node.kind {
        Kind::Lambda { parameters, body } => match parameters.as_slice() {
            [profile] => {
                resolver.profile = Some(profile);
                resolver.condition(body)
            }
            _ => resolver.fail(Diagnostic::error(
                node.span,
                "A segment has one parameter, the profile, as in `(P) => P.loyalty.points > 1000`.",
            )),
        },
        _ => resolver.condition(node),
    };
    let Resolver {
        mentions,
        diagnostics,
        ..
    } = resolver;
    (
        condition.map(|condition| Program::parsed(condition, mentions)),
        diagnostics,
    )
}

struct Resolver<'n, 's> {
    source: &'n Source<'n>,
    /// What the data can have.
    fields: Fields<'s>,
    /// How deep the meaning at hand is nested.
    depth: usize,
    /// What is in scope, the innermost last.
    scopes: Vec<Scope<'n>>,
    /// The types of what is in scope.
    types: Vec<Known<'s>>,
    /// What the profile is called by `(P) => ..`.
    profile: Option<&'n Key>,
    /// The steps of a chain that stand before the one at hand.
    labels: Vec<&'n Key>,
    mentions: Vec<Mention>,
    /// How many paths no schema has, so far.
    lost: usize,
    /// Of which clauses something was said: of each once.
    linted: HashSet<Span>,
    diagnostics: Vec<Diagnostic>,
}

/// What brought an item or a value into scope.
#[derive(Clone, Copy)]
struct Scope<'n> {
    /// What it is called; without a name, bare names are the item's.
    name: Option<&'n Key>,
    /// Whether it is one after the other of a list, rather than one value.
    loops: bool,
    used: bool,
}

impl<'n> Scope<'n> {
    fn item(name: Option<&'n Key>) -> Self {
        let (loops, used) = (true, false);
        Self { name, loops, used }
    }

    fn value(name: &'n Key) -> Self {
        let (loops, used) = (false, false);
        Self {
            name: Some(name),
            loops,
            used,
        }
    }
}

impl<'n, 's> Resolver<'n, 's> {
    fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    fn fail<T>(&mut self, diagnostic: Diagnostic) -> Option<T> {
        self.report(diagnostic);
        None
    }

    /// Says what makes the text wrong where there are schemas; where there are none it may yet be right.
    fn report_by_schema(&mut self, diagnostic: Diagnostic) -> Option<()> {
        if self.fields.are_known() {
            return self.fail(diagnostic);
        }
        let severity = Severity::Warning;
        self.report(Diagnostic {
            severity,
            ..diagnostic
        });
        Some(())
    }

    fn type_of(&mut self, expression: &Expression) -> Known<'s> {
        Known::of(expression, &mut self.types, self.fields)
    }

    /// What stands there; `..` where that cannot be said.
    fn source(&self, span: Span) -> Cow<'n, str> {
        (self.source)(span).unwrap_or(Cow::Borrowed(".."))
    }

    /// What stands there, in quotes for a sentence; of what is long only `this`.
    fn quoted(&self, span: Span) -> String {
        const LONGEST: usize = 60;
        match (self.source)(span) {
            Some(text)
                if text.len() <= 4 * LONGEST
                    && text.chars().count() <= LONGEST
                    && !text.contains('\n')
                    && !text.is_empty() =>
            {
                format!("`{text}`")
            }
            _ => "this".to_owned(),
        }
    }

    /// Resolves with one more item in scope, of this type. Says also whether it was named.
    fn within<T>(
        &mut self,
        scope: Scope<'n>,
        of: Known<'s>,
        span: Span,
        resolve: impl FnOnce(&mut Self) -> Option<T>,
    ) -> (Option<T>, bool) {
        let events = self.types.iter().filter(|known| known.is(Type::Event)).count();
        let items = self.scopes.iter().filter(|scope| scope.loops).count();
        if scope.loops && ((of.is(Type::Event) && events == MAX_EVENTS) || items == MAX_ITEMS) {
            let message = if of.is(Type::Event) {
                format!(
                    "Events are looked at within events more than {MAX_EVENTS} times; that would take too long."
                )
            } else {
                format!(
                    "Lists are looked at within lists more than {MAX_ITEMS} times; that would take too long."
                )
            };
            return (self.fail(Diagnostic::error(span, message)), true);
        }
        if let Some(name) = scope.name {
            let taken = |known: &Key| known.text == name.text;
            if self.scopes.iter().filter_map(|scope| scope.name).any(taken) || self.profile.is_some_and(taken)
            {
                let message = format!("`{}` already names something here; take another name.", name.text);
                return (self.fail(Diagnostic::error(name.span, message)), true);
            }
        }
        self.scopes.push(scope);
        self.types.push(of);
        let resolved = resolve(self);
        self.types.pop();
        let used = self.scopes.pop().is_none_or(|scope| scope.used);
        (resolved, used)
    }

    /// Goes one level down, if that is not too deep.
    fn deeper<T>(&mut self, span: Span, resolve: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        if self.depth == MAX_DEPTH {
            let message = format!("This is nested more than {MAX_DEPTH} levels deep; split the segment up.");
            return self.fail(Diagnostic::error(span, message));
        }
        self.depth += 1;
        let resolved = resolve(self);
        self.depth -= 1;
        resolved
    }
}
