//! Programs over data that obeys schemas.

use crate::{Severity, parse, parse_typed};
use model::{Field, FieldGroup, FieldGroupId, Scalar, SchemaClass, SchemaDefinition, SchemaId};
use xdm::Schemas;

/// Paths of a shop's own, beside those that Adobe's users know.
const FIELDS: &[(&str, Scalar)] = &[
    ("_shop.tier", Scalar::String),
    ("_shop.visits[].at", Scalar::DateTime),
    ("_shop.visits[].store", Scalar::String),
    ("_shop.visits[].spent", Scalar::Number),
    ("_shop.scores{}", Scalar::Number),
    ("_shop.vip", Scalar::Boolean),
    ("_shop.no", Scalar::Integer),
    ("_shop.tags[]", Scalar::String),
    ("_shop.since", Scalar::Date),
    ("_shop.seen", Scalar::DateTime),
];

/// The schemas of a shop.
pub(super) fn schemas() -> Schemas {
    let fields = FIELDS.iter().map(|(path, scalar)| Field {
        path: (*path).to_owned(),
        scalar: *scalar,
        title: String::new(),
        description: String::new(),
    });
    let id = |text: &str| FieldGroupId::new(text).expect("an id");
    let shop = FieldGroup {
        id: id("shop"),
        title: String::new(),
        description: String::new(),
        classes: SchemaClass::ALL.to_vec(),
        fields: fields.collect(),
    };
    let schema = |name: &str, class, groups: &[&str]| SchemaDefinition {
        id: SchemaId::new(name).expect("an id"),
        title: String::new(),
        description: String::new(),
        class,
        field_groups: groups.iter().map(|group| id(group)).collect(),
        identities: Vec::new(),
    };
    let schemas = [
        schema(
            "customers",
            SchemaClass::Profile,
            &[
                "shop",
                "profile-person-details",
                "profile-personal-details",
                "profile-loyalty-details",
            ],
        ),
        schema(
            "orders",
            SchemaClass::Event,
            &["shop", "experienceevent-commerce"],
        ),
    ];
    Schemas::compile(&[shop], &schemas).expect("schemas")
}

/// Nothing is to be said of these.
pub(super) const SOUND: &[&str] = &[
    "_shop.tier = \"gold\" and _shop.no >= 3 and _shop.vip",
    "_shop.no < 0.5",
    "person.birthDate occurs before date(2000, 1, 1) and _shop.seen occurs < 7 days before now",
    "person.birthDate.startsWith(\"1990-\") and _shop.since = \"2024-02-29\" and _shop.since < today",
    "_shop.visits[at occurs < 7 days before now].count() > 1 and _shop.visits.store.includes(\"s1\")",
    "_shop.visits.sum(spent) > 10 and _shop.visits.topN(spent, 2).store.includes(\"s1\")",
    "_shop.visits.topN(at, 1).head().spent > 5 and _shop.visits.max(at) occurs today",
    "_shop.scores.chess > 5 and _shop.scores.get(_shop.tier) = 3 and _shop.scores.keys().includes(\"go\")",
    "_shop.scores.values().sum() > 3 and _shop.tags.intersects([\"a\", \"b\"]) and \"x\" in _shop.tags",
    "xEvent[eventType = \"buy\" and commerce.order.priceTotal > 3 and _shop.tier = ^.person.name.firstName]",
    "exists E from xEvent where E.commerce.order.priceTotal > _shop.no and E.timestamp occurs today",
    "exists E from xEvent, V from E._shop.visits where V.spent > 3 and V.store = _shop.tier",
    "forall V from _shop.visits where V.spent > 3",
    "let S = (sum E.commerce.order.priceTotal over E from xEvent) in S > 100 and S < 1000",
    "let V = _shop.visits[spent > 3] in V.store.count() > 1",
    "xEvent.groupBy(eventType).get(\"buy\").count() > 3",
    "_shop.visits.map((V) => V.spent * 2).sum() > 3 and xEvent.timestamp.max() occurs today",
    "CHAIN(xEvent, timestamp, [A: WHAT(eventType = \"a\" and _shop.vip), B: WHAT(commerce.order.priceTotal > 3)])",
    "identityMap.email.id.includes(\"a@b.test\") and identityMap.keys().includes(\"email\")",
    "_shop.tier.equals(\"GOLD\", false) and _shop.tier in [\"gold\", \"silver\"] and _shop.no notIn [1, 2]",
    "if(_shop.vip, _shop.no, 3) > 2 and _shop.no + 1 > 2 and -_shop.no < 5",
    "person.name.isNotNull() and _shop.seen.getMonth() = 2 and _shop.visits.isNull()",
];

#[test]
fn what_obeys_its_schemas_has_no_diagnostics() {
    let schemas = schemas();
    for text in SOUND {
        assert_eq!(parse_typed(text, &schemas).diagnostics, [], "{text}");
        assert_eq!(parse(text).diagnostics, [], "{text}");
    }
}

/// A path in which one key is not there, in every place where a path can stand.
#[test]
fn unknown_paths_are_found_everywhere() {
    let schemas = schemas();
    let paths = [
        "_shop.tier",
        "commerce.order.priceTotal",
        "person.name.firstName",
        "_shop.scores",
        "_shop.no",
        "_shop.vip",
    ];
    let mut broken = 0;
    for (text, path) in SOUND
        .iter()
        .flat_map(|text| paths.iter().map(move |path| (text, path)))
    {
        for (at, _) in text.match_indices(path) {
            let (above, last) = path.rsplit_once('.').expect("two keys");
            let text = format!("{}{above}.zz{last}{}", &text[..at], &text[at + path.len()..]);
            let parsed = parse_typed(&text, &schemas);
            let errors: Vec<_> = parsed
                .diagnostics
                .iter()
                .filter(|one| one.severity == Severity::Error)
                .collect();
            assert_eq!(errors.len(), 1, "{text}: {:#?}", parsed.diagnostics);
            assert!(
                errors[0].message.contains(&format!("`zz{last}`")),
                "{text}: {errors:#?}"
            );
            let within = errors[0].span.start >= at && errors[0].span.start <= at + path.len();
            assert!(within, "{text}: {errors:#?}");
            broken += 1;
        }
    }
    assert!(broken > 20, "only {broken}");
}
