//! The functions of PQL: one entry each, with all there is to say of it.
//!
//! To add one, add an entry to the list of its family. Parser, resolver, printer, generator, oracle and
//! `docs/pql/functions.md` take what they need from the entry, and its example is a test.

mod aggregate;
mod date;
mod list;
mod map;
mod predicate;
#[cfg(test)]
mod tests;
mod text;

use crate::Diagnostic;
use crate::clock::Clock;
use crate::program::{Expression, Pattern};
use crate::syntax::Key;
use crate::types::Type;
use crate::value::Datum;
use std::fmt;
use xdm::{Number, Value, nearest};

/// How many arguments a function takes at most.
pub const MAX_ARGUMENTS: usize = 3;

/// A function: how it is called, what it gives, and how time changes that.
pub struct Function {
    /// As it is written; names are the same in one case only.
    pub name: &'static str,
    /// What it takes. The first may stand before the dot.
    pub takes: &'static [Parameter],
    /// How many of the last may be left out.
    pub optional: usize,
    /// What it gives.
    pub gives: Gives,
    /// What it does, a sentence.
    pub doc: &'static str,
    /// Attributes as JSON, and a predicate that holds of them. `xEvent` in them are events; it is
    /// 2023-11-14T22:13:20Z.
    pub example: (&'static str, &'static str),
    /// How the passing of time changes what it gives.
    pub time: Time,
    /// What is wrong with arguments of the right types, a sentence.
    pub check: fn(&[Expression]) -> Result<(), String>,
    /// What it gives.
    pub eval: for<'v> fn(&Call<'_, 'v>) -> Datum<'v>,
}

/// What a function takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parameter {
    /// A value of this type.
    Value(Type),
    /// Something taken of each item of the first argument, of this type.
    Each(Type),
    /// A regular expression, a literal text.
    Pattern,
    /// `false` for "in whatever case"; a literal, `true` if it is left out.
    Case,
    /// A literal whole number, not negative.
    Whole,
}

/// What a function gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gives {
    /// Values of a type.
    Type(Type),
    /// A list of items of its first argument.
    Same,
    /// An item of its first argument.
    Item,
    /// One of what it takes of each item, or of the items.
    Each,
}

/// How the passing of time changes what a function gives of the same arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Time {
    /// Not at all.
    Still,
    /// It gives a date or number that moves with the clock: whoever compares it notes when that differs.
    Moves,
}

/// A call while it is evaluated.
pub struct Call<'c, 'v> {
    /// The arguments as they stand in the program.
    pub arguments: &'v [Expression],
    /// Their values; of what is taken of each item nothing.
    pub values: &'c [Datum<'v>],
    /// What an argument is for an item.
    pub each: &'c dyn Fn(&'v Expression, &Datum<'v>) -> Datum<'v>,
    /// The time; comparisons note when they differ.
    pub clock: &'c Clock<'c>,
}

impl<'v> Call<'_, 'v> {
    /// An argument; missing if it was left out.
    pub(crate) fn value(&self, at: usize) -> &Datum<'v> {
        self.values.get(at).unwrap_or(&Datum::Missing)
    }

    fn text(&self, at: usize) -> Option<&str> {
        self.value(at).text()
    }

    /// Whether case matters, by the flag at this place.
    fn cased(&self, at: usize) -> bool {
        self.value(at).boolean() != Some(false)
    }

    fn pattern(&self, at: usize) -> Option<&'v Pattern> {
        match self.arguments.get(at) {
            Some(Expression::Pattern(pattern)) => Some(pattern),
            _ => None,
        }
    }

    /// A literal whole number.
    fn whole(&self, at: usize) -> usize {
        match self.arguments.get(at) {
            Some(Expression::Literal(Value::Number(Number::Exact(number)))) => {
                usize::try_from(*number).unwrap_or(usize::MAX)
            }
            _ => 0,
        }
    }

    /// The items of the list at this place; none of a missing one.
    fn items(&self, at: usize) -> impl Iterator<Item = Datum<'v>> {
        self.value(at).items().into_iter().flatten()
    }

    /// The items of the first argument, each with what is taken of it: by default itself.
    fn taken(&self) -> impl Iterator<Item = (Datum<'v>, Datum<'v>)> {
        self.items(0).map(|item| {
            let taken = match self.arguments.get(1) {
                Some(each @ Expression::Each { .. }) => (self.each)(each, &item),
                _ => item.clone(),
            };
            (item, taken)
        })
    }
}

