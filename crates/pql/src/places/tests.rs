use super::*;

/// The texts at the places of the closed parts, as far down as there are places.
fn texts<'t>(text: &'t str, place: &Place, found: &mut Vec<&'t str>) {
    found.push(&text[place.span.start..place.span.end]);
    for part in place.parts.iter().flatten() {
        texts(text, part, found);
    }
}

#[test]
fn every_part_stands_where_it_is_written() {
    for (text, expected) in [
        (
            "a = 1 and (b or not c)",
            &[
                "a = 1 and (b or not c)",
                "a = 1",
                "a",
                "1",
                "(b or not c)",
                "b",
                "not c",
                "c",
            ][..],
        ),
        (
            "xEvent[ eventType=\"x\" ].count() >= 3",
            &[
                "xEvent[ eventType=\"x\" ].count() >= 3",
                "xEvent[ eventType=\"x\" ].count()",
                "xEvent[ eventType=\"x\" ]",
                "xEvent",
                "eventType=\"x\"",
                "eventType",
                "\"x\"",
                "3",
            ],
        ),
        ("(P) => P.a in [1, 2]", &["P.a in [1, 2]", "P.a", "[1, 2]"]),
        (
            "let S = a + b in S > 1",
            &["let S = a + b in S > 1", "a + b", "a", "b", "S > 1", "S", "1"],
        ),
        (
            "exists E from xEvent where E.n = 1",
            &[
                "exists E from xEvent where E.n = 1",
                "xEvent",
                "E.n = 1",
                "E.n",
                "1",
            ],
        ),
        (
            "items.filter((I) => I.n > 1)",
            &["items.filter((I) => I.n > 1)", "items", "I.n > 1", "I.n", "1"],
        ),
        (
            "if(a, b, c) and items.sum(n) > 1",
            &[
                "if(a, b, c) and items.sum(n) > 1",
                "if(a, b, c)",
                "a",
                "b",
                "c",
                "items.sum(n) > 1",
                "items.sum(n)",
                "items",
                "n",
                "n",
                "1",
            ],
        ),
        ("born occurs before today", &["born occurs before today", "born"]),
        (
            "(sum X.v over X from list) > 1",
            &[
                "(sum X.v over X from list) > 1",
                "(sum X.v over X from list)",
                "1",
            ],
        ),
    ] {
        let program = crate::parse(text).program.unwrap_or_else(|| panic!("{text}"));
        let place = Place::of(text, &program).unwrap_or_else(|| panic!("{text}"));
        let mut found = Vec::new();
        texts(text, &place, &mut found);
        assert_eq!(found, expected, "{text}");
    }
}

#[test]
fn a_text_of_another_program_has_no_places() {
    let program = crate::parse("a = 1").program.expect("a program");
    assert_eq!(Place::of("a = 2", &program), None);
    assert_eq!(Place::of("a =", &program), None);
}
