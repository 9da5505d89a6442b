//! What a person reads before applying.

use super::{BASE, Definitions, base, change, desired, edited, hour};

fn summary(from: &str, to: &str) -> String {
    edited(from, to).unwrap().to_string()
}

#[test]
fn the_first_apply() {
    let change = change(&Definitions::default(), &desired(BASE), hour(1)).unwrap();
    insta::assert_snapshot!(change);
}

#[test]
fn everything_goes() {
    let change = change(&base(), &desired("segments: []"), hour(2)).unwrap();
    insta::assert_snapshot!(change);
}

/// One line an edit, and what each does.
#[test]
fn every_kind_of_edit() {
    let plain = "segments: [gold]}";
    let edits = [
        ("retention: 90 days", "retention: 2 weeks"),
        ("retention: 90 days", "retention: 100 days"),
        (
            "{id: web, dataset: orders, token: 'env:WEIR_SECRET_WEB'}",
            "{id: web, dataset: orders}",
        ),
        ("token: 'env:WEIR_SECRET_WEB'", "token: 'env:WEIR_SECRET_SHOP'"),
        ("dataset: orders", "name: Shop, dataset: sales"),
        ("name: Gold,", "name: Golden,"),
        ("points >= 1000", "points > 1000"),
        ("name: Gold,", "name: Gold, excludeOptOut: false,"),
        ("name: Gold,", "name: Gold, timeZone: Asia/Seoul,"),
        ("state: draft", "state: published"),
        ("state: inactive", "state: published"),
        (
            "{folder: loyalty}",
            "{folder: other}, name: Files, description: d, limits: {concurrency: 1}",
        ),
        (plain, "segments: [gold], filter: vip = true}"),
        ("vip = true", "vip = false"),
        (", filter: vip = true", ""),
        (plain, "segments: [gold, silver]}"),
        ("[gold, silver]", "[silver]"),
        ("{id: plain, destination: files", "{id: plain, destination: spare"),
        (plain, "segments: [gold], state: paused}"),
        (plain, "segments: [gold], state: disabled}"),
        (
            plain,
            "segments: [gold], name: P, attributes: [points], triggers: [membership], attributeTrigger: value, segmentMembership: mapped, includeSegmentNames: true, includeSegmentTimestamps: true, identities: [email], envelope: weir}",
        ),
    ];
    let all: Vec<String> = edits.iter().map(|(from, to)| summary(from, to)).collect();
    insta::assert_snapshot!(all.join("\n"));
}

#[test]
fn paused_and_disabled_dataflows_go_on() {
    for (state, expected) in [
        (
            "paused",
            "~ dataflow plain: paused -> enabled\n    what was collected is sent now\n",
        ),
        (
            "disabled",
            "~ dataflow plain: disabled -> enabled\n    what changed meanwhile is not sent (--reconcile does)\n",
        ),
    ] {
        let text = BASE.replace(
            "segments: [gold]}",
            &format!("segments: [gold], state: {state}}}"),
        );
        let held = change(&base(), &desired(&text), hour(2)).unwrap().definitions;
        let back = change(&held, &desired(BASE), hour(3)).unwrap();
        assert_eq!(back.to_string(), expected);
    }
}

const TYPED: &str = r"
fieldGroups:
  - {id: shop, fields: {_shop.tier: string, _shop.no: integer}}
  - {id: marks, fields: {points: number, vip: boolean}}
schemas:
  - {id: customers, class: profile, fieldGroups: [shop, marks], identities: [{path: _shop.tier, namespace: card}]}
  - {id: orders, class: event, fieldGroups: [experienceevent-commerce]}
datasets:
  - {id: crm, schema: customers}
  - {id: orders, schema: orders}
inlets:
  - {id: web, dataset: orders, token: 'env:WEIR_SECRET_WEB'}
  - {id: crm}
";

/// The base file with schemas.
fn typed() -> String {
    let (before, after) = BASE.split_once("inlets:\n").unwrap();
    let after = after.split_once("segments:").unwrap().1;
    format!("{before}{TYPED}segments:{after}")
}

#[test]
fn a_store_becomes_typed_and_untyped_again() {
    let becomes = change(&base(), &desired(&typed()), hour(2)).unwrap();
    let back = change(&becomes.definitions, &desired(BASE), hour(3)).unwrap();
    insta::assert_snapshot!(format!("{becomes}---\n{back}"));
    assert_eq!(back.definitions.datasets, base().datasets);
    assert!(back.definitions.schemas.is_empty() && back.definitions.field_groups.is_empty());
    let same = change(&becomes.definitions, &desired(&typed()), hour(3)).unwrap();
    assert!(same.is_empty());
}

#[test]
fn every_kind_of_edit_of_schemas() {
    let before = change(&Definitions::default(), &desired(&typed()), hour(1)).unwrap();
    let edits = [
        (
            "{id: shop, fields:",
            "{id: shop, title: Shop, description: d, fields:",
        ),
        ("{id: shop, fields:", "{id: shop, class: profile, fields:"),
        ("_shop.no: integer", "_shop.no: number, _shop.more: date"),
        (", _shop.no: integer", ""),
        ("_shop.no: integer", "_shop.no: {type: integer, title: Number}"),
        (
            "{id: orders, class: event,",
            "{id: orders, title: O, description: d, class: event,",
        ),
        (
            "fieldGroups: [experienceevent-commerce]",
            "fieldGroups: [experienceevent-commerce, experienceevent-web]",
        ),
        ("namespace: card}", "namespace: loyalty}"),
        ("namespace: card}", "namespace: card, primary: true}"),
        (
            "{id: crm, schema: customers}",
            "{id: crm, name: CRM, schema: customers}",
        ),
        (
            "{id: orders, schema: orders}",
            "{id: orders, schema: orders, retention: 30 days}",
        ),
    ];
    let mut all = Vec::new();
    for (from, to) in edits {
        assert!(typed().contains(from), "{from}");
        let change = change(&before.definitions, &desired(&typed().replace(from, to)), hour(2)).unwrap();
        all.push(format!("# {from} -> {to}\n{change}\n"));
    }
    insta::assert_snapshot!(all.concat());
}

/// Segments are looked at again where events count for longer or shorter, and not for anything else of schemas.
#[test]
fn a_retention_of_a_dataset_recomputes() {
    let before = change(&Definitions::default(), &desired(&typed()), hour(1))
        .unwrap()
        .definitions;
    let recomputed = |from: &str, to: &str| {
        let change = change(&before, &desired(&typed().replace(from, to)), hour(2)).unwrap();
        let published = change
            .definitions
            .segments
            .iter()
            .find(|one| one.id.as_str() == "gold")
            .unwrap();
        published.changed_in == change.definitions.version
    };
    let dataset = "{id: orders, schema: orders}";
    assert!(recomputed(
        dataset,
        "{id: orders, schema: orders, retention: 30 days}"
    ));
    assert!(!recomputed(
        dataset,
        "{id: orders, schema: orders, retention: 90 days}"
    ));
    assert!(!recomputed("_shop.no: integer", "_shop.no: number"));
    assert!(recomputed("retention: 90 days", "retention: 80 days"));
}
