//! Where a field stands, as people write it: `person.name.firstName`, `orders[].price`, `scores{}`.

use std::fmt;

/// A path to a field, through objects, lists and maps.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FieldPath(Vec<Step>);

/// One step down.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// To a member of an object.
    Key(String),
    /// To the items of a list: `[]`.
    Item,
    /// To the values of a map, whatever their keys: `{}`.
    Value,
}

/// Why a text is no path of a field.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    /// Nothing stands between two dots, or at an end.
    #[error("a name is missing")]
    EmptyKey,
    /// A bracket elsewhere than behind a name.
    #[error("`[]` (a list) and `{{}}` (a map) stand behind a name, before the next dot")]
    Bracket,
    /// A character that neither JSON paths nor PQL can take without quotes.
    #[error("a name holds letters, digits, `_`, `-`, `$`, `@` and `:`, not {0:?}")]
    Character(char),
    /// Longer than the longest path of an attribute.
    #[error("it is longer than {} bytes", crate::MAX_PATH_BYTES)]
    TooLong,
    /// Deeper than entities are.
    #[error("it is deeper than {} levels", crate::MAX_DEPTH)]
    TooDeep,
}

impl FieldPath {
    /// Reads a path.
    pub fn parse(text: &str) -> Result<Self, PathError> {
        if text.len() > crate::MAX_PATH_BYTES {
            return Err(PathError::TooLong);
        }
        let mut steps = Vec::new();
        for part in text.split('.') {
            let at = part.find(['[', ']', '{', '}']).unwrap_or(part.len());
            let (key, mut brackets) = part.split_at(at);
            if key.is_empty() {
                return Err(if brackets.is_empty() {
                    PathError::EmptyKey
                } else {
                    PathError::Bracket
                });
            }
            let odd = |c: &char| !(c.is_alphanumeric() || "_-$@:".contains(*c));
            if let Some(c) = key.chars().find(odd) {
                return Err(PathError::Character(c));
            }
            steps.push(Step::Key(key.to_owned()));
            while !brackets.is_empty() {
                let (step, rest) = if let Some(rest) = brackets.strip_prefix("[]") {
                    (Step::Item, rest)
                } else {
                    let rest = brackets.strip_prefix("{}").ok_or(PathError::Bracket)?;
                    (Step::Value, rest)
                };
                steps.push(step);
                brackets = rest;
            }
        }
        // The entity itself is the first level.
        if steps.len() >= crate::MAX_DEPTH {
            return Err(PathError::TooDeep);
        }
        Ok(Self(steps))
    }

    /// The steps, from the entity down; never empty.
    pub fn steps(&self) -> &[Step] {
        &self.0
    }

    /// The steps as they are written.
    pub(super) fn text(steps: &[Step]) -> String {
        let mut text = String::new();
        for step in steps {
            match step {
                Step::Key(key) => {
                    if !text.is_empty() {
                        text.push('.');
                    }
                    text.push_str(key);
                }
                Step::Item => text.push_str("[]"),
                Step::Value => text.push_str("{}"),
            }
        }
        text
    }
}

impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&Self::text(&self.0))
    }
}
