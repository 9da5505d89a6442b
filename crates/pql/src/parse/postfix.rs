//! Values: literals, paths, calls, filters; and the forms that are known by their first word.

use super::{MAX_CHAIN, Parser};
use crate::lex;
use crate::syntax::{Key, Kind, Node};
use crate::{Diagnostic, Span};

impl Parser<'_> {
    /// A value and what is said of it: `a.b`, `a.count()`, `a[..]`.
    pub(super) fn postfix(&mut self) -> Node {
        let start = self.span();
        let mut node = self.primary();
        let mut chained = 0;
        loop {
            if chained > MAX_CHAIN {
                return self.too_deep();
            }
            if self.eat_sign(".") {
                node = self.member(start, node);
                chained += usize::from(!matches!(node.kind, Kind::Path(_)));
            } else if self.is_sign("[") {
                let open = self.span();
                self.skip();
                let condition = Box::new(self.expression());
                self.close(open, "]");
                let list = Box::new(node);
                node = Node::new(self.since(start), Kind::Filter { list, condition });
                chained += 1;
            } else {
                return node;
            }
        }
    }

    /// What follows a dot: a key of a path, or a function with its arguments.
    fn member(&mut self, start: Span, of: Node) -> Node {
        let Some(key) = self.key() else {
            let span = self.span();
            return self.fail(Diagnostic::error(
                span.before(),
                "A name is missing after the dot.",
            ));
        };
        if self.is_sign("(") {
            return self.call(start, Some(of), key);
        }
        let span = self.since(start);
        match of.kind {
            Kind::Path(mut keys) => {
                keys.push(key);
                Node::new(span, Kind::Path(keys))
            }
            Kind::Broken => Node::broken(span),
            _ => Node::new(span, Kind::Member(key)),
        }
    }

    /// A call, from its opening bracket on. `get("key")` is one more key of a path, however it is spelled.
    fn call(&mut self, start: Span, of: Option<Node>, name: Key) -> Node {
        let open = self.span();
        self.skip();
        let arguments = self.items(")");
        self.close(open, ")");
        let span = self.since(start);
        let of = match (of, arguments.as_slice()) {
            (
                Some(Node {
                    kind: Kind::Path(mut keys),
                    ..
                }),
                [
                    Node {
                        kind: Kind::Text(text),
                        span: at,
                    },
                ],
            ) if name.text == "get" => {
                keys.push(Key {
                    span: *at,
                    text: text.clone(),
                });
                return Node::new(span, Kind::Path(keys));
            }
            (of, _) => of.map(Box::new),
        };
        Node::new(span, Kind::Call { of, name, arguments })
    }

    /// Expressions with commas between them, up to the closing bracket, which is not taken.
    fn items(&mut self, closing: &str) -> Vec<Node> {
        let mut items = Vec::new();
        if self.is_sign(closing) || self.at_end() {
            return items;
        }
        loop {
            items.push(self.expression());
            if !self.eat_sign(",") {
                return items;
            }
        }
    }

    fn primary(&mut self) -> Node {
        let start = self.span();
        let token = self.token().kind.clone();
        match token {
            lex::Kind::Number(number) => self.literal(Kind::Number(number)),
            lex::Kind::Text(text) => self.literal(Kind::Text(text)),
            lex::Kind::Broken => self.literal(Kind::Broken),
            lex::Kind::Word(word) => self.named(start, word),
            lex::Kind::Sign("(") if self.is_lambda() => {
                self.skip_inside_brackets();
                self.skip();
                self.expression();
                self.fail(Diagnostic::not_built(start, "A parameter with `=>`"))
            }
            lex::Kind::Sign("(") => {
                self.skip();
                let inner = self.expression();
                self.close(start, ")");
                Node::new(self.since(start), inner.kind)
            }
            lex::Kind::Sign("[") => {
                self.skip();
                let items = self.items("]");
                self.close(start, "]");
                Node::new(self.since(start), Kind::List(items))
            }
            lex::Kind::Sign(sign @ ("^" | "$")) => {
                while self.eat_sign("^") || self.eat_sign("$") {}
                let named = !self.at_end() && !matches!(self.token().kind, lex::Kind::Sign(_));
                if named {
                    self.skip();
                } else if self.is_sign(".") && matches!(self.ahead(1), lex::Kind::Word(_)) {
                    self.skip();
                    self.skip();
                }
                let what = if sign == "^" {
                    "`^`, which climbs out of a filter,"
                } else {
                    "A parameter by number"
                };
                self.fail(Diagnostic::not_built(self.since(start), what))
            }
            _ => self.missing_value(),
        }
    }

    fn literal(&mut self, kind: Kind) -> Node {
        let span = self.span();
        self.skip();
        Node::new(span, kind)
    }

    /// A word where a value begins: a form of its own, a call, or the start of a path.
    fn named(&mut self, start: Span, word: &str) -> Node {
        let next_is_word = matches!(self.ahead(1), lex::Kind::Word(_));
        let next_is_call = matches!(self.ahead(1), lex::Kind::Sign("("));
        match word.to_ascii_lowercase().as_str() {
            "true" => self.literal(Kind::Bool(true)),
            "false" => self.literal(Kind::Bool(false)),
            "and" | "or" | "in" | "notin" | "occurs" => self.missing_value(),
            "not" => {
                self.skip();
                self.deeper(Self::operand);
                let message = "`not` stands before a condition; here a value is expected.";
                self.fail(Diagnostic::error(start, message))
            }
            "null" => {
                self.skip();
                let message = "PQL has no `null`; whether a value is there is asked with `.isNull()` and `.isNotNull()`.";
                self.fail(Diagnostic::error(start, message))
            }
            "exists" => {
                self.skip();
                self.deeper(|parser| parser.exists(start))
            }
            "forall" => self.refuse_rest(start, "`forall`"),
            "select" => self.refuse_rest(start, "`select`"),
            "let" => self.refuse_rest(start, "`let`"),
            "count" | "sum" | "average" | "min" | "max" if next_is_word => {
                self.refuse_rest(start, "An aggregate written with `over`")
            }
            "chain" if next_is_call => self.refuse_call(start, "`CHAIN`"),
            "if" if next_is_call => self.refuse_call(start, "`if`"),
            _ => {
                let Some(key) = self.key() else {
                    return Node::broken(start);
                };
                if next_is_call {
                    return self.call(start, None, key);
                }
                Node::new(start, Kind::Path(vec![key]))
            }
        }
    }

    /// Refuses a form that runs to the closing bracket around it.
    fn refuse_rest(&mut self, start: Span, what: &str) -> Node {
        self.skip_inside();
        self.report(Diagnostic::not_built(start, what));
        Node::broken(self.since(start))
    }

    /// Refuses a form with arguments of its own kind.
    fn refuse_call(&mut self, start: Span, what: &str) -> Node {
        self.skip();
        let open = self.span();
        self.skip();
        self.skip_inside();
        self.report(Diagnostic::not_built(start, what));
        self.close(open, ")");
        Node::broken(self.since(start))
    }

    /// Whether this bracket holds the parameters of `(P) => ..`.
    fn is_lambda(&self) -> bool {
        let named = |kind: &lex::Kind<'_>| matches!(kind, lex::Kind::Word(_) | lex::Kind::Sign(","));
        let names = self.tokens[self.at + 1..]
            .iter()
            .take_while(|token| named(&token.kind))
            .count();
        *self.ahead(names + 1) == lex::Kind::Sign(")") && *self.ahead(names + 2) == lex::Kind::Sign("=>")
    }

    /// Skips from an opening bracket past its closing one.
    fn skip_inside_brackets(&mut self) {
        self.skip();
        self.skip_inside();
        self.skip();
    }

    /// Where a value is expected and none begins. A sign that closes or separates is left to whom it belongs.
    fn missing_value(&mut self) -> Node {
        let span = self.span();
        let message = match self.token().kind {
            lex::Kind::End => "The text ends where a value is expected.".to_owned(),
            _ => format!("A value is expected before {}.", self.described()),
        };
        let node = self.fail(Diagnostic::error(span, message));
        let leave = matches!(
            self.token().kind,
            lex::Kind::Sign(")" | "]" | "}" | "," | "=" | "!=" | "<" | "<=" | ">" | ">=")
        );
        let operator = matches!(self.token().kind, lex::Kind::Word(_));
        if !leave && !operator {
            self.skip();
        }
        node
    }
}
