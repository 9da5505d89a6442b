//! What a segment means, in a plain sentence: "People in Korea who bought at least 3 times in the last 7 days."
//!
//! A sentence leaves nothing out: every path, literal and segment of the program is in it, groups of conditions stand in
//! brackets where it could be read in two ways, and a condition that also holds where a value is missing says so. What the
//! two languages share is the reading of the program: what belongs to whom (`scope`), which events are meant (`events`),
//! what things are called (`names`). How it is said is each language's own.

mod english;
mod events;
mod korean;
mod names;
mod scope;

use crate::Program;

/// The program in English, a sentence with its full stop.
pub fn english(program: &Program) -> String {
    english::sentence(program)
}

/// The program in Korean, a noun phrase with its full stop.
pub fn korean(program: &Program) -> String {
    korean::sentence(program)
}
