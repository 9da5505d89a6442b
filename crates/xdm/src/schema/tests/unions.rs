//! Field groups that agree, and field groups that do not.

use super::super::standard::{of_class, read, standard_field_groups};
use super::super::{FieldPath, Schemas};
use super::{definition, group, identity, mistakes};
use model::{FieldGroup, SchemaClass, SchemaDefinition};
use proptest::prelude::*;
use std::collections::BTreeSet;

/// Every standard field group of a class in one schema: they agree with each other, and say all there is to say.
#[test]
fn the_standard_field_groups_fit_together() {
    let groups = standard_field_groups();
    let ids: Vec<&str> = groups.iter().map(|group| group.id.as_str()).collect();
    let ordered: BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(ids, ordered.into_iter().collect::<Vec<_>>());
    for class in SchemaClass::ALL {
        let of: Vec<&FieldGroup> = groups
            .iter()
            .filter(|group| group.classes.contains(&class))
            .collect();
        let names: Vec<&str> = of.iter().map(|group| group.id.as_str()).collect();
        let schemas = Schemas::compile(&[], &[definition("all", class, &names)]).unwrap();
        let union = schemas.union(class);
        let fields: BTreeSet<&str> = of
            .iter()
            .flat_map(|group| &group.fields)
            .map(|field| field.path.as_str())
            .collect();
        assert_eq!(
            union.notes().map(|(path, _)| path).collect::<BTreeSet<_>>(),
            fields
        );
        assert!(of_class(class).count() >= 2);
    }
    for group in groups {
        assert!(!group.fields.is_empty() && !group.title.is_empty() && !group.description.is_empty());
        for field in &group.fields {
            assert_eq!(FieldPath::parse(&field.path).unwrap().to_string(), field.path);
            assert!(
                !field.title.is_empty() && field.description.ends_with('.'),
                "{}",
                field.path
            );
        }
        let mut paths: Vec<&str> = group.fields.iter().map(|field| field.path.as_str()).collect();
        paths.dedup();
        assert_eq!(paths.len(), group.fields.len(), "{}", group.id);
    }
}

/// What segments of every page on Adobe's segments name.
#[test]
fn the_standard_field_groups_know_what_segments_use() {
    let classes = SchemaClass::ALL.map(|class| {
        let groups = standard_field_groups()
            .iter()
            .filter(|group| group.classes.contains(&class));
        let names: Vec<&str> = groups.map(|group| group.id.as_str()).collect();
        definition(class.word(), class, &names)
    });
    let schemas = Schemas::compile(&[], &classes).unwrap();
    for (class, paths) in [
        (
            SchemaClass::Profile,
            "person.name.firstName person.birthDate person.gender homeAddress.countryCode personalEmail.address \
             mobilePhone.number workAddress.city loyalty.points loyalty.tier consents.collect.val \
             consents.marketing.email.val privacyOptOuts.optOutType segmentMembership.ups.x.status \
             identityMap.ECID.id preferredLanguage timeZone testProfile extSourceSystemAudit.lastUpdatedDate",
        ),
        (
            SchemaClass::Event,
            "_id timestamp eventType commerce.order.priceTotal commerce.purchases.value productListItems.SKU \
             productListItems.priceTotal web.webPageDetails.name web.webPageDetails.URL device.type \
             environment.browserDetails.userAgent placeContext.geo.countryCode marketing.trackingCode \
             application.launches.value identityMap.ECID.id",
        ),
    ] {
        for path in paths.split_whitespace() {
            let keys: Vec<&str> = path.split('.').collect();
            schemas
                .union(class)
                .resolve(&keys)
                .unwrap_or_else(|unknown| panic!("{path}: {unknown}"));
        }
    }
}

#[test]
fn a_file_with_a_mistake_is_no_field_group() {
    let good =
        "id: a\nclass: profile\ntitle: A\ndescription: It is.\n\n# for people\na.b | string | B | It is.\n";
    assert_eq!(read("a", good).unwrap().fields.len(), 1);
    for (part, mistake) in [
        ("id: a", "id: b"),
        ("class: profile", "class: lookup"),
        ("title: A\n", ""),
        ("title: A", "title"),
        ("title: A", "title: A\nnmae: A"),
        ("| string |", "| strnig |"),
        (" | It is.\n", "\n"),
    ] {
        assert!(read("a", &good.replacen(part, mistake, 1)).is_err(), "{mistake}");
    }
}

#[test]
fn a_union_has_the_fields_of_all_schemas_of_its_class() {
    let groups = [
        group("a", &["x.a: string"]),
        group("b", &["x.b: number", "x.a: string"]),
        group("c", &["y: date"]),
    ];
    let schemas = [
        definition("one", SchemaClass::Profile, &["a"]),
        definition("two", SchemaClass::Profile, &["b"]),
        definition("three", SchemaClass::Event, &["c"]),
    ];
    let schemas = Schemas::compile(&groups, &schemas).unwrap();
    let union = schemas.union(SchemaClass::Profile);
    for (path, in_union, in_one) in [("x.a", true, true), ("x.b", true, false), ("y", false, false)] {
        let keys: Vec<&str> = path.split('.').collect();
        let one = schemas.get(&model::SchemaId::new("one").unwrap()).unwrap();
        assert_eq!(
            (union.resolve(&keys).is_ok(), one.resolve(&keys).is_ok()),
            (in_union, in_one),
            "{path}"
        );
    }
    assert!(schemas.union(SchemaClass::Event).resolve(&["y"]).is_ok());
    let titles: Vec<&str> = union
        .notes()
        .filter(|(path, _)| path.starts_with('x'))
        .map(|(_, note)| note.title.as_str())
        .collect();
    assert_eq!(titles, ["x.a of a", "x.b of b"]);
}

