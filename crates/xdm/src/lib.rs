//! The data that people send: entities in XDM form, their attributes, and how writes become a profile.
//!
//! What this crate is not: it decides nothing about segments and keeps nothing. It performs no I/O and reads no
//! clock.
//!
//! Start reading at [`Value`], what a predicate sees.

mod value;

pub use value::{Number, Value};
