use super::{Comparison, Events, Literal, Rule, Than, Unit, Window};
use model::{Path, SegmentId};

fn path(text: &str) -> Path {
    Path::parse(text).expect("good")
}

fn buys(window: Option<Window>) -> Events {
    let buy = Literal::Text("buy".to_owned());
    let of_type = Comparison {
        path: path("eventType"),
        than: Than::Equal,
        literal: buy,
    };
    let cheap = Comparison {
        path: path("item.price"),
        than: Than::Less,
        literal: Literal::Number("1.50".to_owned()),
    };
    Events {
        conditions: vec![of_type, cheap],
        window,
    }
}

#[test]
fn rules_print_as_pql() {
    let week = Window {
        count: 1,
        unit: Unit::Week,
        inclusive: true,
    };
    let minutes = Window {
        count: 5,
        unit: Unit::Minute,
        inclusive: false,
    };
    let quoted = Literal::Text("a \"b\" \\".to_owned());
    let rule = Rule::And(vec![
        Rule::In(path("level"), vec![quoted, Literal::Text(String::new())]),
        Rule::Or(vec![
            Rule::Count(buys(Some(week)), Than::AtLeast, 3),
            Rule::Sum(buys(None), path("amount"), Than::NotEqual, "2.50".to_owned()),
        ]),
        Rule::Not(Box::new(Rule::Exists(buys(Some(minutes))))),
        Rule::Not(Box::new(Rule::InSegment(SegmentId::new("s-1").expect("good")))),
        Rule::Intersects(
            path("tags"),
            vec![Literal::Bool(true), Literal::Number("1.10".to_owned())],
        ),
    ]);
    let expected = r#"(level in ["a \"b\" \\", ""] and
        (xEvent[eventType = "buy" and item.price < 1.50 and timestamp occurs <= 1 weeks before now].count() >= 3 or
        xEvent[eventType = "buy" and item.price < 1.50].sum(amount) != 2.50) and
        not ((exists E from xEvent where E.eventType = "buy" and E.item.price < 1.50 and
        E.timestamp occurs < 5 minutes before now)) and
        not (inSegment("s-1")) and
        tags.intersects([true, 1.10]))"#;
    let on_one_line = expected.split('\n').map(str::trim).collect::<Vec<_>>().join(" ");
    assert_eq!(rule.to_string(), on_one_line);
}

#[test]
fn a_rule_knows_its_windows_and_references() {
    let window = |count| Window {
        count,
        unit: Unit::Second,
        inclusive: true,
    };
    let id = |name| SegmentId::new(name).expect("good");
    let rule = Rule::Not(Box::new(Rule::Or(vec![
        Rule::Exists(buys(Some(window(1)))),
        Rule::And(vec![
            Rule::InSegment(id("a")),
            Rule::Count(buys(Some(window(2))), Than::Less, 1),
        ]),
        Rule::Sum(buys(Some(window(3))), path("x"), Than::Less, "1".to_owned()),
        Rule::InSegment(id("b")),
    ])));
    assert_eq!(rule.windows(), [window(1), window(2), window(3)]);
    assert_eq!(rule.references(), [&id("a"), &id("b")]);
    assert_eq!(window(3).length().millis(), 3_000);
}
