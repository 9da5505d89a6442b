//! What a program reads.

use super::Path;
use super::{Expression, Field, Link, Program, Root, When, Window};
use crate::types::{Fields, Known, Type};
use model::SegmentId;
use std::collections::BTreeSet;

impl Expression {
    /// The expressions directly in this one, in the order of the text.
    pub fn parts(&self) -> Vec<&Self> {
        match self {
            Self::Literal(_) | Self::Pattern(_) | Self::Field(_) | Self::Events | Self::InSegment(_) => {
                Vec::new()
            }
            Self::List(all) | Self::And(all) | Self::Or(all) => all.iter().collect(),
            Self::Member { of, .. } | Self::Not(of) | Self::Negative(of) => vec![of],
            Self::Each { body, .. } => vec![body],
            Self::Compare { left, right, .. } => vec![left, right],
            Self::Arithmetic { first, rest } => {
                let rest = rest.iter().map(|(_, value)| value);
                [&**first].into_iter().chain(rest).collect()
            }
            Self::If {
                condition,
                then,
                otherwise,
            } => vec![condition, then, otherwise],
            Self::Let { value, body, .. } => vec![value, body],
            Self::Filter { list, condition, .. } => vec![list, condition],
            Self::Quantifier { list, condition, .. } => {
                [list].into_iter().chain(condition).map(|e| &**e).collect()
            }
            Self::Call { arguments, .. } => arguments.iter().collect(),
            Self::Occurs { moment, when } => [&**moment].into_iter().chain(when.parts()).collect(),
            Self::Chain { events, steps } => {
                let steps = steps.iter().flat_map(Link::parts);
                [&**events].into_iter().chain(steps).collect()
            }
        }
    }

    /// Whether it is a condition by its form: it holds or does not, and is never missing. Other forms may give either.
    pub fn is_condition(&self) -> bool {
        matches!(
            self,
            Self::Not(_)
                | Self::And(_)
                | Self::Or(_)
                | Self::Compare { .. }
                | Self::Quantifier { .. }
                | Self::Occurs { .. }
                | Self::Chain { .. }
                | Self::InSegment(_)
        )
    }

    /// This and all in it, in the order of the text.
    pub fn all(&self, tell: &mut dyn FnMut(&Self)) {
        tell(self);
        self.parts().into_iter().for_each(|part| part.all(tell));
    }
}

impl When {
    pub(crate) fn parts(&self) -> Vec<&Expression> {
        match self {
            Self::Unit(..) => Vec::new(),
            Self::Distance { from: date, .. } | Self::On(date) | Self::Before(date) | Self::After(date) => {
                vec![date]
            }
            Self::Between(first, last) => vec![first, last],
        }
    }
}

impl Link {
    /// The expressions directly in it: what is asked of an event, then the dates.
    pub fn parts(&self) -> Vec<&Expression> {
        let whens = self.when.iter().flat_map(When::parts);
        [&self.what].into_iter().chain(whens).collect()
    }
}

impl Program {
    /// The segments that `inSegment` refers to, ascending, without repeats.
    pub fn segments(&self) -> Vec<SegmentId> {
        let mut found = BTreeSet::new();
        self.condition.all(&mut |part| {
            if let Expression::InSegment(segment) = part {
                found.insert(segment.clone());
            }
        });
        found.into_iter().collect()
    }

    /// The attribute paths of the profile that are read, ascending, without repeats.
    pub fn paths(&self) -> Vec<Path> {
        let mut found = BTreeSet::new();
        self.condition.all(&mut |part| {
            if let Expression::Field(Field {
                root: Root::Profile,
                path,
            }) = part
            {
                found.insert(path.clone());
            }
        });
        found.into_iter().collect()
    }

    /// Whether `identityMap` is read.
    pub fn reads_identities(&self) -> bool {
        let mut found = false;
        let identities =
            |part: &Expression| matches!(part, Expression::Field(field) if field.root == Root::Identities);
        self.condition.all(&mut |part| found |= identities(part));
        found
    }

    /// Whether `xEvent` is read.
    pub fn reads_events(&self) -> bool {
        let mut found = false;
        self.condition
            .all(&mut |part| found |= matches!(part, Expression::Events));
        found
    }

    /// The longest window over events, of those that look back from now. Without one, a program over events looks back
    /// as far as they are kept.
    pub fn longest_window(&self) -> Option<Window> {
        let windows = self.mentions.iter().filter_map(|mention| match &mention.of {
            super::Mentioned::Window(window) => Some(*window),
            super::Mentioned::Segment(_) => None,
        });
        windows.max_by_key(Window::length)
    }

    /// What the program gives, which is something that can be a condition.
    pub fn gives(&self) -> Type {
        Known::of(&self.condition, &mut Vec::new(), Fields::default()).kind()
    }
}
