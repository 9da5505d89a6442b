//! A group of keys, read key by key. What nobody asked for is reported at the end, with what it may have meant.

use crate::report::{Report, Span};
use crate::suggest;
use crate::yaml::{Data, Node, Scalar, Style};
use std::ops::RangeInclusive;

/// A value and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Located<T> {
    pub(crate) value: T,
    pub(crate) span: Span,
}

/// A key that means something in Weir, but nothing yet: its name and a sentence that says so.
pub(crate) type NotBuilt = (&'static str, &'static str);

/// The keys of one thing.
pub(crate) struct Fields<'a> {
    /// What a sentence calls the thing: ``segment `gold` ``.
    pub(crate) what: String,
    /// Where it stands; its first line is what a caret points at.
    pub(crate) span: Span,
    entries: &'a [(Node, Node)],
    asked: Vec<&'static str>,
}

impl<'a> Fields<'a> {
    /// The keys of `node`; `None`, reported, if it is something else.
    pub(crate) fn open(node: &'a Node, what: impl Into<String>, report: &mut Report) -> Option<Self> {
        let what = what.into();
        let Data::Map(entries) = &node.data else {
            let message = format!("{what} is {}, and should be a group of keys", node.kind());
            report.error(node.span, message, "write one `key: value` a line, indented");
            return None;
        };
        let fields = Self {
            what,
            span: node.span,
            entries,
            asked: Vec::new(),
        };
        fields.refuse_repeated(report);
        Some(fields)
    }

    /// The value of `key`, whatever it is; `None` without the key, or, reported, without a value.
    pub(crate) fn node(&mut self, key: &'static str, report: &mut Report) -> Option<&'a Node> {
        let (key_node, value) = self.entry(key)?;
        if value.is_null() {
            let message = format!("`{key}` of {} has no value", self.what);
            report.error(key_node.span, message, "write a value, or take the line out");
            return None;
        }
        Some(value)
    }

    /// The text of `key`. Numbers and the like are taken as the text they are written as.
    pub(crate) fn text(&mut self, key: &'static str, report: &mut Report) -> Option<Located<String>> {
        let node = self.node(key, report)?;
        let scalar = self.scalar(key, node, "a text", report)?;
        if scalar.text.trim().is_empty() {
            let message = format!("`{key}` of {} is an empty text", self.what);
            report.error(node.span, message, "write a text, or take the line out");
            return None;
        }
        Some(Located {
            value: scalar.text.trim().to_owned(),
            span: node.span,
        })
    }

    /// The text of `key`, which must be there.
    pub(crate) fn required(
        &mut self,
        key: &'static str,
        example: &str,
        report: &mut Report,
    ) -> Option<Located<String>> {
        if self.entry(key).is_none() {
            self.missing(&[key], example, report);
            return None;
        }
        self.text(key, report)
    }

    /// Reports that the first of `keys`, which all say the same thing, is missing; unless one is there with a
    /// slip in it, which is reported as such.
    pub(crate) fn missing(&self, keys: &[&str], example: &str, report: &mut Report) {
        let others = self.entries.iter().filter_map(|(key, _)| name(key));
        let mut slips = others.filter(|name| suggest::nearest(name, keys.iter().copied()).is_some());
        if slips.next().is_none() {
            let message = format!("{} has no `{}`", self.what, keys[0]);
            report.error(self.span, message, format!("add `{}: {example}`", keys[0]));
        }
    }

    /// True or false; `default` without the key.
    pub(crate) fn flag(&mut self, key: &'static str, default: bool, report: &mut Report) -> bool {
        let Some(node) = self.node(key, report) else {
            return default;
        };
        if let (Data::Scalar(scalar), serde_json::Value::Bool(value)) = (&node.data, node.json())
            && scalar.style == Style::Plain
        {
            return value;
        }
        let message = format!(
            "`{key}` of {} is {}, and should be `true` or `false`",
            self.what,
            described(node)
        );
        let help = match &node.data {
            Data::Scalar(scalar) => match scalar.text.to_lowercase().as_str() {
                "yes" | "on" | "y" | "true" => format!("write `{key}: true`"),
                "no" | "off" | "n" | "false" => format!("write `{key}: false`"),
                _ => format!("write `{key}: {default}`, or take the line out: `{default}` is the default"),
            },
            _ => format!("write `{key}: {default}`, or take the line out: `{default}` is the default"),
        };
        report.error(node.span, message, help);
        default
    }

    /// A whole number within `range`; `None` without the key.
    pub(crate) fn number(
        &mut self,
        key: &'static str,
        range: RangeInclusive<u32>,
        report: &mut Report,
    ) -> Option<u32> {
        let node = self.node(key, report)?;
        let limits = format!("a whole number from {} to {}", range.start(), range.end());
        let serde_json::Value::Number(number) = node.json() else {
            let message = format!(
                "`{key}` of {} is {}, and should be a number",
                self.what,
                described(node)
            );
            report.error(
                node.span,
                message,
                format!("write {limits}, without quotes or a unit"),
            );
            return None;
        };
        let whole = number
            .as_u64()
            .and_then(|n| u32::try_from(n).ok())
            .filter(|n| range.contains(n));
        if whole.is_none() {
            let message = format!("`{key}` of {} is {number}, which is out of range", self.what);
            report.error(node.span, message, format!("write {limits}"));
        }
        whole
    }

    /// One of a few words; `default` without the key.
    pub(crate) fn word<T: Copy>(
        &mut self,
        key: &'static str,
        words: &[(&str, T)],
        default: T,
        report: &mut Report,
    ) -> T {
        let Some(text) = self.text(key, report) else {
            return default;
        };
        let found = words.iter().find(|(word, _)| *word == text.value);
        if found.is_none() {
            let message = format!("`{}` is not a value of `{key}` ({})", text.value, self.what);
            let help = suggest::help(&text.value, words.iter().map(|(word, _)| *word), "values");
            report.error(text.span, message, help);
        }
        found.map_or(default, |(_, value)| *value)
    }

    /// The items of a list; none without the key. A key with nothing after it is an empty list.
    pub(crate) fn list(
        &mut self,
        key: &'static str,
        example: &str,
        report: &mut Report,
    ) -> Option<&'a [Node]> {
        let (_, value) = self.entry(key)?;
        match &value.data {
            Data::List(items) => Some(items),
            _ if value.is_null() => Some(&[]),
            _ => {
                let message = format!(
                    "`{key}` of {} is {}, and should be a list",
                    self.what,
                    value.kind()
                );
                report.error(
                    value.span,
                    message,
                    format!("write one item a line: `- {example}`"),
                );
                None
            }
        }
    }

