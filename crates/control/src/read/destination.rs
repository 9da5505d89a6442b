//! `destinations`: connections to outside streams.

use super::fields::{Fields, NotBuilt};
use super::{Item, place};
use crate::report::{Report, Span};
use crate::yaml::{Data, Node};
use crate::{secrets, suggest};
use dispatcher::{INLINE_SECRET, Kind, Registry};
use model::{DestinationDefinition, DestinationId, Limits};

const NOT_BUILT: &[NotBuilt] = &[
    (
        "retries",
        "three attempts, 15 s and 30 s apart, hold for every destination: take the key out",
    ),
    ("queue", "a queue is a dataflow's: write `queue` there"),
];

pub(super) fn read(
    mut item: Item<'_>,
    kinds: &Registry,
    report: &mut Report,
) -> Option<DestinationDefinition> {
    let id = item.id(DestinationId::new);
    let at = place(&item);
    let fields = &mut item.fields;
    let kind = fields.required("kind", "file", report);
    let name = fields.text("name", report);
    let description = fields.text("description", report);
    let limits = limits(fields, report);
    let node = fields
        .entry("settings")
        .map(|(_, node)| node)
        .filter(|node| !node.is_null());
    let settings = settings(node, &fields.what, report);

    if let Some(kind) = &kind {
        if let Some(found) = kinds.get(&kind.value) {
            check(found, settings.as_ref(), node, at, &fields.what, report);
        } else {
            let message = format!("`{}` is not a kind of destination", kind.value);
            report.error(
                kind.span,
                message,
                suggest::help(&kind.value, kinds.names(), "kinds"),
            );
        }
    }
    item.fields.finish(NOT_BUILT, report);
    let id = id?;
    Some(DestinationDefinition {
        kind: kind?.value,
        name: name.map_or_else(|| id.to_string(), |name| name.value),
        description: description.map_or_else(String::new, |text| text.value),
        settings: settings?.to_string(),
        limits,
        id,
    })
}

/// Asks the kind; each of its mistakes is shown at the key it is about.
fn check(
    kind: &dyn Kind,
    settings: Option<&serde_json::Value>,
    node: Option<&Node>,
    at: Span,
    what: &str,
    report: &mut Report,
) {
    for mistake in settings.into_iter().flat_map(|settings| kind.check(settings)) {
        let key = mistake.key.as_deref().and_then(|key| node?.key(key));
        let place = key.or(node).map_or(at, |node| node.span);
        let value = mistake.key.as_deref().and_then(|key| value(node?, key));
        if mistake.message == INLINE_SECRET && value.is_some_and(|value| report.failed_at(value.span)) {
            // It was seen before the kind was asked.
            continue;
        }
        let message = match &mistake.key {
            Some(key) => format!("setting `{key}` of {what} {}", mistake.message),
            None => format!("{what}: {}", mistake.message),
        };
        let example = kind.example();
        report.error(
            place,
            message,
            format!("settings of the kind `{}` look like this: {example}", kind.name()),
        );
    }
}

/// What stands at `key` of a group of keys.
fn value<'a>(node: &'a Node, key: &str) -> Option<&'a Node> {
    let Data::Map(entries) = &node.data else {
        return None;
    };
    let is_it = |name: &Node| matches!(&name.data, Data::Scalar(name) if name.text == key);
    entries
        .iter()
        .find(|(name, _)| is_it(name))
        .map(|(_, value)| value)
}

/// The settings as JSON, `{}` without any; `None`, reported, if they are no group of keys.
/// A secret among them is reported.
fn settings(node: Option<&Node>, what: &str, report: &mut Report) -> Option<serde_json::Value> {
    let Some(node) = node else {
        return Some(serde_json::Value::Object(serde_json::Map::new()));
    };
    if !matches!(node.data, Data::Map(_)) {
        let message = format!(
            "`settings` of {what} is {}, and should be a group of keys",
            node.kind()
        );
        report.error(
            node.span,
            message,
            "write one `key: value` a line, indented under `settings:`",
        );
        return None;
    }
    refuse_repeated(node, what, report);
    secrets_in(node, "", what, report);
    Some(node.json())
}

/// Reports secrets that stand in the settings themselves, and references that name none.
fn secrets_in(node: &Node, key: &str, what: &str, report: &mut Report) {
    match &node.data {
        Data::Map(entries) => {
            for (key, value) in entries {
                if let Data::Scalar(name) = &key.data {
                    secrets_in(value, &name.text, what, report);
                }
            }
        }
        Data::List(items) => {
            for item in items {
                secrets_in(item, key, what, report);
            }
        }
        Data::Scalar(scalar) => {
            // `credentials: default` says where they are.
            let choice = key == "credentials" && scalar.text.trim() == "default";
            let secret = secrets::is_secret_key(key) && !choice && !node.is_null();
            if secret || secrets::is_reference(&scalar.text) {
                secrets::check(
                    scalar.text.trim(),
                    &format!("`{key}` of {what}"),
                    node.span,
                    report,
                );
            }
        }
    }
}

/// Settings go to the kind as JSON, in which the last of two equal keys would win without a word.
fn refuse_repeated(node: &Node, what: &str, report: &mut Report) {
    match &node.data {
        Data::Map(entries) => {
            // Opening it as fields is what reports repeated keys.
            drop(Fields::open(node, format!("`settings` of {what}"), report));
            for (_, value) in entries {
                refuse_repeated(value, what, report);
            }
        }
        Data::List(items) => {
            for item in items {
                refuse_repeated(item, what, report);
            }
        }
        Data::Scalar(_) => {}
    }
}

fn limits(fields: &mut Fields<'_>, report: &mut Report) -> Limits {
    let default = Limits::default();
    let Some(node) = fields.node("limits", report) else {
        return default;
    };
    let Some(mut fields) = Fields::open(node, format!("`limits` of {}", fields.what), report) else {
        return default;
    };
    let limits = Limits {
        requests_per_second: fields
            .number("requestsPerSecond", 1..=1_000_000, report)
            .unwrap_or(default.requests_per_second),
        records_per_second: fields.number("recordsPerSecond", 1..=10_000_000, report),
        bytes_per_second: fields.number("bytesPerSecond", 1_024..=u32::MAX, report),
        concurrency: fields
            .number("concurrency", 1..=1_024, report)
            .unwrap_or(default.concurrency),
    };
    fields.finish(&[], report);
    limits
}
