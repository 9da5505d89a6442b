//! How the process ends, told by its exit code.

use anyhow::Result;
use std::io::Write;
use std::process::ExitCode;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// As it should.
    Done,
    /// It did its work, and what it found is bad news: mistakes in a file, a refusal.
    Refused,
    /// The server was stopped hard: what was in work is sent or asked again. Nothing that was acknowledged is
    /// lost.
    Hard,
    /// A part of the server failed, and the server went down with it.
    Crashed,
}

/// The exit code of a command; an error is told on stderr.
pub(crate) fn of(end: Result<End>) -> ExitCode {
    let code = match end {
        Ok(End::Done) => 0,
        Ok(End::Refused) => 1,
        Ok(End::Hard) => 3,
        Ok(End::Crashed) => 4,
        Err(error) => {
            // With stderr gone there is nobody to tell.
            drop(writeln!(std::io::stderr(), "weir: {error:#}"));
            1
        }
    };
    ExitCode::from(code)
}
