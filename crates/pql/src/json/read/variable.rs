//! Nodes that bring a name into scope.

use super::Reader;
use super::node::Members;
use crate::function::Function;
use crate::json::tree::{Data, Json};
use crate::lex::{is_name, is_reserved};
use crate::syntax::{Key, Kind, Variable};
use crate::{Diagnostic, Span};

impl Reader {
    /// `{"nodeType": "select", "variables": [varDecl]}`
    pub(super) fn select(&mut self, members: &mut Members<'_>) -> Option<Kind> {
        let all = members.list("variables", self)?;
        let [one] = all else {
            let message = format!("`select` takes one variable, and there are {}.", all.len());
            self.report(Diagnostic::error(members.place("variables"), message));
            return None;
        };
        let Variable {
            name,
            list,
            condition,
        } = self.declaration(one)?;
        Some(Kind::Filter {
            list: Box::new(list),
            variable: Some(name),
            condition: condition.map(Box::new),
        })
    }

    /// `{"nodeType": "quantification", "quantifier": "some", "variables": [varDecl, ..]}`
    pub(super) fn quantification(&mut self, members: &mut Members<'_>) -> Option<Kind> {
        let known = |word: &str| match word {
            "some" => Some(false),
            "all" => Some(true),
            _ => None,
        };
        let every = members.one_of("quantifier", known, &["some", "all"], self);
        let all = members.list("variables", self)?;
        if all.is_empty() {
            let message = "`quantification` takes at least one variable.";
            self.report(Diagnostic::error(members.place("variables"), message));
            return None;
        }
        let variables: Vec<_> = all.iter().map(|one| self.declaration(one)).collect();
        let variables: Vec<Variable> = variables.into_iter().collect::<Option<_>>()?;
        let every = every?;
        Some(Kind::Quantifier { every, variables })
    }

    /// `{"nodeType": "varDecl", "varName": "E", "from": .., "where": ..}`
    fn declaration(&mut self, json: &Json) -> Option<Variable> {
        let (kind, mut members) = self.open(json)?;
        if kind != "varDecl" {
            self.unknown(
                &members,
                "A `varDecl` is expected here, and not",
                &kind,
                ["varDecl"],
            );
            return None;
        }
        let name = members.text("varName", self);
        let name = name.and_then(|name| self.variable_name(name));
        let list = members.node("from", self);
        let condition = members.optional_node("where", self);
        members.finish(self);
        Some(Variable {
            name: name?,
            list: list?,
            condition,
        })
    }

    /// `{"nodeType": "lambda", "parameters": ["I"], "body": ..}`
    pub(super) fn lambda(&mut self, members: &mut Members<'_>) -> Option<Kind> {
        let names = members.list("parameters", self);
        let body = members.node("body", self);
        let mut parameters = Vec::new();
        for json in names? {
            let Data::Text(text) = &json.data else {
                let message = format!("A parameter is a name, and this is {}.", json.described());
                return self.fail(json, message);
            };
            let (span, text) = (json.span, text.clone());
            parameters.push(self.variable_name(Key { span, text })?);
        }
        let body = Box::new(body?);
        Some(Kind::Lambda { parameters, body })
    }

    /// `{"nodeType": "let", "varName": "S", "value": .., "body": ..}`
    pub(super) fn binding(&mut self, members: &mut Members<'_>) -> Option<Kind> {
        let name = members.text("varName", self);
        let name = name.and_then(|name| self.variable_name(name));
        let value = members.node("value", self);
        let body = members.node("body", self);
        Some(Kind::Let {
            name: name?,
            value: Box::new(value?),
            body: Box::new(body?),
        })
    }

    /// A name that could also be written in a text.
    pub(super) fn variable_name(&mut self, name: Key) -> Option<Key> {
        let word = is_reserved(&name.text) || Function::named(&name.text).is_some_and(Function::is_word);
        let sound = is_name(&name.text);
        if sound && !word {
            return Some(name);
        }
        let message = if sound {
            format!("`{}` is a word of PQL and cannot name anything.", name.text)
        } else {
            misnamed(&name.text)
        };
        self.refuse_name(name.span, message)
    }

    pub(super) fn refuse_name<T>(&mut self, span: Span, message: String) -> Option<T> {
        self.report(Diagnostic::error(span, message));
        None
    }
}

pub(super) fn misnamed(text: &str) -> String {
    format!("`{text}` is no name: a letter or `_`, then letters, digits and `_`.")
}
