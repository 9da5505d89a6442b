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
