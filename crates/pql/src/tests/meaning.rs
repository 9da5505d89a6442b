//! What a text means, seen by its canonical spelling.

use super::canonical;
use crate::Path;
use crate::parse;
use crate::program::{Expression, Field, Mentioned, Operator, Root};
use model::Duration;
use xdm::{Number, Value};

#[test]
fn what_people_write_has_no_diagnostics() {
    for text in [
        // The workload kit.
        "_acme.country = \"country_7\"",
        "_acme.country in [\"country_1\", \"country_7\"]",
        "(_acme.age >= 20 and _acme.age <= 30)",
        "_acme.vip = true",
        "_acme.tags.intersects([\"tag_1\", \"tag_2\"])",
        "xEvent[eventType = \"view\" and _acme.category = \"cat_3\" and timestamp occurs < 7 days before now].count() >= 3",
        "xEvent[eventType = \"purchase\" and timestamp occurs < 7 days before now].sum(_acme.amount) >= 5000",
        "not (exists E from xEvent where E.eventType = \"login\" and E.timestamp occurs < 14 days before now)",
        "inSegment(\"seg-12\")",
        // product.md, section 4.
        "homeAddress.country = \"KR\" and loyalty.points >= 1000",
        "homeAddress.country.equals(\"canada\", false)",
        "tags.intersects([\"vip\", \"press\"])",
        "status in [\"gold\", \"platinum\"]",
        "not (person.gender = \"female\")",
        "xEvent[eventType = \"purchase\" and timestamp occurs < 7 days before now].count() >= 3",
        "xEvent[commerce.order.priceTotal >= 10.0 and timestamp occurs <= 7 days before now].sum(commerce.order.priceTotal) > 500",
        "exists E from xEvent where E.eventType = \"whitepaper.download\" and E.timestamp occurs <= 30 days before now",
        "inSegment(\"0b0e...\") and not inSegment(\"77aa...\")",
        "forall I from cart.items where I.price < 5",
        "CHAIN(xEvent, timestamp, [A: WHAT(eventType = \"cart.add\") WHEN(<= 24 hours before now), B: WHAT(eventType = \"checkout\")])",
        "not (CHAIN(xEvent, timestamp, [A: WHAT(eventType = \"homePageView\") WHEN(< 24 hours before now) COUNT(5)]))",
        "let S = (sum X.v over X from xEvent where X.cur = \"USD\") in (S > 100 and S < 1000)",
        // Adobe's.
        "CHAIN(xEvent, timestamp, [C0: WHAT(eventType.equals(\"commerce.checkouts\", false)) WHEN(<= 24 hours before now)])",
        "not(chain(xEvent, timestamp, [A: WHAT(eventType = \"homePageView\") WHEN(< 24 hours before now) COUNT(5)]))",
        "xEvent[(commerce.order.priceTotal >= 10.0) and (timestamp occurs <= 7 days before now)].sum(commerce.order.priceTotal) > 1",
        "exists E from xEvent where (E.amount > 50), I from E.productListItems where I.SKU = \"PS\"",
        "xEvent[productListItems[SKU=\"PS\" or ^^.person.gender=\"female\"]]",
        "product.saleDate occurs last week",
        "product.saleDate occurs = 3 hours before now",
        "product.saleDate occurs between date(2015,1,8) and date(2017,7,1)",
        "select v from xEvent where v.a.b = true",
        // Others.
        "loyalty.active",
        "a in [b, 1] and -a < b * 2",
        "xEvent.max(timestamp) occurs > 30 DAYS BEFORE NOW or t occurs BETWEEN Yesterday AND now",
        "a = b.c and \"x\" = a and 5 < n",
        "\"vip\" in tags and tags.count() > 2 and count(tags) < 9",
        "prices.sum() > 10 and sum(prices) < 20 and cart.items.sum(price) = 15",
        "exists E from xEvent[eventType = \"view\"] where E.a = b",
        "exists E from xEvent",
        "exists E from xEvent : E.a = 1",
        "xEvent[eventType = \"view\"]",
        "xEvent.count() = 0",
        "identityMap.get(\"crm id\").id.intersects([\"1\"])",
        "profile.joined occurs <= 1 century before now or a.isNull() and b.c.isNotNull()",
        "a.in([1, 2]) and b.notIn([true])",
    ] {
        let parsed = parse(text);
        assert_eq!(parsed.diagnostics, [], "{text}");
        assert!(parsed.program.is_some(), "{text}");
    }
}

