//! The table of a dataflow's life, once for the command line and the documentation.

/// What each edit of a dataflow does by itself, and what can be chosen: plain text of up to 112 columns.
pub const LIFE: &str = include_str!("life.txt");

#[cfg(test)]
mod tests;
