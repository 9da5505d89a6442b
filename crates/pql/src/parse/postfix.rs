//! Values: literals, paths, calls, filters; and the forms that are known by their first word.

use super::{MAX_CHAIN, Parser};
use crate::lex;
use crate::syntax::{Key, Kind, Node, Origin};
use crate::{Diagnostic, Span};

impl Parser<'_> {
    /// A value and what is said of it: `a.b`, `a.count()`, `a[..]`.
    pub(super) fn postfix(&mut self) -> Node {
        let start = self.span();
        let mut node = self.primary();
        let mut chained = 0;
        loop {
            if chained > MAX_CHAIN {
                return self.too_long();
            }
            if self.eat_sign(".") {
                let before = is_path(&node);
                node = self.member(start, node);
                chained += usize::from(!(before && is_path(&node)));
            } else if self.is_sign("[") {
                let open = self.span();
                self.skip();
                let condition = Box::new(self.expression());
                self.close(open, "]");
                let list = Box::new(node);
                let (variable, condition) = (None, Some(condition));
                let kind = Kind::Filter {
                    list,
                    variable,
                    condition,
                };
                node = Node::new(self.since(start), kind);
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
            Kind::From(origin, mut keys) => {
                keys.push(key);
                Node::new(span, Kind::From(origin, keys))
            }
            Kind::Member { of, mut keys } => {
                keys.push(key);
                Node::new(span, Kind::Member { of, keys })
            }
            Kind::Broken => Node::broken(span),
            _ => {
                let (of, keys) = (Box::new(of), vec![key]);
                Node::new(span, Kind::Member { of, keys })
            }
        }
    }

    /// A call, from its opening bracket on. `get("key")` is one more key of a path, however it is spelled.
    fn call(&mut self, start: Span, of: Option<Node>, name: Key) -> Node {
        let open = self.span();
        self.skip();
        let arguments = self.items(")");
        self.close(open, ")");
        let span = self.since(start);
        if name.text != "get" {
            let of = of.map(Box::new);
            return Node::new(span, Kind::Call { of, name, arguments });
        }
        let mut all: Vec<Node> = of.into_iter().chain(arguments).collect();
        if let [map, key] = all.as_mut_slice()
            && let Kind::Path(keys) | Kind::From(_, keys) = &mut map.kind
            && let Kind::Text(text) = &key.kind
        {
            let (span_of_key, text) = (key.span, text.clone());
            keys.push(Key {
                span: span_of_key,
                text,
            });
            return Node::new(span, all.swap_remove(0).kind);
        }
        Node::new(
            span,
            Kind::Call {
                of: None,
                name,
                arguments: all,
            },
        )
    }

    /// Expressions with commas between them, up to the closing bracket, which is not taken.
    pub(super) fn items(&mut self, closing: &str) -> Vec<Node> {
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
            lex::Kind::Sign("(") if self.is_lambda() => self.deeper(|parser| parser.lambda(start)),
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
            lex::Kind::Sign("^") => self.climb(start),
            lex::Kind::Sign("$") => self.parameter(start),
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
            every @ ("exists" | "forall") => {
                self.skip();
                self.deeper(|parser| parser.quantifier(start, every == "forall"))
            }
            "select" => {
                self.skip();
                self.deeper(|parser| parser.select(start))
            }
            "let" => {
                self.skip();
                self.deeper(|parser| parser.binding(start))
            }
            "count" | "sum" | "average" | "min" | "max" if self.begins_over() => {
                self.deeper(|parser| parser.over(start))
            }
            "chain" if next_is_call => self.deeper(|parser| parser.chain(start)),
            "if" if next_is_call => {
                self.skip();
                let open = self.span();
                self.skip();
                let all = self.items(")");
                self.close(open, ")");
                Node::new(self.since(start), Kind::If(all))
            }
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

    /// `^.a`, `^^.a`, `^a`
    fn climb(&mut self, start: Span) -> Node {
        let mut levels = 0;
        while self.eat_sign("^") {
            levels += 1;
        }
        let keys = match self.token().kind {
            lex::Kind::Word(_) => self.key().into_iter().collect(),
            lex::Kind::Sign(".") => Vec::new(),
            _ => {
                let span = self.span().before();
                return self.fail(Diagnostic::error(
                    span,
                    "A name is missing after `^`, as in `^.eventType`.",
                ));
            }
        };
        Node::new(self.since(start), Kind::From(Origin::Climb(levels), keys))
    }

    /// `$1`
    fn parameter(&mut self, start: Span) -> Node {
        self.skip();
        let span = self.span();
        let digits = &self.text[span.start..span.end];
        let number = match self.token().kind {
            lex::Kind::Number(_) => digits.parse().ok(),
            _ => None,
        };
        let Some(number) = number else {
            let message = "A parameter is written with its number, as in `$1.person.name`.";
            return self.fail(Diagnostic::error(start, message));
        };
        self.skip();
        let kind = Kind::From(Origin::Parameter(number), Vec::new());
        Node::new(self.since(start), kind)
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

/// Whether one more key only makes it longer.
fn is_path(node: &Node) -> bool {
    matches!(node.kind, Kind::Path(_) | Kind::From(..) | Kind::Member { .. })
}
