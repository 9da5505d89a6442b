//! Regular expressions: Java's spelling, matched in linear time.
//!
//! What cannot be matched in linear time is refused: look-around, back-references, possessive and atomic groups. Unless
//! a pattern begins with the flag `U`, its `\w`, `\d`, `\s` and `\b` are about ASCII, as in Java.

use regex::{Regex, RegexBuilder};

/// How much memory a pattern may take, in bytes.
const LIMIT: usize = 1 << 20;
/// How much memory matching it may take to be faster: there may be thousands of patterns.
const CACHE: usize = 1 << 18;

/// A pattern that was read.
#[derive(Clone, Debug)]
pub struct Pattern {
    text: String,
    regex: Regex,
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Pattern {
    /// Reads a pattern; the error is a sentence.
    pub fn new(text: &str) -> Result<Self, String> {
        let ours = translate(text)?;
        let regex = RegexBuilder::new(&ours)
            .size_limit(LIMIT)
            .dfa_size_limit(CACHE)
            .nest_limit(50)
            .build();
        match regex {
            Ok(regex) => Ok(Self {
                text: text.to_owned(),
                regex,
            }),
            Err(regex::Error::CompiledTooBig(_)) => Err("This pattern is too large.".to_owned()),
            Err(error) => {
                let said = error.to_string();
                let last = said.lines().last().unwrap_or_default();
                let why = last.trim().trim_start_matches("error: ").trim_end_matches('.');
                Err(format!("This is no pattern: {why}."))
            }
        }
    }

    /// As it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What matches.
    pub fn regex(&self) -> &Regex {
        &self.regex
    }

    /// How many groups it has, the whole not counted.
    pub fn groups(&self) -> usize {
        self.regex.captures_len() - 1
    }
}

fn translate(text: &str) -> Result<String, String> {
    let (flags, rest) = leading_flags(text);
    let unicode = flags.contains('U');
    let flags: String = flags.chars().filter(|flag| *flag != 'U').collect();
    let mut ours = if flags.is_empty() {
        String::new()
    } else {
        format!("(?{flags})")
    };
    let (mut chars, mut classes) = (rest.chars().peekable(), 0_u32);
    let mut repeats = false;
    while let Some(c) = chars.next() {
        let repeated = repeats;
        repeats = classes == 0 && matches!(c, '*' | '+' | '?' | '}');
        match c {
            '\\' => {
                let escaped = chars.next();
                match escaped {
                    Some('1'..='9' | 'k') => return Err(refused("A back-reference")),
                    Some('Q' | 'E') => {
                        return Err("Quoting with `\\Q` is not known here; escape each sign.".to_owned());
                    }
                    Some(c) if !unicode && shorthand(c).is_some() => {
                        let (inside, outside) = shorthand(c).unwrap_or_default();
                        ours.push_str(if classes > 0 { inside } else { outside });
                    }
                    _ => ours.extend(['\\'].into_iter().chain(escaped)),
                }
                continue;
            }
            '[' => classes += 1,
            ']' => classes = classes.saturating_sub(1),
            '+' if repeated && classes == 0 => return Err(refused("A possessive quantifier")),
            '(' if classes == 0 && chars.peek() == Some(&'?') => {
                let group: String = chars.clone().skip(1).take(2).collect();
                if group.starts_with(['=', '!']) || group == "<=" || group == "<!" {
                    return Err(refused("Look-around"));
                }
                if group.starts_with('>') {
                    return Err(refused("An atomic group"));
                }
                let flags: String = chars
                    .clone()
                    .skip(1)
                    .take_while(|c| c.is_ascii_alphabetic() || *c == '-')
                    .collect();
                if flags.contains('U') && !group.starts_with(['P', '<']) {
                    return Err("The flag `U` stands at the beginning of a pattern only.".to_owned());
                }
                repeats = false;
                ours.push('(');
                ours.extend(chars.next());
                continue;
            }
            _ => {}
        }
        ours.push(c);
    }
    Ok(ours)
}

/// The flags of `(?iU)` at the beginning, and what follows.
fn leading_flags(text: &str) -> (&str, &str) {
    let flags = text
        .strip_prefix("(?")
        .and_then(|rest| rest.split_once(')'))
        .filter(|(flags, _)| !flags.is_empty() && flags.chars().all(|c| c.is_ascii_alphabetic()));
    flags.unwrap_or(("", text))
}

/// What stands for a letter behind a backslash, inside a class and outside, where it is about ASCII.
fn shorthand(letter: char) -> Option<(&'static str, &'static str)> {
    Some(match letter {
        'd' => ("0-9", "[0-9]"),
        'D' => ("[^0-9]", "[^0-9]"),
        'w' => ("0-9A-Za-z_", "[0-9A-Za-z_]"),
        'W' => ("[^0-9A-Za-z_]", "[^0-9A-Za-z_]"),
        's' => (" \\t\\n\\x0B\\f\\r", "[ \\t\\n\\x0B\\f\\r]"),
        'S' => ("[^ \\t\\n\\x0B\\f\\r]", "[^ \\t\\n\\x0B\\f\\r]"),
        'b' => ("\\b", "(?-u:\\b)"),
        _ => return None,
    })
}

fn refused(what: &str) -> String {
    format!("{what} cannot be matched in linear time; write the pattern without.")
}

#[cfg(test)]
mod tests;
