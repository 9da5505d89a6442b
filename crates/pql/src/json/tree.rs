//! JSON as it stands in a text: members in their order, numbers with all their digits, and the place of everything.
//! Texts are escaped as PQL escapes them.

use crate::Span;
use crate::print::Text;
use std::fmt::{self, Display, Formatter, Write};

/// A value of a JSON text and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Json {
    pub(super) span: Span,
    pub(super) data: Data,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Data {
    Null,
    Bool(bool),
    /// As it is written.
    Number(String),
    Text(String),
    List(Vec<Json>),
    Object(Vec<(Name, Json)>),
}

/// The name of a member and where it stands, quotes included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Name {
    pub(super) span: Span,
    pub(super) text: String,
}

/// A line of a pretty print holds what is no longer than this.
const WIDTH: usize = 100;

impl Json {
    /// A value that stands nowhere yet.
    pub(super) fn new(data: Data) -> Self {
        let span = Span::default();
        Self { span, data }
    }

    pub(super) fn text(text: impl Into<String>) -> Self {
        Self::new(Data::Text(text.into()))
    }

    pub(super) fn number(number: impl Display) -> Self {
        Self::new(Data::Number(format!("{number}")))
    }

    /// A node of this type and what else it has.
    pub(super) fn node<const N: usize>(kind: &str, members: [(&str, Self); N]) -> Self {
        let first = [("nodeType", Self::text(kind))];
        let named = |(name, value): (&str, Self)| {
            let (span, text) = (Span::default(), name.to_owned());
            (Name { span, text }, value)
        };
        Self::new(Data::Object(
            first.into_iter().chain(members).map(named).collect(),
        ))
    }

    /// The item or the member that a place lies in, and its number. The name of a member belongs to its value.
    pub(super) fn part_around(&self, place: Span) -> Option<(usize, &Self)> {
        let holds = |span: Span| span.start <= place.start && place.end <= span.end;
        // They stand in the order of the text.
        let ends_before = |part: &Self| part.span.end < place.end;
        match &self.data {
            Data::List(items) => {
                let at = items.partition_point(ends_before);
                let item = items.get(at).filter(|item| holds(item.span))?;
                Some((at, item))
            }
            Data::Object(members) => {
                let at = members.partition_point(|(_, value)| ends_before(value));
                let (_, value) = members
                    .get(at)
                    .filter(|(name, value)| holds(name.span) || holds(value.span))?;
                Some((at, value))
            }
            _ => None,
        }
    }

    /// The value that takes exactly this place.
    pub(super) fn at(&self, place: Span) -> Option<&Self> {
        let mut found = self;
        while found.span != place {
            (_, found) = found.part_around(place)?;
        }
        Some(found)
    }

    /// What a sentence calls it.
    pub(super) fn described(&self) -> &'static str {
        match &self.data {
            Data::Null => "`null`",
            Data::Bool(_) => "a boolean",
            Data::Number(_) => "a number",
            Data::Text(_) => "a text",
            Data::List(_) => "a list",
            Data::Object(_) => "an object",
        }
    }

    /// With line breaks where a line would be too long.
    fn spread(&self, indent: usize, f: &mut Formatter<'_>) -> fmt::Result {
        let line = self.to_string();
        let inner = "  ".repeat(indent + 1);
        if line.len() + inner.len() <= WIDTH {
            return f.write_str(&line);
        }
        let comma = |at: usize| if at > 0 { "," } else { "" };
        let outer = "  ".repeat(indent);
        match &self.data {
            Data::Object(members) => {
                f.write_char('{')?;
                for (at, (name, value)) in members.iter().enumerate() {
                    write!(f, "{}\n{inner}{}: ", comma(at), Text(&name.text))?;
                    value.spread(indent + 1, f)?;
                }
                write!(f, "\n{outer}}}")
            }
            Data::List(items) => {
                f.write_char('[')?;
                for (at, item) in items.iter().enumerate() {
                    write!(f, "{}\n{inner}", comma(at))?;
                    item.spread(indent + 1, f)?;
                }
                write!(f, "\n{outer}]")
            }
            _ => f.write_str(&line),
        }
    }
}

/// For people to read.
pub(super) struct Pretty<'a>(pub(super) &'a Json);

impl Display for Pretty<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.0.spread(0, f)
    }
}

/// In one line without spaces.
impl Display for Json {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.data {
            Data::Null => f.write_str("null"),
            Data::Bool(value) => write!(f, "{value}"),
            Data::Number(number) => f.write_str(number),
            Data::Text(text) => write!(f, "{}", Text(text)),
            Data::List(items) => {
                f.write_char('[')?;
                for (at, item) in items.iter().enumerate() {
                    let comma = if at > 0 { "," } else { "" };
                    write!(f, "{comma}{item}")?;
                }
                f.write_char(']')
            }
            Data::Object(members) => {
                f.write_char('{')?;
                for (at, (name, value)) in members.iter().enumerate() {
                    let comma = if at > 0 { "," } else { "" };
                    write!(f, "{comma}{}:{value}", Text(&name.text))?;
                }
                f.write_char('}')
            }
        }
    }
}
