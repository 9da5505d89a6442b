//! Lists and paths through them.

use super::Person;

#[test]
fn lists_contain() {
    let person = Person::with_attributes(
        r#"{"tags": ["vip", "press"], "mixed": [1, "1", true], "empty": [], "n": 1, "t": "vip", "same": ["vip", "press"]}"#,
    );
    person.check(&[
        ("t in [\"gold\", \"vip\"]", true),
        ("t in [\"gold\"]", false),
        ("t in [1, true, \"vip\"]", true),
        ("t notIn [\"gold\"]", true),
        ("t notIn [\"gold\", \"vip\"]", false),
        ("t notIn []", true),
        ("t in []", false),
        ("t notIn [\"gold\", 1]", false),
        ("t in tags", true),
        ("\"vip\" in tags and n in mixed", true),
        ("n.in([1, 2]) and n.notIn([2, 3])", true),
        ("n in [1.0]", true),
        ("tags.intersects([\"press\", 7])", true),
        ("tags.intersects([\"other\"])", false),
        ("tags.intersects([])", false),
        ("empty.intersects(empty)", false),
        ("[\"vip\"].intersects(tags)", true),
        ("tags.intersects(same)", true),
        ("tags = same", true),
        ("tags != same", false),
        ("tags = [\"vip\", \"press\"]", true),
        ("tags = [\"press\", \"vip\"]", false),
        ("tags != [\"press\", \"vip\"]", true),
        ("tags = [\"vip\"] or [\"vip\"] = tags", false),
        ("tags != [\"vip\"]", true),
        ("empty = []", true),
        ("mixed = [1.0, \"1\", true]", true),
        ("mixed != [1, 1, true]", true),
        ("tags", true),
        ("empty", false),
        ("tags.count() = 2 and empty.count() = 0", true),
    ]);
}

/// `orders.storeId` is the field of each order, those without it left out.
#[test]
fn paths_go_through_lists() {
    let person = Person::with_attributes(
        r#"{"orders": [
            {"store": "a", "lines": [{"sku": 1, "tags": ["x"]}, {"sku": 2}]},
            {"store": null},
            {"lines": []},
            "odd",
            {"store": "b", "lines": [{"sku": 3, "tags": ["y", "z"]}]}
        ]}"#,
    );
    person.check(&[
        ("orders.store = [\"a\", \"b\"]", true),
        ("\"b\" in orders.store", true),
        ("orders.store.intersects([\"b\"])", true),
        ("orders.store.count() = 2", true),
        ("orders.store = \"a\"", false),
        ("orders.lines.sku = [1, 2, 3]", true),
        ("orders.lines.sku.sum() = 6", true),
        ("orders.lines.count() = 3", true),
        ("orders.lines.sum(sku) = 0", true),
        ("orders.lines.tags = [[\"x\"], [\"y\", \"z\"]]", true),
        ("orders.gone.isNotNull() and orders.gone.count() = 0", true),
        ("orders.gone", false),
    ]);
}
