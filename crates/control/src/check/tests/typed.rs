//! Files with schemas.

use super::{checked, said};
use crate::testing::kinds;
use crate::{Severity, check};
use model::{Duration, Scalar, SchemaClass};

#[test]
fn every_mistake_in_one_schema_at_once() {
    let bytes = include_bytes!("../../../fixtures/bad_schemas.yaml");
    let checked = check("bad_schemas.yaml", bytes, &kinds());
    assert!(checked.desired.is_none());
    insta::assert_snapshot!(checked.report.to_string());
}

#[test]
fn every_mistake_between_schemas_at_once() {
    let bytes = include_bytes!("../../../fixtures/bad_types.yaml");
    let checked = check("bad_types.yaml", bytes, &kinds());
    assert!(checked.desired.is_none());
    insta::assert_snapshot!(checked.report.to_string());
}

const TYPED: &str = r"
retention: 60 days
fieldGroups:
  - id: shop
    title: Shop
    description: What the shop knows
    fields:
      _shop.tier: {type: string, title: Tier, description: How good}
      _shop.visits[].at: date-time
      _shop.scores{}: number
schemas:
  - id: customers
    class: profile
    fieldGroups: [shop, profile-person-details]
    identities:
      - {path: _shop.tier, namespace: card, primary: true}
  - {id: orders, class: event, fieldGroups: [experienceevent-commerce, shop]}
datasets:
  - {id: crm, name: CRM, schema: customers}
  - {id: web, schema: orders, retention: 30 days}
inlets:
  - {id: crm}
  - {id: shop, dataset: web}
destinations: [{id: f, kind: file, settings: {folder: f}}]
segments: [{id: a, pql: _shop.tier.isNotNull()}]
";

#[test]
fn a_typed_file_is_read() {
    let checked = checked(TYPED);
    assert_eq!(checked.report.to_string(), "no mistakes in file.yaml\n");
    let desired = checked.desired.unwrap();
    assert!(desired.is_typed());
    let group = &desired.field_groups[0];
    assert_eq!(
        (group.title.as_str(), group.description.as_str()),
        ("Shop", "What the shop knows")
    );
    assert_eq!(group.classes, SchemaClass::ALL);
    let fields: Vec<_> = group
        .fields
        .iter()
        .map(|field| (field.path.as_str(), field.scalar))
        .collect();
    assert_eq!(
        fields,
        [
            ("_shop.scores{}", Scalar::Number),
            ("_shop.tier", Scalar::String),
            ("_shop.visits[].at", Scalar::DateTime),
        ]
    );
    assert_eq!(
        (
            group.fields[1].title.as_str(),
            group.fields[1].description.as_str()
        ),
        ("Tier", "How good")
    );
    assert_eq!(group.fields[0].title, "_shop.scores{}");
    let (customers, orders) = (&desired.schemas[0], &desired.schemas[1]);
    assert_eq!(
        (customers.class, orders.class),
        (SchemaClass::Profile, SchemaClass::Event)
    );
    assert!(customers.identities[0].primary && orders.identities.is_empty());
    let datasets: Vec<_> = desired
        .datasets
        .iter()
        .map(|one| (one.name.as_str(), one.retention))
        .collect();
    assert_eq!(datasets, [("CRM", None), ("web", Some(Duration::days(30)))]);
}

#[test]
fn the_typed_example_is_clean() {
    let text = include_str!("../../../../../docs/examples/retail.yaml");
    let checked = check("docs/examples/retail.yaml", text.as_bytes(), &kinds());
    assert_eq!(
        checked.report.to_string(),
        "no mistakes in docs/examples/retail.yaml\n"
    );
    assert!(checked.desired.unwrap().is_typed());
}

#[test]
fn a_file_without_schemas_is_untyped() {
    let desired = checked("inlets: [{id: i}]").desired.unwrap();
    assert!(!desired.is_typed() && desired.datasets.is_empty());
    // A mapped attribute can be anything.
    let flow = "dataflows: [{id: d, destination: f, segments: [a], attributes: [no.such.path]}]\n";
    let untyped = TYPED.split_once("destinations:").unwrap().1;
    assert_eq!(said(&format!("destinations:{untyped}{flow}")), [""; 0]);
}

