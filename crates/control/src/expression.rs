//! One expression by itself, as `weir pql` is given it.

use crate::check::Checked;
use crate::read::say;
use crate::report::{Report, Source, Span};
use pql::{Notation, Program};

/// Reads an expression, called `file` in the report, in whatever notation it is.
pub fn check_expression(file: &str, expression: String) -> Checked<Program> {
    let mut report = Report::new(Source::new(file, expression));
    let expression = report.source().text().to_owned();
    let at = |span: pql::Span| Span::new(span.start, span.end);
    let desired = match Notation::of(&expression) {
        Notation::Text => {
            let read = pql::parse(&expression);
            for diagnostic in &read.diagnostics {
                say(diagnostic, None, at(diagnostic.span), &mut report);
            }
            read.program
        }
        Notation::Json => {
            let read = pql::json::read(&expression);
            for pql::json::Diagnostic { pointer, said } in &read.diagnostics {
                say(said, Some(pointer.as_str()), at(said.span), &mut report);
            }
            read.program
        }
    };
    Checked { desired, report }
}
