//! Texts and what they mean, or why they mean nothing.

mod diagnostics;
mod fuzz;
mod grammar;
mod json;
mod meaning;
mod properties;
mod sentence;
mod typed;

use crate::{Parsed, Severity, parse};

/// The canonical spelling of a text that is right.
fn canonical(text: &str) -> String {
    let Parsed { program, diagnostics } = parse(text);
    let errors: Vec<_> = diagnostics
        .iter()
        .filter(|d| d.severity == Severity::Error)
        .collect();
    program
        .unwrap_or_else(|| panic!("{text}: {errors:#?}"))
        .to_string()
}
