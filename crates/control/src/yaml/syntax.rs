//! The parser's errors, said for people who do not know YAML's grammar.

use crate::report::{Report, Span};
use granit_parser::{ErrorKind, ScanError};

const MORE: &str = "what follows could not be read, so there may be more mistakes";

/// Reports why the file is not YAML.
pub(super) fn explain(error: &ScanError, report: &mut Report) {
    let (message, help) = sentence(error.kind());
    let text = report.source().text();
    let at = error.marker().byte_offset().unwrap_or(text.len());
    let at = text.floor_char_boundary(at);
    // Found out at the end of the file, or at the start of the next line, it belongs to the line before.
    let early = matches!(error.kind(), ErrorKind::InvalidQuotedScalarIndent) || text[at..].trim().is_empty();
    let at = if early { text[..at].trim_end().len() } else { at };
    report.mask_by_look();
    report.error(Span::new(at, at), message, format!("{help}\n{MORE}"));
}

fn sentence(kind: &ErrorKind) -> (String, &'static str) {
    use ErrorKind as E;
    match kind {
        E::TabNotAllowed
        | E::TabInBlockIndentation
        | E::TabInIndentation
        | E::TabAtBlockScalarStart
        | E::TabInPlainScalar
        | E::InvalidBlockEntryWhitespace
        | E::InvalidMappingValueWhitespace => {
            ("there is a tab here, and YAML indents with spaces only".to_owned(), "put spaces in its place")
        }
        E::InvalidTrailingDoubleQuotedScalar | E::InvalidTrailingSingleQuotedScalar => (
            "the text goes on after its closing quote".to_owned(),
            "put a rule that begins with a quote in a block: `pql: |` and the rule, indented, on the next line",
        ),
        E::UnclosedQuotedScalar | E::DocumentIndicatorInQuotedScalar | E::InvalidQuotedScalarIndent => (
            "a quote is opened and never closed".to_owned(),
            "close it; a text that holds a quote can go in a block: `|` and the text, indented, on the next line",
        ),
        E::MappingValueNotAllowed | E::InvalidColonPlacement | E::FlowMappingValueAdjacentCollection => (
            "a `:` stands where none is expected: this line is indented unlike the lines around it, or a text holds `: `".to_owned(),
            "indent the line like its neighbours, or put the text in quotes or in a block",
        ),
        E::ExpectedBlockMappingKey
        | E::ExpectedBlockSequenceEntry
        | E::BlockSequenceEntryNotAllowed
        | E::SimpleKeyExpected
        | E::InvalidSimpleKey
        | E::InvalidIndentation
        | E::InvalidBlockScalarIndent
        | E::InvalidFlowScalarIndent
        | E::MappingKeyNotAllowed
        | E::ExpectedNodeContent => (
            "this line does not fit the lines around it".to_owned(),
            "every line is `key: value` or `- item`, indented like its neighbours",
        ),
        E::UnexpectedCharacter { character } => (
            format!("a text cannot begin with `{}`", character.escape_default()),
            "put the text in quotes",
        ),
        E::MissingAnchorOrAliasName => (
            "a text cannot begin with `*` or `&`".to_owned(),
            "put the text in quotes",
        ),
        E::UnclosedFlowCollection { open } => (
            format!("the bracket `{open}` is never closed"),
            "close it, or write the list with one `- item` a line",
        ),
        E::ExpectedFlowMappingSeparator
        | E::ExpectedFlowSequenceSeparator
        | E::UnexpectedEofFlowMapping
        | E::UnexpectedEofFlowSequence
        | E::UnexpectedEofImplicitFlowMapping
        | E::MismatchedFlowCollectionEnd { .. }
        | E::MisplacedFlowCollectionEnd => (
            "a `,` or a closing bracket is missing before this".to_owned(),
            "separate the items with `,` and close every bracket, or write one `- item` a line",
        ),
        E::RecursionLimitExceeded => (
            "lists and keys are nested deeper here than any definition is".to_owned(),
            "take brackets or indentation away",
        ),
        E::UnknownQuotedScalarEscape
        | E::InvalidQuotedScalarHexEscape
        | E::InvalidUnicodeEscape
        | E::InvalidLowSurrogateHexEscape
        | E::InvalidLowSurrogate
        | E::MissingLowSurrogate
        | E::UnpairedLowSurrogate => (
            "a `\\` in double quotes is followed by something it cannot escape".to_owned(),
            "write `\\\\` for a backslash, or use single quotes or a block, in which `\\` is itself",
        ),
        other => (format!("this is not YAML: {other}"), "mend or quote this place"),
    }
}
