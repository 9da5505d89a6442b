//! The bytes of an export: product specification, section 5, "the message, byte for byte".

use super::exports::Expected;
use super::meaning::seconds;
use model::{Duration, ExportId, ExportedMembership, Revision, Status};
use serde_json::Value;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Exits older than this are left out.
const OLD: Duration = Duration::days(30);

impl Expected {
    /// The revision as it is on the wire, in the first incarnation of a store.
    fn wire_revision(&self) -> Revision {
        Revision(self.revision)
    }

    /// What consumers de-duplicate by.
    pub fn id(&self) -> ExportId {
        ExportId::of(&self.dataflow, self.profile, self.wire_revision())
    }

    /// The message, as its dataflow asks for it.
    pub fn body(&self) -> String {
        let mut members = Vec::new();
        if self.envelope {
            members.push(member("_weir", &self.envelope_json()));
        }
        let mut root = Node::default();
        for (path, json) in &self.attributes {
            let keys: Vec<Cow<'_, str>> = path.keys().collect();
            root.put(&keys, json);
        }
        members.extend(root.members());
        let ups: Vec<String> = self
            .memberships
            .iter()
            .filter(|m| self.shows(m))
            .map(membership)
            .collect();
        members.push(member(
            "segmentMembership",
            &object(&[member("ups", &object(&ups))]),
        ));
        let namespaces: Vec<String> = self
            .identities
            .iter()
            .map(|(namespace, values)| member(namespace, &identities(values)))
            .collect();
        members.push(member("identityMap", &object(&namespaces)));
        object(&members)
    }

    fn shows(&self, membership: &ExportedMembership) -> bool {
        membership.status == Status::Realized || self.emitted_at <= membership.last_qualification + OLD
    }

    fn envelope_json(&self) -> String {
        let causes: Vec<String> = self.causes.iter().map(|cause| text(cause.as_str())).collect();
        let transition = |t: &model::ExportedTransition| {
            object(&[
                member("at", &text(&t.at.to_string())),
                member("segment", &text(t.segment.as_str())),
                member("status", &text(t.status.as_str())),
            ])
        };
        let transitions: Vec<String> = self.transitions.iter().map(transition).collect();
        let merged: Vec<String> = self.merged.iter().map(|id| text(&id.to_string())).collect();
        object(&[
            member("id", &text(self.id().as_str())),
            member("dataflow", &text(self.dataflow.as_str())),
            member("profile", &text(&self.profile.to_string())),
            member("revision", &text(&format!("{:020}", self.wire_revision().0))),
            member("causes", &list(&causes)),
            member("transitions", &list(&transitions)),
            member("merged", &list(&merged)),
            member("emittedAt", &text(&self.emitted_at.to_string())),
        ])
    }
}

fn membership(of: &ExportedMembership) -> String {
    let mut members = vec![
        member("lastQualificationTime", &text(&seconds(of.last_qualification))),
        member("status", &text(of.status.as_str())),
    ];
    if let Some(stamps) = of.stamps {
        members.push(member("createdAt", &stamps.created.millis().to_string()));
        members.push(member("updatedAt", &stamps.updated.millis().to_string()));
        members.push(member(
            "mappingCreatedAt",
            &stamps.mapping_created.millis().to_string(),
        ));
        members.push(member(
            "mappingUpdatedAt",
            &stamps.mapping_updated.millis().to_string(),
        ));
    }
    members.extend(of.name.as_ref().map(|name| member("name", &text(name))));
    member(of.segment.as_str(), &object(&members))
}

fn identities(values: &[String]) -> String {
    let items: Vec<String> = values
        .iter()
        .map(|value| object(&[member("id", &text(value))]))
        .collect();
    list(&items)
}

/// Attributes on their way back into nested objects.
#[derive(Default)]
struct Node<'a> {
    leaf: Option<&'a str>,
    below: BTreeMap<Cow<'a, str>, Node<'a>>,
}

impl<'a> Node<'a> {
    fn put(&mut self, keys: &[Cow<'a, str>], json: &'a str) {
        match keys {
            [] => self.leaf = Some(json),
            [first, rest @ ..] => self.below.entry(first.clone()).or_default().put(rest, json),
        }
    }

    fn members(&self) -> Vec<String> {
        let value = |node: &Node<'_>| node.leaf.map_or_else(|| object(&node.members()), str::to_owned);
        self.below
            .iter()
            .map(|(key, node)| member(key, &value(node)))
            .collect()
    }
}

fn member(key: &str, json: &str) -> String {
    format!("{}:{json}", text(key))
}

fn object(members: &[String]) -> String {
    format!("{{{}}}", members.join(","))
}

fn list(items: &[String]) -> String {
    format!("[{}]", items.join(","))
}

fn text(text: &str) -> String {
    Value::from(text).to_string()
}
