//! From a program back to `pql/text`, in one canonical spelling.

use crate::lex::{is_name, is_reserved};
use crate::program::{Condition, Events, Field, List, Moment, Operator, Program, Root, Term};
use model::Path;
use std::fmt::{self, Display, Formatter, Write};
use xdm::{Number, Value};

impl Display for Program {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        Printer {
            out: f,
            items: Vec::new(),
        }
        .condition(self.condition())
    }
}

impl Operator {
    /// As it is written.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
        }
    }
}

struct Printer<'p, 'f> {
    out: &'p mut Formatter<'f>,
    /// The items in scope, the innermost last: the name of a quantifier's, `None` for a filter's.
    items: Vec<Option<&'p str>>,
}

impl<'p> Printer<'p, '_> {
    fn condition(&mut self, condition: &'p Condition) -> fmt::Result {
        match condition {
            Condition::Constant(holds) => write!(self.out, "{holds}"),
            Condition::Not(inner) => {
                self.out.write_str("not (")?;
                self.condition(inner)?;
                self.out.write_char(')')
            }
            Condition::And(all) => self.joined(all, " and "),
            Condition::Or(all) => self.joined(all, " or "),
            Condition::Holds(field) => self.field(field),
            Condition::Compare {
                left,
                operator,
                right,
            } => {
                self.term(left)?;
                write!(self.out, " {} ", operator.symbol())?;
                self.term(right)
            }
            Condition::Equals {
                left,
                right,
                case_sensitive,
            } => {
                self.method(left, "equals", right)?;
                self.out.write_str(if *case_sensitive { ")" } else { ", false)" })
            }
            Condition::In { item, list } => self.infix(item, "in", list),
            Condition::NotIn { item, list } => self.infix(item, "notIn", list),
            Condition::Intersects { left, right } => {
                self.method(left, "intersects", right)?;
                self.out.write_char(')')
            }
            Condition::IsNull(field) => {
                self.field(field)?;
                self.out.write_str(".isNull()")
            }
            Condition::IsNotNull(field) => {
                self.field(field)?;
                self.out.write_str(".isNotNull()")
            }
            Condition::Occurs { moment, window } => {
                self.moment(moment)?;
                write!(self.out, " occurs {window} before now")
            }
            Condition::Exists {
                variable,
                events,
                condition,
            } => {
                write!(self.out, "exists {variable} from ")?;
                self.events(events)?;
                let Some(condition) = condition else { return Ok(()) };
                self.out.write_str(" where ")?;
                self.within(Some(variable), condition)
            }
            Condition::Any(events) => self.events(events),
            Condition::InSegment(segment) => write!(self.out, "inSegment({})", Text(segment.as_str())),
        }
    }

    /// Each operand in brackets that could otherwise be read as part of what stands around it.
    fn joined(&mut self, all: &'p [Condition], word: &str) -> fmt::Result {
        for (at, one) in all.iter().enumerate() {
            if at > 0 {
                self.out.write_str(word)?;
            }
            if matches!(
                one,
                Condition::And(_) | Condition::Or(_) | Condition::Exists { .. }
            ) {
                self.out.write_char('(')?;
                self.condition(one)?;
                self.out.write_char(')')?;
            } else {
                self.condition(one)?;
            }
        }
        Ok(())
    }

    fn infix(&mut self, item: &'p Term, word: &str, list: &'p Term) -> fmt::Result {
        self.term(item)?;
        write!(self.out, " {word} ")?;
        self.term(list)
    }

    fn method(&mut self, of: &'p Term, name: &str, argument: &'p Term) -> fmt::Result {
        self.term(of)?;
        write!(self.out, ".{name}(")?;
        self.term(argument)
    }

    fn term(&mut self, term: &'p Term) -> fmt::Result {
        match term {
            Term::Literal(value) => write!(self.out, "{}", Literal(value)),
            Term::Field(field) => self.field(field),
            Term::Count(list) => {
                self.list(list)?;
                self.out.write_str(".count()")
            }
            Term::Sum { list, path } => {
                self.list(list)?;
                self.out.write_str(".sum(")?;
                self.keys(path, false)?;
                self.out.write_char(')')
            }
        }
    }

    fn list(&mut self, list: &'p List) -> fmt::Result {
        match list {
            List::Events(events) => self.events(events),
            List::Field(field) => self.field(field),
        }
    }

    fn events(&mut self, events: &'p Events) -> fmt::Result {
        self.out.write_str("xEvent")?;
        let Some(filter) = &events.filter else {
            return Ok(());
        };
        self.out.write_char('[')?;
        self.within(None, filter)?;
        self.out.write_char(']')
    }

    fn within(&mut self, item: Option<&'p str>, condition: &'p Condition) -> fmt::Result {
        self.items.push(item);
        self.condition(condition)?;
        self.items.pop();
        Ok(())
    }

    fn moment(&mut self, moment: &'p Moment) -> fmt::Result {
        match moment {
            Moment::Field(field) => self.field(field),
            Moment::Event(item) => {
                let dotted = self.item(*item)?;
                self.out
                    .write_str(if dotted { ".timestamp" } else { "timestamp" })
            }
        }
    }

    fn field(&mut self, field: &'p Field) -> fmt::Result {
        let dotted = match field.root {
            Root::Profile => false,
            Root::Identities => {
                self.out.write_str("identityMap")?;
                true
            }
            Root::Item(item) => self.item(item)?,
        };
        self.keys(&field.path, dotted)
    }

    /// Writes the name of the item, if it has one.
    fn item(&mut self, item: usize) -> Result<bool, fmt::Error> {
        let name = self.items.iter().rev().nth(item).copied().flatten();
        name.map_or(Ok(false), |name| self.out.write_str(name).map(|()| true))
    }

    fn keys(&mut self, path: &Path, mut dotted: bool) -> fmt::Result {
        for key in path.keys() {
            match (dotted, is_name(key)) {
                (true, false) => write!(self.out, ".get({})", Text(key))?,
                (true, true) => write!(self.out, ".{key}")?,
                (false, _) => {
                    debug_assert!(is_name(key) && !is_reserved(key), "{key:?} cannot begin a path");
                    self.out.write_str(key)?;
                }
            }
            dotted = true;
        }
        Ok(())
    }
}