#[test]
fn mapped_attributes_are_paths_of_profiles() {
    let flow = |path: &str| {
        let text = format!(
            "{TYPED}dataflows:\n  - {{id: d, destination: f, segments: [a], attributes: ['{path}']}}\n"
        );
        let place = text.lines().count();
        let said = said(&text);
        let said: Vec<String> = said
            .into_iter()
            .map(|one| one.replace(&format!("{place}:57 dataflow `d` maps "), ""))
            .collect();
        said.join("\n")
    };
    for (path, expected) in [
        ("person.name.firstName", ""),
        ("person.name", ""),
        ("_shop.tier", ""),
        ("_shop.visits", ""),
        ("_shop.scores", ""),
        ("_shop.scores.chess", ""),
        ("extSourceSystemAudit.lastUpdatedDate", ""),
        (
            "persn.name.firstName",
            "`persn.name.firstName`: there is no `persn` | did you mean `person.name.firstName`?",
        ),
        (
            "person.name.first",
            "`person.name.first`: there is no `first` in `person.name` | did you mean `person.name.firstName`?",
        ),
        (
            "firstName",
            "`firstName`: there is no `firstName` | did you mean `person.name.firstName`?",
        ),
        (
            "_shop.scores.chess.elo",
            "`_shop.scores.chess.elo`: `_shop.scores.chess` is a number, and has no `elo` | map what stands above it",
        ),
        (
            "_shop.zzzzz",
            "`_shop.zzzzz`: there is no `zzzzz` in `_shop` | its fields: `scores`, `tier`, `visits`",
        ),
        // Of events alone: no attribute of a profile.
        (
            "commerce.order.priceTotal",
            "`commerce.order.priceTotal`: there is no `commerce` | its fields: `_id`, `_shop`, `createdByBatchID`, `extSourceSystemAudit`, `identityMap`, `modifiedByBatchID`, `person`, `personID`, `repositoryCreatedBy`, `repositoryLastModifiedBy`",
        ),
        (
            "_shop.visits.at",
            "`_shop.visits.at`, which is inside a list, and a list is exported as a whole | map the list itself",
        ),
    ] {
        assert_eq!(flow(path), expected, "{path}");
    }
}

/// What cannot be read is not also unknown.
#[test]
fn one_mistake_is_said_once() {
    let flow = "dataflows: [{id: d, destination: f, segments: [a], attributes: [_shop.tier, no.such]}]\n";
    for (from, to) in [
        ("_shop.tier: {type: string", "_shop.tier: {type: strnig"),
        ("    class: profile\n", ""),
        ("- id: shop", "- id: 'sh op'"),
    ] {
        assert!(TYPED.contains(from), "{from}");
        let text = TYPED.replacen(from, to, 1) + flow;
        let report = checked(&text).report;
        assert_eq!(report.count(Severity::Error), 1, "{report}");
    }
}

#[test]
fn windows_are_held_to_what_datasets_keep() {
    let window = |days: u32| {
        let pql = format!("pql: xEvent[timestamp occurs < {days} days before now].count() > 1");
        let text = TYPED.replace(
            "segments: [{id: a, pql: _shop.tier.isNotNull()}]",
            &format!("segments:\n  - id: a\n    {pql}"),
        );
        let text = text.replace(
            "inlets:\n",
            "  - {id: app, schema: orders, retention: 10 days}\ninlets:\n  - {id: app}\n",
        );
        let report = checked(&text).report;
        (
            report.count(Severity::Error),
            report.count(Severity::Warning),
            report.count(Severity::Lint),
        )
    };
    assert_eq!(window(10), (0, 0, 0));
    assert_eq!(window(11), (0, 0, 1));
    assert_eq!(window(30), (0, 0, 1));
    assert_eq!(window(31), (1, 0, 0));
}