#[test]
fn every_conflict_is_said_with_its_sides() {
    let groups = [
        group(
            "a",
            &["x: string", "y.z: number", "same.here: date", "l[]: string"],
        ),
        group(
            "b",
            &["x: integer", "y[].z: number", "same.here: date", "l[].k: string"],
        ),
        group("c", &["x: string", "y{}: number", "person.name: string"]),
    ];
    let schemas = [
        definition("one", SchemaClass::Profile, &["a", "profile-person-details"]),
        definition("two", SchemaClass::Profile, &["b", "c"]),
        // Of another class, and so no part of the conflict.
        definition("three", SchemaClass::Event, &["c"]),
    ];
    assert_eq!(
        mistakes(&groups, &schemas),
        [
            "`l[]` is a text in field group `a`, and an object in field group `b`",
            "`person.name` is a text in field group `c`, and an object in field group `profile-person-details`",
            "`x` is a text in field groups `a` and `c`, and a whole number in field group `b`",
            "`y` is an object in field group `a`, and a list in field group `b`, and a map in field group `c`",
        ]
    );
}

#[test]
fn mistakes_in_schemas_are_said_all_at_once() {
    let groups = [
        group("a", &["x..y: string"]),
        FieldGroup {
            classes: vec![SchemaClass::Event],
            ..group("events", &["e: string"])
        },
        group(
            "ids",
            &[
                "id: string",
                "no: integer",
                "all[].id: string",
                "by{}: string",
                "box.in: string",
            ],
        ),
    ];
    let schemas = [
        definition(
            "one",
            SchemaClass::Profile,
            &["a", "events", "idz", "profile-loyalty"],
        ),
        SchemaDefinition {
            identities: [
                "id crm!",
                "box.in crm!",
                "no crm",
                "all.id crm",
                "by.one crm",
                "ido crm",
                "box crm",
                "id other",
            ]
            .map(identity)
            .to_vec(),
            ..definition("two", SchemaClass::Profile, &["ids"])
        },
    ];
    let mut said = mistakes(&groups, &schemas);
    said.sort();
    assert_eq!(
        said,
        [
            "`all.id` cannot be an identity in schema `two`: it is inside a list or a map, and an identity is one value: send these in `identityMap`",
            "`box` cannot be an identity in schema `two`: it is an object, and an identity is a text",
            "`by.one` cannot be an identity in schema `two`: it is inside a list or a map, and an identity is one value: send these in `identityMap`",
            "`id` cannot be an identity in schema `two`: `box.in` is primary already, and a schema has one primary identity",
            "`id` cannot be an identity in schema `two`: it is listed twice",
            "`ido` cannot be an identity in schema `two`: there is no `ido`",
            "`no` cannot be an identity in schema `two`: it is a whole number, and an identity is a text",
            "`x..y` is not the path of a field: a name is missing",
            "schema `one` has field group `idz`, which does not exist",
            "schema `one` has field group `profile-loyalty`, which does not exist",
            "schema `one` is of class `profile`, and field group `events` is not",
        ]
    );
}

/// Groups over few names, so that they often agree and often do not.
fn any_group(id: usize) -> impl Strategy<Value = FieldGroup> {
    let field = (
        "[ab](\\[\\]|\\{\\})?(\\.[ab](\\[\\])?)?",
        prop_oneof![9 => Just("string"), 1 => Just("number")],
    );
    let fields = proptest::collection::vec(field.prop_map(|(path, kind)| format!("{path}: {kind}")), 1..4);
    fields.prop_map(move |fields| {
        let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
        group(&format!("g{id}"), &fields)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.max(1_000), failure_persistence: None, ..ProptestConfig::default() })]

    /// The union, or the conflicts, are the same in whatever order groups and schemas stand, and however often.
    #[test]
    fn a_union_does_not_depend_on_order(
        groups in (any_group(0), any_group(1), any_group(2), any_group(3)).prop_map(|(a, b, c, d)| vec![a, b, c, d]),
        picks in proptest::collection::vec(proptest::collection::vec(0_usize..4, 1..4), 1..4),
        order in any::<u64>(),
    ) {
        let schemas: Vec<SchemaDefinition> = picks
            .iter()
            .enumerate()
            .map(|(i, picked)| {
                let names: Vec<String> = picked.iter().map(|at| format!("g{at}")).collect();
                let names: Vec<&str> = names.iter().map(String::as_str).collect();
                definition(&format!("s{i}"), SchemaClass::Profile, &names)
            })
            .collect();
        let first = Schemas::compile(&groups, &schemas);
        let (mut shuffled, mut others) = (groups, schemas);
        let turn = usize::try_from(order % 12).unwrap();
        shuffled.rotate_left(turn % 4);
        shuffled.reverse();
        others.reverse();
        let count = others.len();
        others.rotate_left(turn % count);
        for schema in &mut others {
            schema.field_groups.reverse();
        }
        for group in &mut shuffled {
            group.fields.reverse();
        }
        let then = Schemas::compile(&shuffled, &others);
        match (first, then) {
            (Ok(first), Ok(then)) => prop_assert_eq!(first.union(SchemaClass::Profile), then.union(SchemaClass::Profile)),
            (first, then) => prop_assert_eq!(first.err(), then.err()),
        }
    }
}