#[test]
fn operators_bind() {
    for (text, expected) in [
        ("not a = 1 and b = 2 or c", "(not (a = 1) and b = 2) or c"),
        ("a or b and c", "a or (b and c)"),
        ("(a or b) and c", "(a or b) and c"),
        ("a and b and c", "a and b and c"),
        ("a and (b and c)", "a and (b and c)"),
        ("!a and !(b or c)", "not (a) and not (b or c)"),
        ("not not a", "not (not (a))"),
        ("((((a))))", "a"),
        (
            "NOT a AND b Or c In [1] oR TRUE",
            "(not (a) and b) or c in [1] or true",
        ),
        ("a NOTIN [1]", "a notIn [1]"),
        // `exists` runs to the closing bracket.
        (
            "exists E from xEvent where E.a = 1 and b = 2",
            "exists E from xEvent where E.a = 1 and b = 2",
        ),
        (
            "(exists E from xEvent where E.a = 1) and b = 2",
            "(exists E from xEvent where E.a = 1) and b = 2",
        ),
        (
            "c or exists E from xEvent where E.a = 1 or b",
            "c or (exists E from xEvent where E.a = 1 or b)",
        ),
        (
            "not exists E from xEvent where E.a = 1 and b",
            "not (exists E from xEvent where E.a = 1 and b)",
        ),
        // Spellings.
        (
            "forall A from x where A.y, B from A.z : B.w",
            "forall A from x where A.y and (forall B from A.z where B.w)",
        ),
        (
            "(count X over X from a where X.b = 1) > 1 or sum(a, b) > 1",
            "(select X from a where X.b = 1).count() > 1 or a.sum(b) > 1",
        ),
        ("(sum X.v - 1 over X from a) > 1", "a.sum((X) => X.v - 1) > 1"),
        ("(P) => P.a.b = 1 and P.and", "a.b = 1 and $1.and"),
        (
            "xEvent[a = ^.b and c[d = ^e or f = ^^g]]",
            "xEvent[a = $1.b and c[d = ^.e or f = $1.g]]",
        ),
        ("a.filter(b = 1)[c]", "a[b = 1][c]"),
        (
            "a - (b - c) - d * (e + 1) > -1",
            "a - (b - c) - (d * (e + 1)) > -1",
        ),
        ("-(5) < - - 5 and -5 .b = 1", "-(5) < -(-5) and -(5.b) = 1"),
        ("t occurs on today", "t occurs on today"),
        (
            "t occurs TOMORROW or t occurs < 2 days from today()",
            "t occurs on tomorrow or t occurs < 2 days after today",
        ),
        (
            "chain(xEvent, timestamp, [what(a) when(today) count(1), B: WHAT(b) COUNT(2) WHEN(< 1 day from PREVIOUS STEP)])",
            "CHAIN(xEvent, timestamp, [C0: WHAT(a) WHEN(on today), B: WHAT(b) WHEN(< 1 day after previous step) COUNT(2)])",
        ),
        (
            "if(a, b, 1 + c) = 1 and not if(a, b, c)",
            "if(a, b, 1 + c) = 1 and not (if(a, b, c))",
        ),
        ("a.equals(\"x\", true)", "a.equals(\"x\")"),
        ("count(tags) = 1.10", "tags.count() = 1.1"),
        ("a = -0 or a = -5", "a = 0 or a = -5"),
        ("a.get(\"b\").get(\"c d\").e = 1e3", "a.b.get(\"c d\").e = 1000"),
        ("a.and.in.count = 1", "a.and.in.count = 1"),
        (
            "a = \"\\u00e9\\uD83D\\uDE00\\n\\t\\\"\\\\\"",
            "a = \"é😀\\n\\t\\\"\\\\\"",
        ),
        ("t OCCURS < 1 Days BEFORE NOW", "t occurs < 1 day before now"),
        // `get` with a text is one more key, however it is called; `now.a` is an attribute.
        ("get(points, \"shop\") = 3", "points.shop = 3"),
        (
            "[a.in([1]), b notIn c].count() > 1",
            "[a in [1], b notIn c].count() > 1",
        ),
        (
            "now().a.isNull() and now.a.isNull()",
            "now().a.isNull() and now.a.isNull()",
        ),
        (
            "a.head().b.c.d.e.f.g.h.i.j.k.l.isNull()",
            "a.head().b.c.d.e.f.g.h.i.j.k.l.isNull()",
        ),
        (
            "t occurs <= 2 century before now",
            "t occurs <= 2 centuries before now",
        ),
    ] {
        let printed = canonical(text);
        assert_eq!(printed, expected, "{text}");
        assert_eq!(canonical(&printed), printed, "{text}");
    }
}

