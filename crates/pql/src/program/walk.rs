//! What a program reads.

use super::{Condition, Events, Field, List, Moment, Program, Root, Term, Window};
use model::{Path, SegmentId};
use std::collections::BTreeSet;

/// Something that a condition reads.
enum Read<'a> {
    Field(&'a Field),
    Segment(&'a SegmentId),
    /// A window over the time of events.
    Window(&'a Window),
}

impl Program {
    /// The segments that `inSegment` refers to, ascending, without repeats.
    pub fn segments(&self) -> Vec<SegmentId> {
        let mut found = BTreeSet::new();
        self.read(&mut |read| {
            if let Read::Segment(segment) = read {
                found.insert(segment.clone());
            }
        });
        found.into_iter().collect()
    }

    /// The attribute paths of the profile that are read, ascending, without repeats.
    pub fn paths(&self) -> Vec<Path> {
        let mut found = BTreeSet::new();
        self.read(&mut |read| {
            if let Read::Field(Field {
                root: Root::Profile,
                path,
            }) = read
            {
                found.insert(path.clone());
            }
        });
        found.into_iter().collect()
    }

    /// Whether `identityMap` is read.
    pub fn reads_identities(&self) -> bool {
        let mut found = false;
        self.read(&mut |read| found |= matches!(read, Read::Field(field) if field.root == Root::Identities));
        found
    }

    /// The longest window over events. Without one, a program over events looks back as far as they are kept.
    pub fn longest_window(&self) -> Option<Window> {
        let mut longest: Option<Window> = None;
        self.read(&mut |read| {
            if let Read::Window(window) = read {
                longest = longest
                    .filter(|known| known.length() >= window.length())
                    .or(Some(*window));
            }
        });
        longest
    }

    fn read(&self, tell: &mut dyn FnMut(Read<'_>)) {
        condition(self.condition(), tell);
    }
}

fn condition(of: &Condition, tell: &mut dyn FnMut(Read<'_>)) {
    match of {
        Condition::Constant(_) => {}
        Condition::Not(inner) => condition(inner, tell),
        Condition::And(all) | Condition::Or(all) => all.iter().for_each(|one| condition(one, tell)),
        Condition::Holds(field) | Condition::IsNull(field) | Condition::IsNotNull(field) => {
            tell(Read::Field(field));
        }
        Condition::Compare { left, right, .. }
        | Condition::Equals { left, right, .. }
        | Condition::Intersects { left, right }
        | Condition::In {
            item: left,
            list: right,
        }
        | Condition::NotIn {
            item: left,
            list: right,
        } => {
            term(left, tell);
            term(right, tell);
        }
        Condition::Occurs {
            moment: Moment::Event(_),
            window,
        } => tell(Read::Window(window)),
        Condition::Occurs {
            moment: Moment::Field(field),
            ..
        } => tell(Read::Field(field)),
        Condition::Exists {
            events: from,
            condition: inner,
            ..
        } => {
            events(from, tell);
            if let Some(inner) = inner {
                condition(inner, tell);
            }
        }
        Condition::Any(from) => events(from, tell),
        Condition::InSegment(segment) => tell(Read::Segment(segment)),
    }
}

fn term(of: &Term, tell: &mut dyn FnMut(Read<'_>)) {
    match of {
        Term::Literal(_) => {}
        Term::Field(field) => tell(Read::Field(field)),
        Term::Count(of) | Term::Sum { list: of, .. } => match of {
            List::Events(from) => events(from, tell),
            List::Field(field) => tell(Read::Field(field)),
        },
    }
}

fn events(of: &Events, tell: &mut dyn FnMut(Read<'_>)) {
    of.filter.iter().for_each(|filter| condition(filter, tell));
}
