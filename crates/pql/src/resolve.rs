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

use crate::Diagnostic;
use crate::program::{Mention, Program};
use crate::syntax::{Key, Node};

/// The meaning of `node`, if it has one, and all that is wrong with it.
pub(crate) fn resolve(node: &Node) -> (Option<Program>, Vec<Diagnostic>) {
    let mut resolver = Resolver { scopes: Vec::new(), mentions: Vec::new(), diagnostics: Vec::new() };
    let condition = resolver.condition(node);
    let Resolver { mentions, diagnostics, .. } = resolver;
    (condition.map(|condition| Program::parsed(condition, mentions)), diagnostics)
}

struct Resolver<'n> {
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

impl Resolver<'_> {
    fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    fn fail<T>(&mut self, diagnostic: Diagnostic) -> Option<T> {
        self.report(diagnostic);
        None
    }
}
