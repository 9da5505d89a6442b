//! `fnApply`: operators and functions; and `arithmetic`, for signs that differ.

use super::Reader;
use super::node::Members;
use crate::Diagnostic;
use crate::json::tree::{Data, Json};
use crate::program::{Operator, Sign};
use crate::syntax::{Key, Kind, Node};

const SIGNS: [Sign; 5] = [Sign::Plus, Sign::Minus, Sign::Times, Sign::Over, Sign::Rest];
/// What is a node of its own type and no function.
const NODES: [(&str, &str); 6] = [
    ("select", "select"),
    ("exists", "quantification"),
    ("forall", "quantification"),
    ("let", "let"),
    ("occurs", "occurs"),
    ("chain", "chain"),
];

impl Reader {
    /// `{"nodeType": "fnApply", "fnName": "=", "params": [..]}`
    pub(super) fn apply(&mut self, members: &mut Members<'_>) -> Option<Kind> {
        let name = members.text("fnName", self);
        let params = members.optional_list("params", self);
        let (name, params) = (name?, params?);
        let lower = name.text.to_ascii_lowercase();
        if let Some((_, node)) = NODES.iter().find(|(word, _)| *word == lower) {
            let message = format!("`{}` is a node of its own: `nodeType` is `{node}`.", name.text);
            self.report(Diagnostic::error(name.span, message));
            return None;
        }
        let operator = Operator::ALL
            .into_iter()
            .find(|operator| operator.symbol() == name.text);
        let sign = SIGNS.into_iter().find(|sign| sign.symbol() == name.text);
        match (lower.as_str(), operator, sign) {
            ("and", ..) => self.several(&name, params).map(Kind::And),
            ("or", ..) => self.several(&name, params).map(Kind::Or),
            ("not", ..) => {
                let [inner] = self.exactly(&name, params)?;
                Some(Kind::Not(Box::new(inner)))
            }
            ("if", ..) => {
                let all: [Node; 3] = self.exactly(&name, params)?;
                Some(Kind::If(all.into()))
            }
            (_, Some(operator), _) => {
                let [left, right] = self.exactly(&name, params)?;
                let (left, right) = (Box::new(left), Box::new(right));
                Some(Kind::Compare {
                    left,
                    operator,
                    right,
                })
            }
            (_, _, Some(Sign::Minus)) if params.len() == 1 => {
                let [of] = self.exactly(&name, params)?;
                Some(Kind::Negative(Box::new(of)))
            }
            (_, _, Some(sign)) => {
                let all = self.several(&name, params)?;
                let signs = vec![sign; all.len() - 1];
                computed(all, signs)
            }
            _ => Some(self.call(name, params)),
        }
    }

    /// A function. `get` with a key in quotes is one more key of a path, as in a text.
    fn call(&mut self, name: Key, params: &[Json]) -> Kind {
        let mut arguments = self.nodes(params);
        if let ("get", [of, key]) = (name.text.as_str(), arguments.as_mut_slice())
            && let Kind::Path(keys) | Kind::From(_, keys) = &mut of.kind
            && let Kind::Text(text) = &key.kind
        {
            let (span, text) = (key.span, text.clone());
            keys.push(Key { span, text });
            return arguments.swap_remove(0).kind;
        }
        let of = None;
        Kind::Call { of, name, arguments }
    }

    /// `{"nodeType": "arithmetic", "params": [a, b, c], "signs": ["+", "-"]}` is `a + b - c`.
    pub(super) fn arithmetic(&mut self, members: &mut Members<'_>) -> Option<Kind> {
        let params = members.list("params", self);
        let signs = members.list("signs", self);
        let (params, words) = (params?, signs?);
        let all = self.nodes(params);
        let mut signs = Vec::new();
        for word in words {
            let sign = match &word.data {
                Data::Text(text) => SIGNS.into_iter().find(|sign| sign.symbol() == text),
                _ => None,
            };
            match sign {
                Some(sign) => signs.push(sign),
                None => return self.fail(word, "A sign is one of `+`, `-`, `*`, `/`, `%`."),
            }
        }
        let adds = |sign: &Sign| matches!(sign, Sign::Plus | Sign::Minus);
        let message = if signs.is_empty() || all.len() != signs.len() + 1 {
            format!(
                "There is one sign between each two `params`, and these are {} signs for {}.",
                signs.len(),
                all.len()
            )
        } else if signs.iter().any(adds) && !signs.iter().all(adds) {
            "Signs of one node are all `+` and `-`, or all `*`, `/` and `%`; nest nodes for brackets."
                .to_owned()
        } else {
            return computed(all, signs);
        };
        self.report(Diagnostic::error(members.place("signs"), message));
        None
    }

    /// At least two nodes.
    fn several(&mut self, name: &Key, params: &[Json]) -> Option<Vec<Node>> {
        if params.len() < 2 {
            return self.wrong_number(name, "at least 2 params", params.len());
        }
        Some(self.nodes(params))
    }

    fn exactly<const N: usize>(&mut self, name: &Key, params: &[Json]) -> Option<[Node; N]> {
        if params.len() != N {
            let wanted = if N == 1 {
                "one param".to_owned()
            } else {
                format!("{N} params")
            };
            return self.wrong_number(name, &wanted, params.len());
        }
        self.nodes(params).try_into().ok()
    }

    fn wrong_number<T>(&mut self, name: &Key, wanted: &str, found: usize) -> Option<T> {
        let found = match found {
            0 => "there are none".to_owned(),
            1 => "there is one".to_owned(),
            more => format!("there are {more}"),
        };
        let message = format!("`{}` takes {wanted}, and {found}.", name.text);
        self.report(Diagnostic::error(name.span, message));
        None
    }
}

fn computed(mut all: Vec<Node>, signs: Vec<Sign>) -> Option<Kind> {
    if all.is_empty() {
        return None;
    }
    let first = Box::new(all.remove(0));
    let rest = signs.into_iter().zip(all).collect();
    Some(Kind::Arithmetic { first, rest })
}
