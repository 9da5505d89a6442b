//! In English: people, and what is said of them in relative clauses.

mod condition;
mod event;
mod test;
mod time;
mod value;

use super::scope::{Around, Thing, is_named_within, zone};
use crate::Program;
use crate::program::Expression;

pub(super) fn sentence(program: &Program) -> String {
    let mut writer = Writer {
        around: Around::default(),
    };
    let said = writer.relative(program.condition());
    let zone = zone(program).map_or_else(String::new, |zone| {
        format!(" (days, months and years by the clock of {zone})")
    });
    format!("People {said}{zone}.")
}

struct Writer<'p> {
    around: Around<'p>,
}

/// Words that differ between people and one thing.
struct Pronouns {
    /// `who`
    that: &'static str,
    /// `for whom`
    for_which: &'static str,
    are: &'static str,
    /// `who have`
    that_have: &'static str,
    /// `people`
    ones: &'static str,
}

const PEOPLE: Pronouns = Pronouns {
    that: "who",
    for_which: "for whom",
    are: "are",
    that_have: "who have",
    ones: "people",
};
const THING: Pronouns = Pronouns {
    that: "that",
    for_which: "for which",
    are: "is",
    // One or many.
    that_have: "with",
    ones: "one",
};

impl<'p> Writer<'p> {
    /// The words for whom or what the sentence speaks of.
    fn pronouns(&self) -> Pronouns {
        if self.around.of_person() { PEOPLE } else { THING }
    }

    /// Speaks of an item, or with a value that has a name.
    fn within<T>(&mut self, thing: Thing<'p>, say: impl FnOnce(&mut Self) -> T) -> T {
        self.around.push(thing);
        let said = say(self);
        self.around.pop();
        said
    }

    /// ` (call it "E")`, if something further in needs the name.
    fn called(name: Option<&str>, condition: &Expression) -> String {
        match name.filter(|_| is_named_within(condition)) {
            Some(name) => format!(" (call it \"{name}\")"),
            None => String::new(),
        }
    }
}

/// `a, b and c`
fn joined(all: &[String], word: &str) -> String {
    match all {
        [] => String::new(),
        [one] => one.clone(),
        [rest @ .., last] => format!("{} {word} {last}", rest.join(", ")),
    }
}