fn path(text: &str) -> Path {
    Path::parse(text).expect("a path")
}

/// All fields, in order.
fn roots(expression: &Expression, found: &mut Vec<(Root, String)>) {
    if let Expression::Field(Field { root, path }) = expression {
        found.push((*root, path.to_string()));
    }
    expression.parts().into_iter().for_each(|part| roots(part, found));
}

#[test]
fn names_belong_to_their_scope() {
    let text = "a and identityMap.ecid and \
        xEvent[a and (exists E from xEvent[b] where E.c and d and xEvent[e and E.f])] and \
        (exists E from xEvent where g and E.h and (exists F from xEvent where E.i and F.j and k))";
    let program = parse(text).program.expect("a program");
    let mut found = Vec::new();
    roots(program.condition(), &mut found);
    let expected = [
        (Root::Profile, "a"),
        (Root::Identities, "ecid"),
        (Root::Item(0), "a"),
        (Root::Item(0), "b"),
        (Root::Item(0), "c"),
        (Root::Item(1), "d"),
        (Root::Item(0), "e"),
        (Root::Item(1), "f"),
        (Root::Profile, "g"),
        (Root::Item(0), "h"),
        (Root::Item(1), "i"),
        (Root::Item(0), "j"),
        (Root::Profile, "k"),
    ];
    assert_eq!(found, expected.map(|(root, path)| (root, path.to_owned())));
    assert_eq!(program.paths(), ["a", "g", "k"].map(path));
    assert!(program.reads_identities());
}

#[test]
fn literals_are_held_exactly() {
    let value = |text: &str| match parse(&format!("a = {text}"))
        .program
        .expect("a program")
        .condition()
    {
        Expression::Compare {
            right,
            operator: Operator::Equal,
            ..
        } => match &**right {
            Expression::Literal(value) => value.clone(),
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    };
    for text in [
        "0",
        "1.10",
        "9999999999999999999999999999",
        "12345678901234567890.12345678",
        "5e-3",
    ] {
        assert_eq!(
            value(text),
            Value::Number(Number::parse(text).expect("a number")),
            "{text}"
        );
    }
    let negative = value("-0.0000000000000000000000000001");
    assert_eq!(
        negative,
        Value::Number(Number::parse("-0.0000000000000000000000000001").expect("a number"))
    );
    assert_eq!(
        value("[\"a\", 1, true]"),
        Value::parse("[\"a\", 1, true]").expect("json")
    );
}

#[test]
fn mentions_stand_where_they_are_written() {
    let text = "inSegment(\"b\") and xEvent[timestamp occurs < 91 days before now] and \
        t occurs < 5 years before now and inSegment(\"a\") and inSegment(\"b\") and \
        (exists E from xEvent where E.timestamp occurs <= 3 months before now)";
    let program = parse(text).program.expect("a program");
    let mentions: Vec<&str> = program
        .mentions()
        .iter()
        .map(|m| &text[m.span.start..m.span.end])
        .collect();
    assert_eq!(mentions, ["\"b\"", "< 91 days", "\"a\"", "\"b\"", "<= 3 months"]);
    let segments: Vec<String> = program.segments().iter().map(ToString::to_string).collect();
    assert_eq!(segments, ["a", "b"]);
    assert_eq!(
        program
            .longest_window()
            .map(|window| window.to_string())
            .as_deref(),
        Some("<= 3 months")
    );
    let warned = |days| -> Vec<String> {
        let warnings = program.warnings(Duration::days(days));
        warnings
            .iter()
            .map(|warning| text[warning.span.start..warning.span.end].to_owned())
            .collect()
    };
    assert_eq!(warned(90), ["< 91 days", "<= 3 months"]);
    assert_eq!(warned(91), ["<= 3 months"]);
    assert_eq!(warned(92), [""; 0]);
    let both = crate::Program::and(program.clone(), program.clone());
    assert_eq!(both.to_string(), format!("({program}) and ({program})"));
    assert_eq!(both.mentions().len(), 10);
    assert!(
        both.mentions()
            .iter()
            .any(|mention| matches!(&mention.of, Mentioned::Segment(_)))
    );
}
