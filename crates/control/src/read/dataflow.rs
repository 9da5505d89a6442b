//! `dataflows`: a destination with its mapped segments, mapped attributes and options.

use super::fields::{Fields, Located, NotBuilt, described};
use super::{Item, Rule, queue, rule};
use crate::report::Report;
use crate::suggest;
use crate::yaml::{Data, Node};
use model::{
    AttributeTrigger, DataflowId, DataflowState, MembershipScope, NamespaceSelection, Path, QueueBounds,
    Triggers,
};

/// A dataflow as far as it could be read.
#[derive(Debug)]
pub(crate) struct DataflowDraft {
    /// What a sentence calls it.
    pub(crate) what: String,
    pub(crate) id: Option<DataflowId>,
    pub(crate) name: Option<String>,
    pub(crate) destination: Option<Located<String>>,
    /// As written: looked up later.
    pub(crate) segments: Vec<Located<String>>,
    pub(crate) attributes: Vec<Located<Path>>,
    pub(crate) triggers: Triggers,
    pub(crate) attribute_trigger: AttributeTrigger,
    pub(crate) segment_membership: MembershipScope,
    pub(crate) include_segment_names: bool,
    pub(crate) include_segment_timestamps: bool,
    pub(crate) identities: Option<Vec<NamespaceSelection>>,
    pub(crate) envelope: bool,
    pub(crate) filter: Option<Rule>,
    pub(crate) state: DataflowState,
    pub(crate) queue: QueueBounds,
}

const NOT_BUILT: &[NotBuilt] = &[
    ("description", "say it in a comment for now: `# ...`"),
    (
        "mergePolicy",
        "every dataflow is over `timestampOrdered` for now: take the key out",
    ),
    (
        "backfill",
        "it is chosen when the file is applied: mapping a segment sends its members, and `weir apply --no-backfill` does not",
    ),
    (
        "exitSweep",
        "it is chosen when the file is applied: `weir apply --exit-sweep` sends exits of what is unmapped",
    ),
];
const STATES: &[(&str, DataflowState)] = &[
    ("enabled", DataflowState::Enabled),
    ("paused", DataflowState::Paused),
    ("disabled", DataflowState::Disabled),
];

pub(super) fn read(mut item: Item<'_>, report: &mut Report) -> DataflowDraft {
    let id = item.id(DataflowId::new);
    let fields = &mut item.fields;
    let draft = DataflowDraft {
        what: fields.what.clone(),
        name: fields
            .text("name", report)
            .map(|name| name.value)
            .or_else(|| id.as_ref().map(ToString::to_string)),
        id,
        destination: fields.required("destination", "files", report),
        segments: segments(fields, report),
        attributes: attributes(fields, report),
        triggers: triggers(fields, report),
        attribute_trigger: fields.word(
            "attributeTrigger",
            &[
                ("write", AttributeTrigger::Write),
                ("value", AttributeTrigger::Value),
            ],
            AttributeTrigger::default(),
            report,
        ),
        segment_membership: fields.word(
            "segmentMembership",
            &[
                ("mergePolicy", MembershipScope::MergePolicy),
                ("mapped", MembershipScope::Mapped),
            ],
            MembershipScope::default(),
            report,
        ),
        include_segment_names: fields.flag("includeSegmentNames", false, report),
        include_segment_timestamps: fields.flag("includeSegmentTimestamps", false, report),
        identities: identities(fields, report),
        envelope: fields.word("envelope", &[("none", false), ("weir", true)], false, report),
        filter: if fields.entry("filter").is_some() {
            rule::of(fields, "filter", report)
        } else {
            None
        },
        state: fields.word("state", STATES, DataflowState::default(), report),
        queue: queue::read(fields, report),
    };
    item.fields.finish(NOT_BUILT, report);
    draft
}

fn segments(fields: &mut Fields<'_>, report: &mut Report) -> Vec<Located<String>> {
    let words = words(fields, "segments", "gold", "a segment's id", report).unwrap_or_default();
    if words.is_empty()
        && fields
            .entry("segments")
            .is_none_or(|(_, value)| matches!(value.data, Data::List(_)) || value.is_null())
    {
        let at = fields.entry("segments").map_or(fields.span, |(key, _)| key.span);
        let message = format!("{} maps no segment, so it will never export anybody", fields.what);
        report.warning(at, message, "add `segments: [gold]`, with the ids of segments");
    }
    words
}

fn attributes(fields: &mut Fields<'_>, report: &mut Report) -> Vec<Located<Path>> {
    let words = words(
        fields,
        "attributes",
        "person.name.firstName",
        "an attribute's path",
        report,
    )
    .unwrap_or_default();
    let mut paths: Vec<Located<Path>> = Vec::new();
    for word in words {
        let Some(path) = path(&word, &fields.what, report) else {
            continue;
        };
        let others = paths.iter().map(|other| &other.value);
        if let Some(other) = others
            .filter(|other| other.touches(&path))
            .find(|other| **other != path)
        {
            let (outer, inner) = if other.covers(&path) {
                (other, &path)
            } else {
                (&path, other)
            };
            let message = format!(
                "{} maps `{outer}` and `{inner}`, which is part of it",
                fields.what
            );
            report.lint(word.span, message, "keep the one that is meant");
        }
        paths.push(Located {
            value: path,
            span: word.span,
        });
    }
    paths.sort_by(|a, b| a.value.cmp(&b.value));
    paths
}

