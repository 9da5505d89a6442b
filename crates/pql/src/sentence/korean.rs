//! In Korean: what people are like stands before them, verbs last, and each verb takes the form that what follows asks for.

mod condition;
mod event;
mod particle;
mod test;
mod time;
mod value;
mod verb;

use super::scope::{Around, Thing, is_named_within, zone};
use crate::Program;
use crate::program::Expression;
use verb::Form;

pub(super) fn sentence(program: &Program) -> String {
    let mut writer = Writer {
        around: Around::default(),
    };
    let said = writer.relative(program.condition(), Form::Before);
    let zone = zone(program).map_or_else(String::new, |zone| format!(" (날짜는 {zone} 시간대 기준)"));
    format!("{said} 사람{zone}.")
}

struct Writer<'p> {
    around: Around<'p>,
}

impl<'p> Writer<'p> {
    /// Speaks of an item, or with a value that has a name.
    fn within<T>(&mut self, thing: Thing<'p>, say: impl FnOnce(&mut Self) -> T) -> T {
        self.around.push(thing);
        let said = say(self);
        self.around.pop();
        said
    }

    /// `(이하 "E")`, if something further in needs the name.
    fn called(name: Option<&str>, condition: &Expression) -> String {
        match name.filter(|_| is_named_within(condition)) {
            Some(name) => format!("(이하 \"{name}\")"),
            None => String::new(),
        }
    }
}
