//! Paths that no schema has, and what may have been meant.

use super::Resolver;
use crate::Diagnostic;
use crate::function::Function;
use crate::lex::{is_name, is_reserved};
use crate::print::Text;
use crate::syntax::Key;
use crate::types::{Known, Type};
use xdm::{MAX_DEPTH, Unknown, Why, nearest};

/// Of so many fields all are named.
const FEW: usize = 12;

/// Of so many unknown paths in one text it is said what may have been meant.
const MOST: usize = 50;

impl<'s> Resolver<'_, 's> {
    /// Whether a path is below something of which a schema knows all, and is not there.
    pub(super) fn is_lost(&self, of: &Known<'s>, keys: &[&Key]) -> bool {
        self.fields.are_known() && of.at(&texts(keys), self.fields).is_none()
    }

    /// Reports a path that no data can have, or no schema has.
    pub(super) fn there(&mut self, of: &Known<'s>, keys: &[&Key]) -> Option<()> {
        if let Some(key) = keys.get(MAX_DEPTH) {
            let message = format!("No data is nested as deep as this path: more than {MAX_DEPTH} keys.");
            return self.fail(Diagnostic::error(key.span, message));
        }
        if !self.is_lost(of, keys) {
            return Some(());
        }
        let (first, last) = (keys.first()?, keys.last()?);
        let span = first.span.to(last.span);
        self.lost += 1;
        if self.lost > MOST {
            let message = format!("No schema has {}.", self.quoted(span));
            return self.fail(Diagnostic::error(span, message));
        }
        let unknown = of.unknown(&texts(keys), self.fields)?;
        // A key of a map is written in brackets, and then more than keys stands between the two ends.
        let plain = self.source(span) == unknown.keys.join(".");
        if let Some(function) = Function::named(&last.text)
            && unknown.at + 1 == keys.len()
        {
            let name = function.name;
            let message = format!("There is no field `{name}` here; the function is written `{name}(..)`.");
            let diagnostic = Diagnostic::error(last.span, message);
            return self.fail(if function.takes.len() == 1 {
                diagnostic.fix(format!("{name}()"))
            } else {
                diagnostic
            });
        }
        let problem = self.problem(of, &unknown);
        if let Some((better, why)) = self.elsewhere(of, keys) {
            let diagnostic = Diagnostic::error(span, format!("{problem}, but {why}: write `{better}`."));
            return self.fail(if plain { diagnostic.fix(better) } else { diagnostic });
        }
        let Some(near) = unknown.near.clone().or_else(|| resembling(&unknown)) else {
            let text = match keys {
                [key] if *of == self.fields.profile() => {
                    format!("; if it is a text, write `{}`", Text(&key.text))
                }
                _ => known(&unknown.why),
            };
            return self.fail(Diagnostic::error(span, format!("{problem}{text}.")));
        };
        let diagnostic = Diagnostic::error(span, format!("{problem}; did you mean `{near}`?"));
        let mut names = near.split('.');
        let spelled = names.clone().all(is_name) && !names.next().is_some_and(is_reserved);
        self.fail(if plain && spelled {
            diagnostic.fix(near.as_str())
        } else {
            diagnostic
        })
    }

    /// The same path where it is known: of the profile, seen from a filter; of the event, seen from beside it.
    fn elsewhere(&self, of: &Known<'s>, keys: &[&Key]) -> Option<(String, &'static str)> {
        let path: Vec<&str> = keys.iter().map(|key| key.text.as_str()).collect();
        let path = path.join(".");
        let texts = texts(keys);
        let has = |known: &Known<'s>| *known != Known::UNKNOWN && known.at(&texts, self.fields).is_some();
        let profile = self.fields.profile();
        if *of == profile {
            let scopes = self.scopes.iter().rev().zip(self.types.iter().rev());
            let mut named = scopes.filter_map(|(scope, known)| Some((scope.name?, known)));
            let (name, _) = named.find(|(_, known)| has(known))?;
            return Some((format!("{}.{path}", name.text), "the item has it"));
        }
        let bare = self.filters().next()?;
        let inside =
            self.types.iter().rev().nth(bare)? == of && self.scopes.iter().rev().nth(bare)?.name.is_none();
        if inside && has(&profile) {
            let climb = "^".repeat(self.filters().count());
            return Some((format!("{climb}.{path}"), "profiles do"));
        }
        None
    }

    /// What is not there, the beginning of a sentence.
    fn problem(&self, of: &Known<'s>, unknown: &Unknown) -> String {
        if unknown.at > 0 {
            let said = unknown.to_string();
            return match said.strip_prefix("there") {
                Some(rest) => format!("There{rest}"),
                None => said,
            };
        }
        let key = &unknown.keys[0];
        if *of == self.fields.profile() {
            let events = Known::Of(Type::Event).at(&unknown.keys, self.fields).is_some();
            return if events {
                format!(
                    "Profiles have no attribute `{key}`; events have it, as in `xEvent[{}]`",
                    unknown.keys.join(".")
                )
            } else {
                format!("Profiles have no attribute `{key}`")
            };
        }
        match of.kind() {
            Type::Event | Type::Events => format!("Events have no field `{key}`"),
            _ => format!("There is no field `{key}` here"),
        }
    }
}

/// A path in which the unknown key is part of a longer one, or was one with the next: `order.total` for
/// `order.priceTotal`, `event.type` for `eventType`.
fn resembling(unknown: &Unknown) -> Option<String> {
    const LEAST: usize = 4;
    let Why::NoMember(members) = &unknown.why else {
        return None;
    };
    let (above, rest) = unknown.keys.split_at(unknown.at);
    let key = rest[0].to_lowercase();
    let mut longer = members
        .iter()
        .filter(|member| key.len() >= LEAST && member.to_lowercase().contains(&key));
    let found = match (longer.next(), longer.next(), rest) {
        (Some(only), None, [_]) => only.as_str(),
        _ if rest.len() > 1 => nearest(&rest.concat(), members.iter().map(String::as_str))?,
        _ => return None,
    };
    let path: Vec<&str> = above.iter().map(String::as_str).chain([found]).collect();
    Some(path.join("."))
}

fn texts(keys: &[&Key]) -> Vec<String> {
    keys.iter().map(|key| key.text.clone()).collect()
}

/// What there is instead.
fn known(why: &Why) -> String {
    match why {
        Why::NoMember(members) if !members.is_empty() && members.len() <= FEW => {
            let all: Vec<_> = members.iter().map(|member| format!("`{member}`")).collect();
            format!("; there is {}", all.join(", "))
        }
        _ => String::new(),
    }
}
