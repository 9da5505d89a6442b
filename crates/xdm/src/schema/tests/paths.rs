//! What a path is.

use super::super::{FieldPath, Type};
use super::schema;
use crate::Unknown;
use model::{Scalar, SchemaClass};

const FIELDS: &[&str] = &[
    "person.name.firstName: string",
    "person.birthYear: integer",
    "orders[].id: string",
    "orders[].lines[].price: number",
    "orders[].placed: date-time",
    "tags[]: string",
    "grid[][]: integer",
    "scores{}: number",
    "homes{}.city: string",
    "homes{}.rooms[].size: number",
    "consents{}{}.val: string",
    "vip: boolean",
    "since: date",
    "card.id: string",
];

#[test]
fn a_path_resolves_to_what_stands_there() {
    let schema = schema(SchemaClass::Profile, FIELDS, &[]);
    for (path, expected) in [
        ("vip", "true or false"),
        ("since", "a date"),
        ("person", "an object"),
        ("person.name", "an object"),
        ("person.name.firstName", "a text"),
        ("person.birthYear", "a whole number"),
        ("tags", "a list (a text each)"),
        ("grid", "a list (a list (a whole number each) each)"),
        ("orders", "a list (an object each)"),
        ("orders.id", "a text, in 1 list"),
        ("orders.placed", "a date and time, in 1 list"),
        ("orders.lines", "a list (an object each), in 1 list"),
        ("orders.lines.price", "a number, in 2 lists"),
        ("scores", "a map (a number each)"),
        ("scores.chess", "a number, in 1 map"),
        ("homes.summer.city", "a text, in 1 map"),
        ("homes.summer.rooms.size", "a number, in 1 list, in 1 map"),
        ("consents.email.a-b.val", "a text, in 2 maps"),
        ("identityMap.email", "a list (an object each), in 1 map"),
        ("identityMap.email.id", "a text, in 1 list, in 1 map"),
        ("extSourceSystemAudit.lastUpdatedDate", "a date and time"),
    ] {
        let keys: Vec<&str> = path.split('.').collect();
        let found = schema
            .resolve(&keys)
            .unwrap_or_else(|unknown| panic!("{path}: {unknown}"));
        let count = |count: usize, noun: &str| match count {
            0 => String::new(),
            1 => format!(", in 1 {noun}"),
            _ => format!(", in {count} {noun}s"),
        };
        let said = found.kind.to_string() + &count(found.lists, "list") + &count(found.maps, "map");
        assert_eq!(said, expected, "{path}");
    }
}

#[test]
fn an_unknown_path_says_where_and_what_may_have_been_meant() {
    let schema = schema(SchemaClass::Profile, FIELDS, &[]);
    for (path, expected, near) in [
        // A slip in one key, at any level, the rest of the path being there.
        (
            "persn.name.firstName",
            "there is no `persn`",
            Some("person.name.firstName"),
        ),
        (
            "person.nam.firstName",
            "there is no `nam` in `person`",
            Some("person.name.firstName"),
        ),
        (
            "person.name.firstname",
            "there is no `firstname` in `person.name`",
            Some("person.name.firstName"),
        ),
        (
            "person.birth_year",
            "there is no `birth_year` in `person`",
            Some("person.birthYear"),
        ),
        // Through lists and maps.
        (
            "orders.lines.prize",
            "there is no `prize` in `orders.lines`",
            Some("orders.lines.price"),
        ),
        (
            "homes.summer.cty",
            "there is no `cty` in `homes.summer`",
            Some("homes.summer.city"),
        ),
        // A level left out, or the wrong one: the field of that name, wherever it is.
        (
            "firstName",
            "there is no `firstName`",
            Some("person.name.firstName"),
        ),
        (
            "person.firstName",
            "there is no `firstName` in `person`",
            Some("person.name.firstName"),
        ),
        (
            "profile.person.birthYear",
            "there is no `profile`",
            Some("person.birthYear"),
        ),
        ("cart.price", "there is no `cart`", Some("orders.lines.price")),
        // Two slips: the first is mended.
        ("persn.nme.xyz", "there is no `persn`", Some("person")),
        // Below what has nothing below it.
        (
            "vip.since",
            "`vip` is true or false, and has no `since`",
            Some("since"),
        ),
        ("tags.colour", "`tags` is a text, and has no `colour`", None),
        (
            "scores.chess.elo",
            "`scores.chess` is a number, and has no `elo`",
            None,
        ),
        // Only begun.
        (
            "person.name.first",
            "there is no `first` in `person.name`",
            Some("person.name.firstName"),
        ),
        // Several have that name, and nothing else tells.
        ("street.city.id", "there is no `street`", None),
        ("id", "there is no `id`", Some("_id")),
        ("zzzzzz", "there is no `zzzzzz`", None),
    ] {
        let keys: Vec<&str> = path.split('.').collect();
        let unknown: Unknown = schema.resolve(&keys).unwrap_err();
        assert_eq!(
            (unknown.to_string().as_str(), unknown.near.as_deref()),
            (expected, near),
            "{path}"
        );
        // A suggestion is worth nothing if it is none.
        if let Some(near) = near {
            assert!(
                schema.resolve(&near.split('.').collect::<Vec<_>>()).is_ok(),
                "{path}"
            );
        }
    }
}

/// An item of a list is a scope of its own: bare names in a filter are the item's.
#[test]
fn a_type_resolves_paths_below_itself() {
    let schema = schema(SchemaClass::Profile, FIELDS, &[]);
    let Type::List(order) = schema.resolve(&["orders"]).unwrap().kind else {
        panic!("it is a list");
    };
    let price = order.resolve(&["lines", "price"]).unwrap();
    assert_eq!((price.kind, price.lists), (&Type::Scalar(Scalar::Number), 1));
    assert_eq!(
        order.resolve(&["vip"]).unwrap_err().to_string(),
        "there is no `vip`"
    );
    assert_eq!(schema.resolve::<&str>(&[]).unwrap().kind, schema.root());
}

#[test]
fn paths_of_fields_as_they_are_written() {
    for path in [
        "a",
        "a.b",
        "a[].b",
        "a{}",
        "a[]{}[].b_c-d",
        "_tenant.$x.@id.xdm:y",
        "고객.이름",
    ] {
        assert_eq!(FieldPath::parse(path).unwrap().to_string(), path);
    }
    let long = "a".repeat(crate::MAX_PATH_BYTES + 1);
    let deep = vec!["a"; crate::MAX_DEPTH].join(".");
    for (path, expected) in [
        ("", "a name is missing"),
        ("a..b", "a name is missing"),
        ("a.", "a name is missing"),
        (
            "[].a",
            "`[]` (a list) and `{}` (a map) stand behind a name, before the next dot",
        ),
        (
            "a[]b",
            "`[]` (a list) and `{}` (a map) stand behind a name, before the next dot",
        ),
        (
            "a[0]",
            "`[]` (a list) and `{}` (a map) stand behind a name, before the next dot",
        ),
        (
            "a{",
            "`[]` (a list) and `{}` (a map) stand behind a name, before the next dot",
        ),
        (
            "a b",
            "a name holds letters, digits, `_`, `-`, `$`, `@` and `:`, not ' '",
        ),
        (&long, "it is longer than 1024 bytes"),
        (&deep, "it is deeper than 64 levels"),
    ] {
        assert_eq!(
            FieldPath::parse(path).unwrap_err().to_string(),
            expected,
            "{path}"
        );
    }
}