    /// Reports every key that was not asked for.
    pub(crate) fn finish(self, not_built: &[NotBuilt], report: &mut Report) {
        for (key, _) in self.entries {
            let Some(name) = name(key).filter(|name| !self.asked.contains(name)) else {
                continue;
            };
            if let Some((_, sentence)) = not_built.iter().find(|(key, _)| *key == name) {
                let message = format!("`{name}` of {} is not built yet", self.what);
                report.error(key.span, message, *sentence);
                continue;
            }
            let message = format!("{} has no key `{name}`", self.what);
            report.error(
                key.span,
                message,
                suggest::help(name, self.asked.iter().copied(), "its keys"),
            );
        }
    }

    /// All keys there are, for a group whose keys are free.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (Located<&'a str>, &'a Node)> + use<'a> {
        let located = |(key, value): &'a (Node, Node)| {
            let (value_node, span) = (value, key.span);
            let value = name(key)?;
            Some((Located { value, span }, value_node))
        };
        self.entries.iter().filter_map(located)
    }

    pub(crate) fn entry(&mut self, key: &'static str) -> Option<(&'a Node, &'a Node)> {
        if !self.asked.contains(&key) {
            self.asked.push(key);
        }
        let found = self.entries.iter().find(|(node, _)| name(node) == Some(key));
        found.map(|(key, value)| (key, value))
    }

    fn scalar(&self, key: &str, node: &'a Node, wanted: &str, report: &mut Report) -> Option<&'a Scalar> {
        if let Data::Scalar(scalar) = &node.data {
            return Some(scalar);
        }
        let message = format!(
            "`{key}` of {} is {}, and should be {wanted}",
            self.what,
            node.kind()
        );
        report.error(
            node.span,
            message,
            format!("write `{key}: ...` with {wanted} on the same line"),
        );
        None
    }

    fn refuse_repeated(&self, report: &mut Report) {
        for (i, (key, _)) in self.entries.iter().enumerate() {
            let first = self.entries[..i]
                .iter()
                .find(|(other, _)| name(other) == name(key));
            if let Some((first, _)) = first {
                let line = report.source().position(first.span.start).line;
                let word = name(key).unwrap_or_default();
                let message = format!("{} has `{word}` twice: already on line {line}", self.what);
                report.error(key.span, message, "keep one of the two");
            }
        }
    }
}

/// The text of a key.
fn name(key: &Node) -> Option<&str> {
    match &key.data {
        Data::Scalar(scalar) => Some(scalar.text.as_str()),
        _ => None,
    }
}

/// `a list`, or a short text itself.
pub(crate) fn described(node: &Node) -> String {
    match &node.data {
        Data::Scalar(scalar) if scalar.text.chars().count() <= 40 && !scalar.text.contains('\n') => {
            match scalar.style {
                Style::Plain => format!("`{}`", scalar.text),
                _ => format!("the text `{}` in quotes", scalar.text),
            }
        }
        _ => node.kind().to_owned(),
    }
}
