//! Explanations: what they say of people and predicates, and that it is so.

mod cases;
mod properties;