/// A literal as it is written.
pub(crate) struct Literal<'a>(pub(crate) &'a Value);

impl Display for Literal<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            Value::Bool(value) => write!(f, "{value}"),
            Value::String(text) => write!(f, "{}", Text(text)),
            Value::Number(Number::Exact(number)) => write!(f, "{number}"),
            // So many digits that they are not held exactly when they are read again.
            Value::Number(Number::Approximate(number)) => write!(f, "{}", inexact(*number)),
            Value::Array(items) => {
                f.write_char('[')?;
                for (at, item) in items.iter().enumerate() {
                    let comma = if at > 0 { ", " } else { "" };
                    write!(f, "{comma}{}", Literal(item))?;
                }
                f.write_char(']')
            }
            Value::Null | Value::Object(_) => {
                debug_assert!(false, "no literal");
                f.write_str("null")
            }
        }
    }
}

fn inexact(number: f64) -> String {
    let shortest = format!("{number:e}");
    match Number::parse(&shortest) {
        Some(Number::Approximate(_)) => shortest,
        _ if number == 0.0 => format!("{}1e-400", if number.is_sign_negative() { "-" } else { "" }),
        _ => format!("{number:.60}1"),
    }
}

/// A text in quotes.
pub(crate) struct Text<'a>(pub(crate) &'a str);

impl Display for Text<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        for c in self.0.chars() {
            match c {
                '"' => f.write_str("\\\"")?,
                '\\' => f.write_str("\\\\")?,
                '\n' => f.write_str("\\n")?,
                '\t' => f.write_str("\\t")?,
                c if c.is_control() => write!(f, "\\u{:04x}", u32::from(c))?,
                c => f.write_char(c)?,
            }
        }
        f.write_char('"')
    }
}
