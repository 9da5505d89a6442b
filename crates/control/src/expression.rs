//! One expression by itself, as `weir pql` and `weir why` are given it.

use crate::check::Checked;
use crate::read::{read, say};
use crate::report::{Report, Source, Span};
use pql::{Notation, Program};
use xdm::Schemas;

/// Reads an expression, called `file` in the report, in whatever notation it is; held to the schemas if there are any.
pub fn check_expression(file: &str, expression: String, schemas: Option<&Schemas>) -> Checked<Program> {
    let (program, said) = read(Notation::of(&expression), &expression, schemas);
    let mut report = Report::new(Source::new(file, expression));
    for (diagnostic, pointer) in &said {
        let span = Span::new(diagnostic.span.start, diagnostic.span.end);
        say(diagnostic, pointer.as_deref(), span, &mut report);
    }
    Checked {
        desired: program,
        report,
    }
}