/// The attribute path that a word writes; `None`, reported, if none, or one that stands in every export anyway.
fn path(word: &Located<String>, what: &str, report: &mut Report) -> Option<Path> {
    let text = word.value.as_str();
    let Some(path) = Path::parse(text) else {
        let message =
            format!("`{text}` is not an attribute's path: there is nothing before, between or after a dot");
        report.error(
            word.span,
            message,
            "write the keys from the outermost in, with a dot between two: `person.name.firstName`",
        );
        return None;
    };
    let root = text.split('.').next().unwrap_or(text);
    if matches!(root, "segmentMembership" | "identityMap" | "_weir") {
        let message =
            format!("`{text}` cannot be mapped as an attribute: `{root}` has its own place in the message");
        let help = match root {
            "identityMap" => "take it out; `identities` says which namespaces an export shows",
            "segmentMembership" => {
                "take it out; `segmentMembership` of the dataflow says which memberships an export shows"
            }
            _ => "take it out; `envelope: weir` adds it",
        };
        report.error(word.span, message, help);
        return None;
    }
    if text.contains(['/', '[', ']', ' ', '$']) {
        let message = format!("`{text}` holds something that attributes' names seldom do ({what})");
        let help = "paths are written with dots, and a list is mapped as a whole: `loyalty.points`, `tags`";
        report.warning(word.span, message, help);
    }
    Some(path)
}

fn triggers(fields: &mut Fields<'_>, report: &mut Report) -> Triggers {
    let known = ["membership", "identity", "attribute"];
    let Some(words) = words(fields, "triggers", "membership", "a trigger", report) else {
        return Triggers::default();
    };
    for word in words.iter().filter(|word| !known.contains(&word.value.as_str())) {
        let message = format!("`{}` is not a trigger", word.value);
        report.error(word.span, message, suggest::help(&word.value, known, "triggers"));
    }
    if words.is_empty()
        && let Some((key, _)) = fields.entry("triggers")
    {
        let message = format!("{} has no trigger, so it will never export anybody", fields.what);
        report.warning(
            key.span,
            message,
            "take the line out for all three, or set `state: paused` to hold the dataflow",
        );
    }
    let has = |trigger: &str| words.iter().any(|word| word.value == trigger);
    Triggers {
        membership: has("membership"),
        identity: has("identity"),
        attribute: has("attribute"),
    }
}

fn identities(fields: &mut Fields<'_>, report: &mut Report) -> Option<Vec<NamespaceSelection>> {
    let nodes = fields.list("identities", "email", report)?;
    let mut selected: Vec<NamespaceSelection> = Vec::new();
    for node in nodes {
        let Some(selection) = namespace(node, &fields.what, report) else {
            continue;
        };
        let shown = |s: &NamespaceSelection| {
            if s.sha256 {
                format!("{}_sha256", s.namespace)
            } else {
                s.namespace.clone()
            }
        };
        if selected.iter().any(|other| shown(other) == shown(&selection)) {
            let message = format!("{} selects `{}` twice", fields.what, shown(&selection));
            report.error(node.span, message, "keep one of the two");
            continue;
        }
        selected.push(selection);
    }
    Some(selected)
}

/// `email`, or `{namespace: email, sha256: true}`.
fn namespace(node: &Node, what: &str, report: &mut Report) -> Option<NamespaceSelection> {
    if let Data::Scalar(scalar) = &node.data
        && !scalar.text.trim().is_empty()
    {
        let namespace = scalar.text.trim().to_owned();
        return Some(NamespaceSelection {
            namespace,
            sha256: false,
        });
    }
    if !matches!(node.data, Data::Map(_)) {
        let message = format!(
            "`identities` of {what} holds {}, and should hold namespaces",
            node.kind()
        );
        report.error(
            node.span,
            message,
            "write `- email`, or `- {namespace: email, sha256: true}` to send hashes",
        );
        return None;
    }
    let mut fields = Fields::open(node, format!("a namespace of {what}"), report)?;
    let namespace = fields.required("namespace", "email", report);
    let sha256 = fields.flag("sha256", false, report);
    fields.finish(&[], report);
    Some(NamespaceSelection {
        namespace: namespace?.value,
        sha256,
    })
}

/// The texts of a list, each once; `None` without the key.
pub(super) fn words(
    fields: &mut Fields<'_>,
    key: &'static str,
    example: &str,
    noun: &str,
    report: &mut Report,
) -> Option<Vec<Located<String>>> {
    let nodes = fields.list(key, example, report)?;
    let mut words: Vec<Located<String>> = Vec::with_capacity(nodes.len());
    for node in nodes {
        let Data::Scalar(scalar) = &node.data else {
            let message = format!(
                "`{key}` of {} holds {}, and should hold {noun} a line",
                fields.what,
                node.kind()
            );
            report.error(node.span, message, format!("write `- {example}`"));
            continue;
        };
        let value = scalar.text.trim().to_owned();
        if value.is_empty() || node.is_null() {
            let message = format!("`{key}` of {} holds an empty item", fields.what);
            report.error(
                node.span,
                message,
                format!("write `- {example}`, or take the line out"),
            );
        } else if words.iter().any(|word| word.value == value) {
            let message = format!("`{key}` of {} holds {} twice", fields.what, described(node));
            report.error(node.span, message, "keep one of the two");
        } else {
            words.push(Located {
                value,
                span: node.span,
            });
        }
    }
    Some(words)
}
