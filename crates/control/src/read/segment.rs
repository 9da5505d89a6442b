//! `segments`: named rules.

use super::fields::{Fields, NotBuilt};
use super::{Item, Rule, rule, zone};
use crate::report::Report;
use model::{SegmentId, SegmentState, ZoneName};
use pql::Notation;

/// A segment as far as it could be read.
#[derive(Debug)]
pub(crate) struct SegmentDraft {
    /// As written, also if it is malformed.
    pub(crate) word: String,
    pub(crate) id: Option<SegmentId>,
    pub(crate) name: Option<String>,
    pub(crate) rule: Option<Rule>,
    pub(crate) time_zone: ZoneName,
    pub(crate) exclude_opt_out: bool,
    pub(crate) state: SegmentState,
}

const STATES: &[(&str, SegmentState)] = &[
    ("published", SegmentState::Published),
    ("draft", SegmentState::Draft),
    ("inactive", SegmentState::Inactive),
    ("archived", SegmentState::Archived),
];
const FORMATS: &[(&str, Notation)] = &[("pql/text", Notation::Text), ("pql/json", Notation::Json)];
const NOT_BUILT: &[NotBuilt] = &[
    (
        "mergePolicy",
        "every segment is over `timestampOrdered` for now: take the key out",
    ),
    ("description", "say it in a comment for now: `# ...`"),
];

pub(super) fn read(mut item: Item<'_>, report: &mut Report) -> Option<SegmentDraft> {
    let id = item.id(SegmentId::new);
    let fields = &mut item.fields;
    let name = fields.text("name", report);
    let rule = expression(fields, report);
    let time_zone = zone::of(fields, report);
    let exclude_opt_out = fields.flag("excludeOptOut", true, report);
    let state = fields.word("state", STATES, SegmentState::Published, report);
    item.fields.finish(NOT_BUILT, report);
    Some(SegmentDraft {
        word: item.id?.value,
        name: name
            .map(|name| name.value)
            .or_else(|| id.as_ref().map(ToString::to_string)),
        id,
        rule,
        time_zone,
        exclude_opt_out,
        state,
    })
}

/// The rule, in one of its two forms: `pql: ...`, or `expression: {type: PQL, format: ..., value: ...}`, which also takes
/// JSON.
fn expression(fields: &mut Fields<'_>, report: &mut Report) -> Option<Rule> {
    let short = fields.entry("pql");
    let long = fields.entry("expression");
    match (short, long) {
        (None, None) => {
            fields.missing(&["pql", "expression"], "loyalty.points >= 1000", report);
            None
        }
        (Some(_), Some((key, _))) => {
            let message = format!(
                "{} has both `pql` and `expression`, and a segment is one rule",
                fields.what
            );
            report.error(key.span, message, "keep one of the two");
            rule::of(fields, "pql", report)
        }
        (Some(_), None) => rule::of(fields, "pql", report),
        (None, Some(_)) => {
            let node = fields.node("expression", report)?;
            let mut fields = Fields::open(node, format!("`expression` of {}", fields.what), report)?;
            let kind = fields.text("type", report);
            if let Some(kind) = kind.filter(|kind| kind.value != "PQL") {
                let message = format!("`{}` is not a value of `type` of an expression", kind.value);
                report.error(kind.span, message, "write `type: PQL`");
            }
            let format = fields.word("format", FORMATS, Notation::Text, report);
            let rule = match (fields.entry("value").is_some(), format) {
                (true, Notation::Text) => rule::of(&mut fields, "value", report),
                (true, Notation::Json) => rule::of_json(&mut fields, "value", report),
                (false, _) => {
                    fields.missing(&["value"], "loyalty.points >= 1000", report);
                    None
                }
            };
            fields.finish(&[], report);
            rule
        }
    }
}
