//! From the parser's events to the tree. No recursion: depth is bounded before anything recurses over it.

use super::{Data, Node, Scalar, Style, syntax};
use crate::report::{Report, Span};
use granit_parser::{Event, Parser, ScalarStyle};

/// Definitions nest four deep; settings a little more.
const MAX_DEPTH: usize = 32;

/// The file's one document; `None` if it is empty, or cannot be read at all, in which case the report says why.
pub(crate) fn read(report: &mut Report) -> Option<Node> {
    let text = report.source().text().to_owned();
    let options = granit_parser::options! {
        emit_unresolved_aliases: true,
        flow_nesting_limit: MAX_DEPTH,
        block_nesting_limit: MAX_DEPTH,
    };
    let mut tree = Tree::default();
    for event in Parser::new_from_str_with_options(&text, options) {
        match event {
            Ok((event, span)) => {
                refuse_properties(&event, &span, report);
                if !tree.take(event, stretch(&span), report) {
                    return None;
                }
            }
            Err(error) => {
                syntax::explain(&error, report);
                return None;
            }
        }
    }
    tree.root
}

#[derive(Default)]
struct Tree {
    root: Option<Node>,
    open: Vec<Open>,
}

/// A collection whose end is still to come.
enum Open {
    List(usize, Vec<Node>),
    Map(usize, Vec<(Node, Node)>, Option<Node>),
}

impl Tree {
    /// Whether to go on.
    fn take(&mut self, event: Event<'_>, span: Span, report: &mut Report) -> bool {
        match event {
            Event::DocumentStart(..) if self.root.is_some() => {
                let help = "keep everything in one document: take the `---` line out";
                report.error(
                    span,
                    "a second document begins here, and a file of definitions is one",
                    help,
                );
                return false;
            }
            Event::Scalar(text, style, ..) => {
                // The parser writes `~` for a value that is not there.
                let text = if span.start == span.end && text == "~" {
                    String::new()
                } else {
                    text.into_owned()
                };
                let data = Data::Scalar(Scalar {
                    text,
                    style: style_of(style),
                });
                return self.add(Node { span, data }, report);
            }
            Event::Alias(_) | Event::UnresolvedAlias(_) => {
                let help = "write the value out, or put a text that begins with `*` in quotes";
                report.error(span, "aliases (`*name`) are not supported", help);
                let data = Data::Scalar(Scalar {
                    text: String::new(),
                    style: Style::Plain,
                });
                return self.add(Node { span, data }, report);
            }
            Event::SequenceStart(..) => self.open.push(Open::List(span.start, Vec::new())),
            Event::MappingStart(..) => self.open.push(Open::Map(span.start, Vec::new(), None)),
            Event::SequenceEnd | Event::MappingEnd => {
                let node = match self.open.pop() {
                    Some(Open::List(start, items)) => (start, Data::List(items)),
                    Some(Open::Map(start, entries, _)) => (start, Data::Map(entries)),
                    None => return true,
                };
                let span = Span::new(node.0, span.end);
                return self.add(Node { span, data: node.1 }, report);
            }
            _ => {}
        }
        true
    }

    fn add(&mut self, node: Node, report: &mut Report) -> bool {
        match self.open.last_mut() {
            None => self.root = Some(node),
            Some(Open::List(_, items)) => items.push(node),
            Some(Open::Map(_, entries, key)) => match key.take() {
                Some(key) => entries.push((key, node)),
                None if matches!(node.data, Data::Scalar(_)) => *key = Some(node),
                None => {
                    let message = format!("{} stands where a key is expected", node.kind());
                    report.error(node.span, message, "a key is a word: `key: value`");
                    return false;
                }
            },
        }
        true
    }
}

fn stretch(span: &granit_parser::Span) -> Span {
    let range = span.byte_range().unwrap_or_default();
    Span::new(range.start, range.end)
}

fn refuse_properties(event: &Event<'_>, span: &granit_parser::Span, report: &mut Report) {
    if event.anchor_id().is_some_and(|id| id != 0) && !matches!(event, Event::Alias(_)) {
        let help = "write the value out where it is needed, or put a text that begins with `&` in quotes";
        report.error(stretch(span), "anchors (`&name`) are not supported", help);
    }
    if let Some(tag) = event.tag() {
        let message = format!("`{tag}` in front of this value is a YAML tag, and tags are not supported");
        let help = "put a text that begins with `!` in quotes; for a rule, write `pql: |` and the rule, indented, on the next line";
        report.error(stretch(&span.tag_span().unwrap_or(*span)), message, help);
    }
}

fn style_of(style: ScalarStyle) -> Style {
    match style {
        ScalarStyle::Plain => Style::Plain,
        ScalarStyle::SingleQuoted => Style::SingleQuoted,
        ScalarStyle::DoubleQuoted => Style::DoubleQuoted,
        ScalarStyle::Literal | ScalarStyle::Folded => Style::Block,
    }
}
