use super::*;

#[test]
fn patterns_find() {
    for (pattern, text, found) in [
        ("an", "banana", true),
        ("^an", "banana", false),
        ("^\\d+$", "12", true),
        ("^\\d$", "٣", false),
        ("(?U)^\\d$", "٣", true),
        ("^\\w+$", "é", false),
        ("(?U)^\\w+$", "é", true),
        ("(?i)É", "é", true),
        ("(?iU)^\\wÉ$", "éé", true),
        ("^[\\d-]+$", "1-2", true),
        ("^[^\\d]$", "٣", true),
        ("^[\\D]$", "7", false),
        ("\\bcat\\b", "the cat", true),
        ("a.c", "aéc", true),
        ("(?s)a.c", "a\nc", true),
        ("a.c", "a\nc", false),
        ("\\\\1", "\\1", true),
        ("[+]+", "++", true),
        ("^a{2}?$", "aa", true),
        ("(?<n>a)(b)", "ab", true),
    ] {
        let read = Pattern::new(pattern).unwrap_or_else(|why| panic!("{pattern}: {why}"));
        assert_eq!(read.regex().is_match(text), found, "{pattern} in {text}");
    }
}

#[test]
fn what_takes_more_than_linear_time_is_refused() {
    for (pattern, why) in [
        ("(?=a)", "Look-around"),
        ("(?!a)", "Look-around"),
        ("(?<=a)b", "Look-around"),
        ("(?<!a)b", "Look-around"),
        ("(a)\\1", "back-reference"),
        ("(?<n>a)\\k<n>", "back-reference"),
        ("a*+", "possessive"),
        ("a++", "possessive"),
        ("a{2}+", "possessive"),
        ("(?>a)", "atomic"),
        ("\\Qa\\E", "escape each sign"),
        ("a(?U)b", "beginning"),
        ("(", "no pattern"),
        ("[", "no pattern"),
        ("\\", "no pattern"),
        ("(?d)a", "no pattern"),
        ("(((((a{100}){100}){100}){100}){100})", "too large"),
    ] {
        let refused = Pattern::new(pattern).map(|pattern| pattern.groups());
        let Err(said) = refused else {
            panic!("{pattern} was read")
        };
        assert!(said.contains(why) && said.ends_with('.'), "{pattern}: {said}");
    }
}
