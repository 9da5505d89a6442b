//! Whether an entity fits its schema, and where it does not.

use super::scalar::misfit;
use super::sent::fits_as_sent;
use super::types::{Type, noun};
use super::{Schema, Unknown};
use crate::BadMessage;
use crate::bad_message::excerpt;
use crate::entity::event_marks;
use crate::json::{Fault, Json, Members};
use model::{Scalar, SchemaClass};
use std::fmt;

/// How many violations of one message are listed.
const LISTED: usize = 5;

/// Everything in a message that its schema does not allow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfit {
    /// The schema.
    pub schema: String,
    /// The violations, in the order of the members' keys; the first five.
    pub violations: Vec<Violation>,
    /// Whether there are more.
    pub more: bool,
}

/// One thing in a message that its schema does not allow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Where, as a JSON pointer into the entity: `/orders/0/price`.
    pub pointer: String,
    /// Which rule of JSON Schema it breaks: `type`, `format` or `additionalProperties`.
    pub keyword: &'static str,
    /// What is wrong, as a clause that names the path.
    pub message: String,
}

/// ``schema `crm`: `a` must be a text, and is 3; there is no `b` ``.
impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let clauses: Vec<&str> = self.violations.iter().map(|one| one.message.as_str()).collect();
        let more = if self.more { "; and more" } else { "" };
        write!(f, "schema `{}`: {}{more}", self.schema, clauses.join("; "))
    }
}

impl Schema {
    /// Refuses an entity that does not fit. `identityMap` and `_weir` have been taken out.
    pub(crate) fn admit(&self, members: &Members<'_>) -> Result<(), BadMessage> {
        let class = |expected, found| BadMessage::Class {
            schema: self.name.clone(),
            expected,
            found,
        };
        match (self.class, event_marks(members).is_some()) {
            (SchemaClass::Event, false) => {
                return Err(class(
                    "events, which have `timestamp` and `eventType`",
                    "a record",
                ));
            }
            (SchemaClass::Profile, true) => {
                return Err(class(
                    "records",
                    "an event, because it has both `timestamp` and `eventType`",
                ));
            }
            _ => {}
        }
        if fits_as_sent(members, &self.root) {
            return Ok(());
        }
        let mut walk = Walk {
            schema: self,
            way: Vec::new(),
            found: Vec::new(),
        };
        walk.members(members, &self.root)?;
        if walk.found.is_empty() {
            return Ok(());
        }
        let mut violations = walk.found;
        let more = violations.len() > LISTED;
        violations.truncate(LISTED);
        Err(BadMessage::Misfit {
            misfit: Misfit {
                schema: self.name.clone(),
                violations,
                more,
            },
        })
    }
}

/// The way through one entity. It ends when more is found than is listed.
struct Walk<'s> {
    schema: &'s Schema,
    way: Vec<String>,
    found: Vec<Violation>,
}

impl Walk<'_> {
    fn members(&mut self, members: &Members<'_>, kind: &Type) -> Result<(), Fault> {
        for (key, value) in members {
            if self.found.len() > LISTED {
                break;
            }
            self.way.push(key.clone().into_owned());
            match kind {
                Type::Object(known) => match known.get(key.as_ref()) {
                    Some(kind) => self.value(*value, kind, true)?,
                    None => self.no_field(),
                },
                Type::Map(kind) => self.value(*value, kind, true)?,
                Type::List(_) | Type::Scalar(_) => {}
            }
            self.way.pop();
        }
        Ok(())
    }

    /// `may_be_null`: a member that is null is one that is not there, or is to go.
    fn value(&mut self, json: Json<'_>, kind: &Type, may_be_null: bool) -> Result<(), Fault> {
        if may_be_null && json.is_null() {
            return Ok(());
        }
        match kind {
            Type::Object(_) | Type::Map(_) => match json.members()? {
                Some(members) => return self.members(&members, kind),
                None => self.not(json, "type", "an object"),
            },
            Type::List(item) => match json.items()? {
                Some(items) => {
                    for (i, json) in items.enumerate() {
                        if self.found.len() > LISTED {
                            break;
                        }
                        self.way.push(i.to_string());
                        self.value(json, item, false)?;
                        self.way.pop();
                    }
                }
                None => self.not(json, "type", "a list"),
            },
            Type::Scalar(scalar) => {
                if let Some(keyword) = misfit(json.text(), *scalar)? {
                    self.not(json, keyword, written(*scalar));
                }
            }
        }
        Ok(())
    }

    fn not(&mut self, json: Json<'_>, keyword: &'static str, expected: &str) {
        let message = format!(
            "`{}` must be {expected}, and is {}",
            self.way.join("."),
            described(json)
        );
        self.add(keyword, message);
    }

    fn no_field(&mut self) {
        // Indices of lists are keys of nothing; a path without them is one that people know.
        let keys: Vec<&String> = self
            .way
            .iter()
            .filter(|key| key.parse::<usize>().is_err())
            .collect();
        let near = match self.schema.resolve(&keys) {
            Err(Unknown { near: Some(near), .. }) => format!(" (did you mean `{near}`?)"),
            _ => String::new(),
        };
        let message = format!("`{}` is not in the schema{near}", self.way.join("."));
        self.add("additionalProperties", message);
    }

    fn add(&mut self, keyword: &'static str, message: String) {
        let escaped = self
            .way
            .iter()
            .map(|key| key.replace('~', "~0").replace('/', "~1"));
        self.found.push(Violation {
            pointer: escaped.fold(String::new(), |pointer, key| pointer + "/" + &key),
            keyword,
            message,
        });
    }
}

/// What has to be written, in a sentence.
fn written(scalar: Scalar) -> &'static str {
    match scalar {
        Scalar::Date => "a date such as \"2026-01-31\"",
        Scalar::DateTime => "a date and time such as \"2026-01-31T09:30:00Z\"",
        other => noun(other),
    }
}

/// `the text "12"`, `a list`.
fn described(json: Json<'_>) -> String {
    match json.text().as_bytes().first() {
        Some(b'{') => "an object".to_owned(),
        Some(b'[') => "a list".to_owned(),
        Some(b'"') => format!("the text {}", excerpt(json.text())),
        _ => excerpt(json.text()),
    }
}
