//! The paths that a piece of code names, with the braces of `use` opened.

/// A path such as `std::fs::File`, and the line it stands on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Name {
    /// The first is 1.
    pub(super) line: usize,
    pub(super) path: String,
}

impl Name {
    /// Whether it is `path`, or something inside it.
    pub(super) fn is_in(&self, path: &str) -> bool {
        let rest = self.path.strip_prefix(path);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
    }

    /// What comes before the first `::`.
    pub(super) fn first(&self) -> &str {
        self.path.split("::").next().unwrap_or_default()
    }
}

/// Every path of two words or more, and every single word after `use`.
///
/// Takes code without comments and literals. `use std::{fs, io::{self, Read}};` names `std::fs`, `std::io` and
/// `std::io::Read`.
pub(super) fn names(code: &str) -> Vec<Name> {
    let mut reader = Reader {
        tokens: tokens(code),
        at: 0,
        names: Vec::new(),
    };
    let mut after_use = false;
    while let Some(&(token, line)) = reader.tokens.get(reader.at) {
        if is_word(token) && token != "use" {
            reader.path(String::new(), line, after_use);
        } else {
            reader.at += 1;
        }
        after_use = token == "use" || token == "::" && after_use;
        if token == "{" && reader.at > 1 && reader.tokens[reader.at - 2].0 == "use" {
            reader.group("");
        }
    }
    reader.names
}

struct Reader<'a> {
    tokens: Vec<(&'a str, usize)>,
    at: usize,
    names: Vec<Name>,
}

impl<'a> Reader<'a> {
    fn token(&self, ahead: usize) -> &'a str {
        self.tokens.get(self.at + ahead).map_or("", |(token, _)| token)
    }

    /// Reads `a::b::c` or `a::b::{...}` from its first word on.
    fn path(&mut self, before: String, line: usize, even_single: bool) {
        let mut path = before;
        let mut words = usize::from(!path.is_empty());
        loop {
            let word = self.token(0);
            if word != "self" || path.is_empty() {
                let separator = if path.is_empty() { "" } else { "::" };
                path = format!("{path}{separator}{word}");
                words += 1;
            }
            self.at += 1;
            if self.token(0) == "::" && is_word(self.token(1)) {
                self.at += 1;
            } else {
                break;
            }
        }
        if self.token(0) == "::" && self.token(1) == "{" {
            self.at += 2;
            self.group(&path);
        } else if words > 1 || even_single {
            self.names.push(Name { line, path });
        }
    }

    /// Reads the inside of braces up to and with the closing one.
    fn group(&mut self, prefix: &str) {
        while let Some(&(token, line)) = self.tokens.get(self.at) {
            match token {
                "}" => {
                    self.at += 1;
                    return;
                }
                "as" => self.at += 2,
                word if is_word(word) => self.path(prefix.to_owned(), line, true),
                _ => self.at += 1,
            }
        }
    }
}

fn is_word(token: &str) -> bool {
    token.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// Words, `::`, and every other character but spaces by itself, each with its line.
fn tokens(code: &str) -> Vec<(&str, usize)> {
    let mut tokens = Vec::new();
    let mut line = 1;
    let mut rest = code;
    while let Some(first) = rest.chars().next() {
        let word = rest
            .find(|c: char| !c.is_alphanumeric() && c != '_')
            .unwrap_or(rest.len());
        let length = if word > 0 {
            word
        } else if rest.starts_with("::") {
            2
        } else {
            first.len_utf8()
        };
        if first == '\n' {
            line += 1;
        }
        if !first.is_whitespace() {
            tokens.push((&rest[..length], line));
        }
        rest = &rest[length..];
    }
    tokens
}

#[cfg(test)]
mod tests;
