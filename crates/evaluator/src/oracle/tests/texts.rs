//! Texts: their order, and letters without case.

use super::Person;

#[test]
fn texts_compare_by_code_point() {
    let person = Person::with_attributes(r#"{"a": "a", "z": "Z", "accent": "é", "smile": "😀", "fw": "ｆ"}"#);
    person.check(&[
        ("a = \"a\" and a != \"A\" and not (a != \"a\")", true),
        ("z < a and a < accent and accent < fw and fw < smile", true),
        ("smile > fw and a >= \"a\" and a <= \"a\"", true),
        ("a < \"aa\" and \"10\" < \"9\"", true),
        ("accent = \"e\u{301}\"", false),
    ]);
}

#[test]
fn case_folds_one_code_point_to_one() {
    for (one, other, same) in [
        ("Canada", "cANADA", true),
        ("É", "é", true),
        ("ΣΑΣ", "σας", true),
        ("ſ", "S", true),
        ("\u{212A}", "k", true),
        ("µ", "Μ", true),
        ("ẞ", "ß", true),
        ("ß", "ss", false),
        ("İ", "i", false),
        ("ı", "I", false),
        ("Ǆ", "ǅ", true),
        ("ᾳ", "ᾼ", true),
        ("\u{1FD3}", "\u{390}", true),
        ("ꭰ", "Ꭰ", true),
        ("é", "e\u{301}", false),
        ("a", "ab", false),
    ] {
        let person = Person::with_attributes(&format!(r#"{{"one": "{one}", "other": "{other}"}}"#));
        person.check(&[
            ("one.equals(other, false)", same),
            ("other.equals(one, false)", same),
            ("one.equals(other)", one == other),
            ("one.equals(one, true) and one.equals(one, false)", true),
        ]);
    }
}
