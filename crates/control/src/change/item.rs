//! One line of what a change does.

use serde::Serialize;
use std::fmt;

/// Whether something comes, differs or goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Sign {
    /// It is new.
    Added,
    /// It differs.
    Changed,
    /// It goes.
    Removed,
}

impl Sign {
    fn mark(self) -> char {
        match self {
            Self::Added => '+',
            Self::Changed => '~',
            Self::Removed => '-',
        }
    }
}

/// A definition that comes, differs or goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Item {
    /// Which of the three.
    pub sign: Sign,
    /// `segment`, `dataflow`, ...
    pub noun: &'static str,
    /// Its id; empty where there is only one of the noun.
    pub id: String,
    /// What differs: `filter changed`.
    pub edits: Vec<String>,
    /// What that does, one sentence each.
    pub effects: Vec<String>,
}

impl Item {
    pub(super) fn added(noun: &'static str, id: &(impl ToString + ?Sized)) -> Self {
        Self::new(Sign::Added, noun, id, Vec::new())
    }

    pub(super) fn changed(noun: &'static str, id: &(impl ToString + ?Sized), edits: Vec<String>) -> Self {
        Self::new(Sign::Changed, noun, id, edits)
    }

    pub(super) fn removed(noun: &'static str, id: &(impl ToString + ?Sized)) -> Self {
        Self::new(Sign::Removed, noun, id, Vec::new())
    }

    /// Adds a sentence of what it does.
    pub(super) fn doing(mut self, effect: impl Into<String>) -> Self {
        self.effects.push(effect.into());
        self
    }

    fn new(sign: Sign, noun: &'static str, id: &(impl ToString + ?Sized), edits: Vec<String>) -> Self {
        Self {
            sign,
            noun,
            id: id.to_string(),
            edits,
            effects: Vec::new(),
        }
    }
}

/// Ends with a line break.
impl fmt::Display for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.sign.mark(), self.noun)?;
        if !self.id.is_empty() {
            write!(f, " {}", self.id)?;
        }
        if !self.edits.is_empty() {
            write!(f, ": {}", self.edits.join(", "))?;
        }
        writeln!(f)?;
        self.effects
            .iter()
            .try_for_each(|effect| writeln!(f, "    {effect}"))
    }
}