impl fmt::Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl PartialEq for Function {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Function {
    /// All of them, family by family.
    pub fn all() -> impl Iterator<Item = &'static Self> {
        let families: [&'static [Self]; 6] = [
            predicate::ALL,
            text::ALL,
            list::ALL,
            aggregate::ALL,
            map::ALL,
            date::ALL,
        ];
        families.into_iter().flatten()
    }

    /// The function of this name.
    pub fn named(name: &str) -> Option<&'static Self> {
        Self::all().find(|function| function.name == name)
    }

    /// Whether it is a word that needs no brackets: `now`.
    pub fn is_word(&self) -> bool {
        self.takes.is_empty() && self.gives == Gives::Type(Type::Date)
    }

    /// How it is called: `text.startsWith(text, case?) gives a boolean`.
    pub fn signature(&self) -> String {
        let named = |(at, taken): (usize, &Parameter)| {
            let optional = at >= self.takes.len() - self.optional;
            format!("{}{}", taken.word(), if optional { "?" } else { "" })
        };
        let mut all = self.takes.iter().enumerate().map(named);
        if self.is_word() {
            return format!("`{}` gives {}", self.name, self.gives.word());
        }
        let receiver = match all.next() {
            Some(first) if self.is_method() => format!("{first}."),
            Some(first) => {
                let all: Vec<_> = [first].into_iter().chain(all).collect();
                return format!("`{}({})` gives {}", self.name, all.join(", "), self.gives.word());
            }
            None => String::new(),
        };
        let rest: Vec<_> = all.collect();
        format!(
            "`{receiver}{}({})` gives {}",
            self.name,
            rest.join(", "),
            self.gives.word()
        )
    }

    /// Whether its first argument stands before a dot.
    pub(crate) fn is_method(&self) -> bool {
        self.name != "date" && !self.takes.is_empty()
    }

    /// Whether it puts items in order by what it takes of each.
    pub(crate) fn ranks(&self) -> bool {
        self.gives == Gives::Each || matches!(self.name, "topN" | "bottomN")
    }

    /// Why a call of `name` means nothing here.
    pub(crate) fn unknown(name: &Key) -> Diagnostic {
        if name.text.eq_ignore_ascii_case("xEvent") {
            let message = "`xEvent` is the list of events; which of them are meant stands in square brackets, as in `xEvent[eventType = \"login\"]`.";
            return Diagnostic::error(name.span, message);
        }
        let diagnostic = Diagnostic::error(name.span, format!("There is no function `{}`.", name.text));
        let known = Self::all().map(|function| function.name).chain(FORMS);
        match nearest(&name.text, known) {
            Some(near) => diagnostic.fix(near),
            None => diagnostic,
        }
    }
}

/// For functions that take whatever has the right type.
const ANY: fn(&[Expression]) -> Result<(), String> = |_| Ok(());

/// What is called like a function and is a form of the language.
const FORMS: [&str; 4] = ["inSegment", "filter", "if", "CHAIN"];

/// Whether PQL has a function of this name.
pub(crate) fn is_function(name: &str) -> bool {
    Function::named(name).is_some()
}

impl Parameter {
    fn word(self) -> &'static str {
        match self {
            Self::Value(Type::Unknown) => "value",
            Self::Value(known) => known.word(),
            Self::Each(_) => "of each",
            Self::Pattern => "pattern",
            Self::Case => "case",
            Self::Whole => "n",
        }
    }
}

impl Gives {
    fn word(self) -> &'static str {
        match self {
            Self::Type(Type::Unknown) => "a value",
            Self::Type(known) => known.described(),
            Self::Same => "a list of its items",
            Self::Item => "an item",
            Self::Each => "one of them",
        }
    }
}

impl Type {
    fn word(self) -> &'static str {
        let described = self.described();
        let article = described
            .split_once(' ')
            .filter(|(article, _)| matches!(*article, "a" | "an"));
        article.map_or(described, |(_, word)| word)
    }
}
