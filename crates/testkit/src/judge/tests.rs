//! What the judge says, against what was worked out by hand; and the judge against itself.

mod bytes;
mod case;
mod join;
mod publish;
mod scripts;
mod section5;
mod time;
mod write;
