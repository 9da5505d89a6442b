//! One mistake as text: where, what, the line itself with a caret under the place, and what to do.

use super::{Diagnostic, Report, Span};
use crate::secrets;
use unicode_width::UnicodeWidthChar;

/// Lines are shown up to this many columns; of a longer one, the part around the mistake.
const WIDTH: usize = 110;

/// ```text
/// loyalty.yaml:14:7: error: segment `gold` has no key `expresion`
///    |
/// 14 |       expresion: loyalty.points >= 1000
///    |       ^^^^^^^^^
///    = help: did you mean `expression`?
/// ```
pub(super) fn render(report: &Report, diagnostic: &Diagnostic) -> String {
    let source = report.source();
    let Diagnostic {
        span,
        severity,
        message,
        help,
        fix: _,
    } = diagnostic;
    let position = source.position(span.start);
    let (text, start) = source.line(position.line);
    let shown = mask(text, start, report);
    let Excerpt {
        text: shown,
        indent,
        caret,
    } = excerpt(&shown, position.column - 1, chars_in(text, start, *span));
    let number = position.line.to_string();
    let margin = " ".repeat(number.len());
    let mut out = format!(
        "{}:{}:{}: {}: {message}\n{margin} |\n{number} | {shown}\n{margin} | {}{}\n",
        source.name(),
        position.line,
        position.column,
        severity.as_str(),
        " ".repeat(indent),
        "^".repeat(caret),
    );
    let help = help.iter().flat_map(|help| help.lines());
    out.extend(help.map(|line| format!("{margin} = help: {line}\n")));
    out
}

/// How many characters of the line the mistake covers; none if it is a point.
fn chars_in(line: &str, start: usize, span: Span) -> usize {
    let from = line.floor_char_boundary(span.start.saturating_sub(start).min(line.len()));
    let to = line.floor_char_boundary(span.end.saturating_sub(start).clamp(from, line.len()));
    line[from..to].trim_end().chars().count()
}

/// The line with every secret in it replaced by stars, one a character, so that columns stay.
fn mask(line: &str, start: usize, report: &Report) -> String {
    let suspected = if report.unread {
        secrets::inline(line)
    } else {
        None
    };
    let hidden = |at: usize| {
        report
            .masked
            .iter()
            .any(|span| (span.start..span.end).contains(&(start + at)))
            || suspected.as_ref().is_some_and(|range| range.contains(&at))
    };
    line.char_indices()
        .map(|(at, c)| if hidden(at) { '*' } else { c })
        .collect()
}

struct Excerpt {
    text: String,
    /// Columns in front of the caret.
    indent: usize,
    /// Columns of the caret.
    caret: usize,
}

/// The part of `line` around the characters from `from` on, `count` of them, as a terminal shows it: a tab is
/// four columns, a wide character two.
fn excerpt(line: &str, from: usize, count: usize) -> Excerpt {
    let columns = |c: char| if c == '\t' { 4 } else { c.width().unwrap_or(1) };
    let shown = |c: char| match c {
        '\t' => "    ".to_owned(),
        c if c.width().is_none() => '\u{fffd}'.to_string(),
        c => c.to_string(),
    };
    let chars: Vec<char> = line.chars().collect();
    let before: usize = chars.iter().take(from).map(|c| columns(*c)).sum();
    let total: usize = chars.iter().map(|c| columns(*c)).sum();
    let skip = if total <= WIDTH || before < WIDTH / 2 {
        0
    } else {
        from.saturating_sub(30)
    };
    let mut text = String::from(if skip > 0 { "..." } else { "" });
    let (mut used, mut indent, mut caret) = (text.len(), text.len(), 0);
    for (i, c) in chars.iter().enumerate().skip(skip) {
        if used + columns(*c) > WIDTH {
            text.push_str("...");
            break;
        }
        used += columns(*c);
        text.push_str(&shown(*c));
        if i < from {
            indent += columns(*c);
        } else if i < from + count {
            caret += columns(*c);
        }
    }
    Excerpt {
        text: text.trim_end().to_owned(),
        indent,
        caret: caret.max(1),
    }
}
