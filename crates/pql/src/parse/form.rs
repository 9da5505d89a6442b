//! Forms that bring a name into scope: quantifiers, `select`, aggregates with `over`, `let`, `(P) => ..`.
//!
//! A condition after `where` and the body of `let` and `=>` run to the closing bracket around them.

use super::Parser;
use crate::function::Function;
use crate::lex::{self, is_reserved};
use crate::syntax::{Key, Kind, Node, Variable};
use crate::{Diagnostic, Span};

impl Parser<'_> {
    /// `exists E from xEvent where .., I from E.items where ..`, after the first word.
    pub(super) fn quantifier(&mut self, start: Span, every: bool) -> Node {
        let mut variables = Vec::new();
        loop {
            let Some(name) = self.variable() else {
                self.skip_inside();
                return Node::broken(self.since(start));
            };
            let (list, condition) = self.rest_of_item(&name);
            variables.push(Variable {
                name,
                list,
                condition,
            });
            if !(self.is_sign(",") && self.begins_variable()) {
                return Node::new(self.since(start), Kind::Quantifier { every, variables });
            }
            self.skip();
        }
    }

    /// `select V from list where ..`, after the first word.
    pub(super) fn select(&mut self, start: Span) -> Node {
        let Some(variable) = self.variable() else {
            self.skip_inside();
            return Node::broken(self.since(start));
        };
        let (list, condition) = self.rest_of_item(&variable);
        let kind = Kind::Filter {
            list: Box::new(list),
            variable: Some(variable),
            condition: condition.map(Box::new),
        };
        Node::new(self.since(start), kind)
    }

    /// `sum X.v over X from list where ..`
    pub(super) fn over(&mut self, start: Span) -> Node {
        let Some(name) = self.key() else {
            return Node::broken(start);
        };
        let of = Box::new(self.operand());
        if !self.eat_word("over") {
            let name = &name.text;
            self.missing(
                "over",
                format!("`over` is missing, as in `{name} X.price over X from orders`."),
            );
        }
        let Some(variable) = self.variable() else {
            self.skip_inside();
            return Node::broken(self.since(start));
        };
        let (list, condition) = self.rest_of_item(&variable);
        let kind = Kind::Over {
            name,
            of,
            variable,
            list: Box::new(list),
            condition: condition.map(Box::new),
        };
        Node::new(self.since(start), kind)
    }

    /// Whether an aggregate with `over` begins here: another value follows, where a path would go on or end.
    pub(super) fn begins_over(&self) -> bool {
        match self.ahead(1) {
            lex::Kind::Word(word) => {
                let operators = ["and", "or", "in", "notin", "occurs", "over", "where", "from"];
                let operator = operators.iter().any(|known| known.eq_ignore_ascii_case(word));
                !operator || self.is_over(2)
            }
            _ => false,
        }
    }

    fn is_over(&self, ahead: usize) -> bool {
        matches!(self.ahead(ahead), lex::Kind::Word(word) if word.eq_ignore_ascii_case("over"))
    }

    /// `from list where ..`, after the name.
    fn rest_of_item(&mut self, name: &Key) -> (Node, Option<Node>) {
        if !self.eat_word("from") {
            self.missing("from", format!("`from` is missing after `{}`.", name.text));
        }
        let list = self.postfix();
        let mut bounded = self.eat_word("where") || self.eat_sign(":");
        if !bounded && self.begins_operand() {
            self.missing(
                "where",
                format!("`where` is missing before {}.", self.described()),
            );
            bounded = true;
        }
        let condition = bounded.then(|| self.expression());
        (list, condition)
    }

    /// `let S = value in body`, after the first word.
    pub(super) fn binding(&mut self, start: Span) -> Node {
        let Some(name) = self.variable() else {
            self.skip_inside();
            return Node::broken(self.since(start));
        };
        if !self.eat_sign("=") {
            self.missing("=", format!("`=` is missing after `{}`.", name.text));
        }
        let value = Box::new(self.operand());
        if !self.eat_word("in") {
            let message = "`in` is missing after the value, as in `let S = sum(prices) in S > 100`.";
            self.missing("in", message);
        }
        let body = Box::new(self.expression());
        Node::new(self.since(start), Kind::Let { name, value, body })
    }

    /// `(P) => body`
    pub(super) fn lambda(&mut self, start: Span) -> Node {
        self.skip();
        let mut parameters = Vec::new();
        while !self.eat_sign(")") {
            match self.variable() {
                Some(name) => parameters.push(name),
                None => self.skip(),
            }
            self.eat_sign(",");
        }
        self.eat_sign("=>");
        let body = Box::new(self.expression());
        Node::new(self.since(start), Kind::Lambda { parameters, body })
    }

    /// Whether this bracket holds the parameters of `(P) => ..`.
    pub(super) fn is_lambda(&self) -> bool {
        let named = |kind: &lex::Kind<'_>| matches!(kind, lex::Kind::Word(_) | lex::Kind::Sign(","));
        let names = self.tokens[self.at + 1..]
            .iter()
            .take_while(|token| named(&token.kind))
            .count();
        *self.ahead(names + 1) == lex::Kind::Sign(")") && *self.ahead(names + 2) == lex::Kind::Sign("=>")
    }

    /// Whether another variable follows a comma, rather than another item of a list around.
    fn begins_variable(&self) -> bool {
        matches!(self.ahead(1), lex::Kind::Word(_)) && self.begins_from(2)
    }

    fn begins_from(&self, ahead: usize) -> bool {
        matches!(self.ahead(ahead), lex::Kind::Word(word) if word.eq_ignore_ascii_case("from"))
    }

    fn variable(&mut self) -> Option<Key> {
        let span = self.span();
        let named = self
            .word()
            .filter(|word| !word.eq_ignore_ascii_case("from") || self.begins_from(1));
        match named {
            Some(word) if !is_reserved(word) && !Function::named(word).is_some_and(Function::is_word) => {
                self.key()
            }
            Some(word) => {
                let message = format!("`{word}` is a word of PQL and cannot name anything.");
                self.report(Diagnostic::error(span, message));
                None
            }
            None => {
                let message = "A name for the item is missing, as in `exists E from xEvent where E.eventType = \"login\"`.";
                self.report(Diagnostic::error(span.before(), message));
                None
            }
        }
    }
}
