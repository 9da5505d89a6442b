//! The forms of the language, each with what it holds of.

use super::{Person, at, event};

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

/// Somebody who shops. The base is 2023-11-14T22:13:20Z, a Tuesday.
fn shopper() -> Person {
    let order = |total: &str, skus: &str| {
        format!(
            r#"{{"eventType": "purchase", "cur": "USD", "commerce": {{"order": {{"priceTotal": {total}}}}}, "amount": {total}, "v": {total}, "productListItems": [{skus}]}}"#
        )
    };
    Person {
        events: vec![
            event(-9 * DAY, &order("200", r#"{"SKU": "OLD", "price": 1}"#)),
            event(
                -6 * DAY,
                &order(
                    "60.5",
                    r#"{"SKU": "PS", "price": 50}, {"SKU": "XB", "price": 10.5}"#,
                ),
            ),
            event(-3 * DAY, &order("40", r#"{"SKU": "XB", "price": 40}"#)),
            event(-20 * HOUR, r#"{"eventType": "homePageView"}"#),
            event(
                -19 * HOUR,
                r#"{"eventType": "commerce.checkouts", "productListItems": []}"#,
            ),
            event(-HOUR, r#"{"eventType": "homePageView"}"#),
        ],
        ..Person::with_attributes(
            r#"{"homeAddress": {"country": "canada"}, "person": {"gender": "female"}, "vip": true, "limit": 50,
                "product": {"saleDate": "2023-11-08T10:00:00Z"}, "sold": "2023-11-14T19:30:00Z", "tags": ["vip", "press"],
                "orders": [{"price": 5, "storeId": 1}, {"price": 30, "storeId": 2}, {"price": 20, "storeId": 1}],
                "prices": [1, 2.5]}"#,
        )
    }
}

/// As Adobe's pages have them.
#[test]
fn adobes_patterns_hold() {
    shopper().check(&[
        (r#"homeAddress.country.equals("Canada", false)"#, true),
        (r#"homeAddress.country.equals("Canada")"#, false),
        (
            r#"CHAIN(xEvent, timestamp, [C0: WHAT(eventType.equals("commerce.checkouts", false)) WHEN(<= 24 hours before now)])"#,
            true,
        ),
        (
            r#"CHAIN(xEvent, timestamp, [C0: WHAT(eventType.equals("commerce.checkouts", false)) WHEN(<= 18 hours before now)])"#,
            false,
        ),
        (
            r#"not(chain(xEvent, timestamp, [A: WHAT(eventType = "homePageView") WHEN(< 24 hours before now) COUNT(5)]))"#,
            true,
        ),
        (
            r#"not(chain(xEvent, timestamp, [A: WHAT(eventType = "homePageView") WHEN(< 24 hours before now) COUNT(2)]))"#,
            false,
        ),
        (r#"inSegment("in") and inSegment("in")"#, true),
        (r#"inSegment("in") and inSegment("out")"#, false),
        (
            "xEvent[(commerce.order.priceTotal >= 10.0) and (timestamp occurs <= 7 days before now)].sum(commerce.order.priceTotal) = 100.5",
            true,
        ),
        (
            r#"exists E from xEvent where (E.amount > 50), I from E.productListItems where I.SKU = "PS""#,
            true,
        ),
        (
            r#"exists E from xEvent where (E.amount > 100), I from E.productListItems where I.SKU = "PS""#,
            false,
        ),
        (r#"xEvent[productListItems[SKU="PS" or ^^.person.gender="female"]].count() = 3"#, true),
        (r#"xEvent[productListItems[SKU="PS" or ^^.person.gender="male"]].count() = 1"#, true),
        (
            r#"let S = (sum X.v over X from xEvent where X.cur = "USD") in (S > 100 and S < 1000)"#,
            true,
        ),
        (
            r#"let S = (sum X.v over X from xEvent where X.cur = "USD") in (S > 100 and S < 300)"#,
            false,
        ),
        ("product.saleDate occurs last week", true),
        ("product.saleDate occurs this week", false),
        ("sold occurs = 3 hours before now", true),
        ("sold occurs = 2 hours before now", false),
        ("product.saleDate occurs between date(2015,1,8) and date(2017,7,1)", false),
        ("product.saleDate occurs between date(2015,1,8) and date(2023,11,8)", true),
        ("select v from xEvent where v.commerce.order.priceTotal = 40", true),
        ("select v from xEvent where v.a.b = true", false),
    ]);
}

#[test]
fn quantifiers_nest() {
    shopper().check(&[
        ("forall I from orders where I.price > 1", true),
        ("forall I from orders where I.price > 5", false),
        ("forall I from gone where I.price > 5", true),
        (
            "forall E from xEvent[eventType = \"purchase\"], I from E.productListItems where I.price >= 1",
            true,
        ),
        (
            "forall E from xEvent[eventType = \"purchase\"], I from E.productListItems where I.price > 1",
            false,
        ),
        (
            "forall E from xEvent where E.cur = \"USD\", I from E.productListItems where I.price >= 1",
            false,
        ),
        (
            "exists I from orders, T from tags where T = \"vip\" and I.price = 30",
            true,
        ),
        ("exists T from tags : T.startsWith(\"pre\")", true),
        ("exists T from tags where T = \"gone\"", false),
        ("exists I from orders", true),
        ("exists I from gone", false),
        (
            "exists A from orders, B from orders where A.price > B.price and B.storeId = 2",
            false,
        ),
        (
            "exists A from orders, B from orders where A.price > B.price and A.storeId = B.storeId",
            true,
        ),
    ]);
}

#[test]
fn filters_climb() {
    shopper().check(&[
        ("orders[price > 10].count() = 2", true),
        ("orders[price > 10][storeId = 1].price = [20]", true),
        ("orders.filter(price > 10).count() = 2", true),
        ("orders.filter((O) => O.price > limit).count() = 0", true),
        ("orders[price < ^.limit].count() = 3", true),
        ("orders[price < $1.limit].count() = 3", true),
        ("(P) => P.orders[price < P.limit].count() = 3 and P.vip", true),
        ("$1.vip", true),
        ("xEvent[productListItems[price = ^.amount]].count() = 1", true),
        (
            "exists E from xEvent where E.productListItems[price = E.amount]",
            true,
        ),
        (
            "xEvent[exists I from productListItems where I.price = amount].count() = 1",
            true,
        ),
        (
            "xEvent[amount > 50].productListItems.SKU = [\"OLD\", \"PS\", \"XB\"]",
            true,
        ),
        ("\"homePageView\" in xEvent.eventType", true),
        ("head(xEvent).amount = 200", true),
        ("head(xEvent).timestamp occurs <= 9 days before now", true),
        ("head(xEvent).timestamp occurs < 9 days before now", false),
        ("orders[price = 30]", true),
        ("orders[price = 31]", false),
    ]);
}

#[test]
fn values_are_named_and_chosen() {
    shopper().check(&[
        (
            "let L = orders[price > 10] in L.count() = 2 and L.sum(price) = 50",
            true,
        ),
        ("let N = limit * 2 - 1 in N = 99 and vip", true),
        ("(let N = limit in N > 100) or vip", true),
        ("if(vip, limit, 0) = 50", true),
        ("if(not vip, limit, 0) = 0", true),
        ("if(gone = 1, vip, limit > 0)", true),
        ("orders.map(if(storeId = 1, price, 0)).sum() = 25", true),
        ("let E = 1 in xEvent[amount > E].count() = 3", true),
    ]);
}

#[test]
fn aggregates_have_three_forms() {
    shopper().check(&[
        ("orders.sum(price) = 55 and sum(orders, price) = 55", true),
        ("(sum O.price over O from orders) = 55", true),
        ("(sum O.price over O from orders where O.storeId = 1) = 25", true),
        ("(sum O.price * 2 over O from orders) = 110", true),
        ("(count O over O from orders where O.price > 5) = 2", true),
        (
            "(average O.price over O from orders where O.storeId = 1) = 12.5",
            true,
        ),
        (
            "(min O.price over O from orders) = 5 and (max O.price over O from orders) = 30",
            true,
        ),
        (
            "orders.average(price) * 3 > 54.9 and orders.average(price) * 3 < 55.1",
            true,
        ),
        (
            "average(prices) = 1.75 and max(prices) = 2.5 and prices.min() = 1",
            true,
        ),
        (
            "gone.average().isNull() and gone.min().isNull() and gone.max(x).isNull()",
            true,
        ),
        ("xEvent.max(timestamp) occurs <= 1 hour before now", true),
        ("xEvent.max(timestamp) occurs < 1 hour before now", false),
        (
            "xEvent[eventType = \"purchase\"].max(timestamp) occurs > 2 days before now",
            true,
        ),
        ("xEvent.topN(timestamp, 1).eventType = [\"homePageView\"]", true),
        ("xEvent.bottomN(timestamp, 1).amount = [200]", true),
        (
            "xEvent.groupBy(eventType).get(\"homePageView\").count() = 2",
            true,
        ),
        (
            "xEvent.groupBy(eventType).keys() = [\"purchase\", \"homePageView\", \"commerce.checkouts\"]",
            true,
        ),
        ("xEvent.groupBy(eventType).purchase.sum(amount) = 300.5", true),
    ]);
}

#[test]
fn numbers_are_computed_exactly() {
    let person = Person::with_attributes(
        r#"{"a": 0.1, "b": 0.2, "three": 3, "zero": 0, "text": "1", "long": 1234567890123456789012345678, "huge": 1e300}"#,
    );
    person.check(&[
        ("a + b = 0.3", true),
        ("a - b = -0.1", true),
        ("a * b = 0.02", true),
        ("1 / 4 = 0.25", true),
        ("1 / three * three = 1", true),
        ("7 % three = 1 and -7 % three = -1 and 7 % -(three) = 1", true),
        ("7 / 2 = 3.5", true),
        ("2 + 3 * 4 = 14 and (2 + 3) * 4 = 20", true),
        ("10 - 3 - 2 = 5 and 24 / 4 / 2 = 3", true),
        ("-a = -0.1 and -(a + b) = -0.3 and - -a = 0.1", true),
        ("(three / zero).isNull() and (three % zero).isNull()", true),
        ("three / zero = 1 or three / zero != 1", false),
        ("(three + text).isNull() and (gone * 2).isNull()", true),
        ("long + 1 = 1234567890123456789012345679", true),
        ("long * 10 / 10 = long", true),
        ("(huge * huge).isNull()", true),
        ("huge + 1 = huge", true),
        ("5.5 % 2 = 1.5", true),
    ]);
}

#[test]
fn chains_follow_each_other() {
    let person = Person {
        events: vec![
            event(-10 * HOUR, r#"{"k": "a"}"#),
            event(-9 * HOUR, r#"{"k": "a"}"#),
            event(-9 * HOUR, r#"{"k": "b"}"#),
            event(-4 * HOUR, r#"{"k": "b"}"#),
            event(-2 * HOUR, r#"{"k": "b"}"#),
            event(-HOUR, r#"{"k": "c"}"#),
        ],
        ..Person::with_attributes(r#"{"limit": 1}"#)
    };
    let chain = |steps: &str| format!("CHAIN(xEvent, timestamp, [{steps}])");
    for (steps, expected) in [
        ("A: WHAT(k = \"a\"), B: WHAT(k = \"b\"), C: WHAT(k = \"c\")", true),
        ("A: WHAT(k = \"c\"), B: WHAT(k = \"a\")", false),
        // Equal timestamps are not in order.
        ("A: WHAT(k = \"a\") COUNT(2), B: WHAT(k = \"b\") COUNT(3)", false),
        ("A: WHAT(k = \"a\") COUNT(2), B: WHAT(k = \"b\") COUNT(2)", true),
        ("A: WHAT(k = \"a\"), B: WHAT(k = \"b\") COUNT(3)", true),
        ("A: WHAT(k = \"b\") COUNT(4)", false),
        // A gap counts from the last event of the step before.
        (
            "A: WHAT(k = \"b\"), B: WHAT(k = \"c\") WHEN(<= 1 hour after previous step)",
            true,
        ),
        (
            "A: WHAT(k = \"b\"), B: WHAT(k = \"c\") WHEN(< 1 hour after previous step)",
            false,
        ),
        (
            "A: WHAT(k = \"b\"), B: WHAT(k = \"c\") WHEN(> 7 hours after previous step)",
            true,
        ),
        (
            "A: WHAT(k = \"a\") COUNT(2), B: WHAT(k = \"b\") WHEN(<= 4 hours after previous step)",
            false,
        ),
        (
            "A: WHAT(k = \"a\") COUNT(2), B: WHAT(k = \"b\") WHEN(<= 5 hours after previous step)",
            true,
        ),
        // All events of the step lie in the gap.
        (
            "A: WHAT(k = \"a\"), B: WHAT(k = \"b\") WHEN(<= 6 hours after previous step) COUNT(2)",
            true,
        ),
        (
            "A: WHAT(k = \"a\"), B: WHAT(k = \"b\") WHEN(<= 6 hours after previous step) COUNT(3)",
            false,
        ),
        // The earliest is not always the one that leads on.
        (
            "A: WHAT(k = \"a\"), B: WHAT(k = \"b\"), C: WHAT(k = \"c\") WHEN(<= 1 hour after previous step)",
            true,
        ),
        ("A: WHAT(k = \"b\") WHEN(<= 4 hours before now) COUNT(2)", true),
        ("A: WHAT(k = \"b\") WHEN(< 4 hours before now) COUNT(2)", false),
        ("A: WHAT(k = \"b\") WHEN(today) COUNT(3)", true),
        ("A: WHAT(k = \"b\") WHEN(yesterday)", false),
        (
            "A: WHAT(k = \"b\") WHEN(today) WHEN(< 3 hours before now) COUNT(2)",
            false,
        ),
        ("what(k = \"a\" and ^.limit = 1)", true),
        ("what(k = \"a\" and ^.limit = 2)", false),
    ] {
        let text = chain(steps);
        person.check(&[(&text, expected), (&format!("not({text})"), !expected)]);
    }
    person.check(&[
        (
            "CHAIN(xEvent[k != \"a\"], timestamp, [A: WHAT(k = \"a\")])",
            false,
        ),
        (
            "exists E from xEvent where CHAIN(xEvent, timestamp, [A: WHAT(k = E.k) COUNT(3)])",
            true,
        ),
        (
            "exists E from xEvent where CHAIN(xEvent, timestamp, [A: WHAT(k = E.k) COUNT(4)])",
            false,
        ),
    ]);
}

/// A chain is left when the event that leads through falls out of the window.
#[test]
fn chains_end_to_the_millisecond() {
    let person = Person::with_events(vec![event(-10, r#"{"k": "a"}"#), event(-5, r#"{"k": "b"}"#)]);
    let text =
        "CHAIN(xEvent, timestamp, [A: WHAT(k = \"a\") WHEN(< 1 second before now), B: WHAT(k = \"b\")])";
    let program = super::program(text);
    for (now, holds, until) in [(0, true, 990), (989, true, 990), (-5, true, 990), (-6, false, -5)] {
        let outcome = person.outcome(&program, now);
        assert_eq!((outcome.holds, outcome.until), (holds, at(until)), "at {now}");
    }
    assert!(!person.outcome(&program, 990).holds);
}
