//! From the shape of a text to its meaning: names get their roots, sides of a comparison their kinds, and what is
//! not built is refused.
//!
//! Every function gives `None` where something was reported, so that one pass finds all mistakes.

mod call;
mod condition;
mod name;
mod term;

#[cfg(any(test, feature = "generate"))]
pub(crate) use term::Type;

use crate::program::{Mention, Program};
use crate::syntax::{Key, Node};
use crate::{Diagnostic, Span};

/// How deep conditions may be nested.
const MAX_DEPTH: usize = 50;

/// How many items may be in scope at once. With n events, evaluation looks at up to n of them for each item that is in
/// scope: a thousand events three deep are a thousand million looks already.
pub(crate) const MAX_SCOPES: usize = 3;

/// The meaning of `node`, if it has one, and all that is wrong with it.
pub(crate) fn resolve(node: &Node) -> (Option<Program>, Vec<Diagnostic>) {
    let mut resolver = Resolver {
        depth: 0,
        scopes: Vec::new(),
        mentions: Vec::new(),
        diagnostics: Vec::new(),
    };
    let condition = resolver.condition(node);
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

struct Resolver<'n> {
    /// How deep the condition at hand is nested.
    depth: usize,
    /// The items in scope, the innermost last.
    scopes: Vec<Scope<'n>>,
    mentions: Vec<Mention>,
    diagnostics: Vec<Diagnostic>,
}

/// What brought an item into scope.
enum Scope<'n> {
    /// A filter: bare names are the item's.
    Filter,
    /// A quantifier: its name is the item.
    Variable { name: &'n Key, used: bool },
}

impl<'n> Resolver<'n> {
    fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// Resolves with one more item in scope. Gives the scope back as it was left.
    fn within<T>(
        &mut self,
        scope: Scope<'n>,
        span: Span,
        resolve: impl FnOnce(&mut Self) -> Option<T>,
    ) -> (Option<T>, bool) {
        if self.scopes.len() == MAX_SCOPES {
            let message = format!(
                "Events are looked at within events more than {MAX_SCOPES} times; that would take too long."
            );
            return (self.fail(Diagnostic::error(span, message)), true);
        }
        self.scopes.push(scope);
        let resolved = resolve(self);
        let used = !matches!(self.scopes.pop(), Some(Scope::Variable { used: false, .. }));
        (resolved, used)
    }

    fn fail<T>(&mut self, diagnostic: Diagnostic) -> Option<T> {
        self.report(diagnostic);
        None
    }
}
