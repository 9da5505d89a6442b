//! How texts are changed: by their words and signs, by their letters, and into the deep.

use crate::function::Function;
use crate::generate;
use xdm::Value;

/// Words and signs that mean something somewhere, and letters that mean nothing.
const WORDS: &[&str] = &[
    "and",
    "or",
    "not",
    "in",
    "notIn",
    "(",
    ")",
    "[",
    "]",
    ",",
    ".",
    ":",
    "=",
    "!=",
    "<",
    "<=",
    ">",
    ">=",
    "!",
    "^",
    "^^",
    "$1",
    "$",
    "=>",
    "+",
    "-",
    "*",
    "/",
    "%",
    "{",
    "}",
    "\"",
    "'",
    "\\",
    "--",
    "#",
    "==",
    "&&",
    "xEvent",
    "exists",
    "forall",
    "select",
    "from",
    "where",
    "let",
    "if",
    "CHAIN",
    "WHAT",
    "WHEN",
    "COUNT",
    "over",
    "occurs",
    "before",
    "after",
    "between",
    "on",
    "this",
    "last",
    "next",
    "now",
    "today",
    "tomorrow",
    "previous step",
    "days",
    "months",
    "hours",
    "millisecond",
    "E",
    "I",
    "P",
    "A",
    "true",
    "false",
    "null",
    "0",
    "1",
    "-1",
    "0.5",
    "7",
    "1e999",
    "99999999999999999999",
    "0.0000000000000000000000000001",
    "18446744073709551615",
    "9223372036854775807",
    "\"\"",
    "\"x\"",
    "\"2024-02-29\"",
    "\"2024-02-29T00:00:00Z\"",
    "\"\\ud83d\\ude00\"",
    "timestamp",
    "eventType",
    "_shop.tier",
    "_shop.visits",
    "_shop.visits.at",
    "_shop.scores",
    "_shop.scores.chess",
    "_shop.vip",
    "_shop.no",
    "_shop.tags",
    "person.name.firstName",
    "person.birthDate",
    "person",
    "identityMap",
    "identityMap.email.id",
    "commerce.order.priceTotal",
    "productListItems",
    "E.eventType",
    "é",
    "골드",
    "\u{0}",
    "\u{202e}",
    "“",
    "\n",
    "\t",
    "date(2024, 2, 29)",
    "(P) => ",
    "inSegment(\"gold\")",
    ".count()",
    ".get(\"a b\")",
    "[a = 1]",
];

/// Random choices of a seed.
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    pub(super) fn roll(&mut self, sides: usize) -> usize {
        (self.next() >> 16) as usize % sides.max(1)
    }

    pub(super) fn pick<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.roll(all.len())]
    }
}

/// What people write, and what they write wrongly: the texts of the docs and of the other tests.
pub(super) fn written() -> Vec<String> {
    let docs = [
        include_str!("../../../../../docs/pql/functions.md"),
        include_str!("../../../../../docs/pql/grammar.md"),
        include_str!("../../../../../docs/definitions.md"),
    ];
    let mut all: Vec<String> = docs
        .iter()
        .flat_map(|page| page.lines())
        .map(str::to_owned)
        .collect();
    all.extend(Function::all().map(|function| function.example.1.to_owned()));
    let wrong = include_str!("../diagnostics.txt").split("\n\n");
    all.extend(wrong.filter_map(|entry| entry.lines().next()).map(str::to_owned));
    let right = include_str!("../meaning.rs").lines().map(str::trim);
    let right = right.filter_map(|line| line.strip_prefix('"')?.strip_suffix("\","));
    all.extend(right.map(|text| text.replace("\\\"", "\"").replace("\\\\", "\\")));
    all.extend(corpus());
    all.extend(super::super::typed::SOUND.iter().map(|text| (*text).to_owned()));
    all
}

/// The expressions of the conformance corpus.
fn corpus() -> Vec<String> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/corpus");
    let entries = std::fs::read_dir(folder).expect("the corpus");
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    paths.sort();
    let mut all = Vec::new();
    for path in paths {
        let file = Value::parse(&std::fs::read_to_string(&path).expect("a file")).expect("json");
        // One file lists the rules instead.
        let Some(Value::Array(cases)) = file.get(&["cases"]) else {
            continue;
        };
        let expressions = cases.iter().filter_map(|case| case.get(&["expression"]));
        all.extend(expressions.filter_map(|expression| match expression {
            Value::String(text) => Some(text.to_string()),
            _ => None,
        }));
    }
    assert!(all.len() >= 500, "{} expressions", all.len());
    all
}

/// A text like some of `kept`, changed in one to eight places.
pub(super) fn mutate(dice: &mut Dice, kept: &[String], longest: usize) -> String {
    let mut text = if dice.roll(6) == 0 {
        let tape: Vec<u8> = (0..dice.roll(200)).map(|_| dice.next() as u8).collect();
        let words = super::super::properties::words();
        generate::program(&mut generate::Dice::new(&tape), &words, 4).to_string()
    } else {
        dice.pick(kept).clone()
    };
    for _ in 0..=dice.roll(8) {
        text = change(dice, kept, &text);
        text.truncate(text.floor_char_boundary(longest));
    }
    text
}

fn change(dice: &mut Dice, kept: &[String], text: &str) -> String {
    let mut tokens = tokens(text);
    let at = dice.roll(tokens.len() + 1);
    let word = |dice: &mut Dice| match dice.roll(4) {
        0 => {
            let all: Vec<_> = Function::all().collect();
            dice.pick(&all).name
        }
        _ => *dice.pick(WORDS),
    };
    match dice.roll(12) {
        0 | 1 if at < tokens.len() => {
            tokens.remove(at);
        }
        2 | 3 => tokens.insert(at, word(dice)),
        4 | 5 if at < tokens.len() => tokens[at] = word(dice),
        6 if at < tokens.len() => {
            let other = dice.roll(tokens.len());
            tokens.swap(at, other);
        }
        // One begun, another ended.
        7 => {
            let other = dice.pick(kept);
            let ends = self::tokens(other);
            let from = dice.roll(ends.len() + 1);
            return tokens[..at].concat() + " " + &ends[from..].concat();
        }
        // The same over and over.
        8 => {
            let to = (at + 1 + dice.roll(6)).min(tokens.len());
            let most = if dice.roll(40) == 0 { 13 } else { 6 };
            let times = 1 << dice.roll(most);
            let part = tokens[at..to].concat();
            return tokens[..at].concat() + &part.repeat(times) + &tokens[to..].concat();
        }
        // As deep as it goes.
        9 => {
            const AROUND: [(&str, &str); 9] = [
                ("(", ")"),
                ("not (", ")"),
                ("xEvent[", "]"),
                ("exists E from xEvent where (", ")"),
                ("[", "]"),
                ("if(true, ", ", 1)"),
                ("let S = ", " in S"),
                ("(a or ", ")"),
                ("-(", ")"),
            ];
            let (open, close) = *dice.pick(&AROUND);
            let most = if dice.roll(40) == 0 { 12 } else { 7 };
            let times = 1 << dice.roll(most);
            return open.repeat(times) + text + &close.repeat(times);
        }
        10 => {
            let other = dice.pick(kept).clone();
            let join = *dice.pick(&[" and ", " or ", " = ", " in ", " + ", ", "]);
            return format!("{text}{join}({other})");
        }
        _ => {
            let at = text.floor_char_boundary(dice.roll(text.len() + 1));
            let letter = char::from_u32(dice.roll(0x11_0000) as u32).unwrap_or('\u{fffd}');
            let ascii = char::from(dice.roll(128) as u8);
            let letter = if dice.roll(3) == 0 { letter } else { ascii };
            let rest = if dice.roll(2) == 0 { &text[at..] } else { "" };
            return format!("{}{letter}{rest}", &text[..at]);
        }
    }
    tokens.concat()
}

/// Words, signs and the white space between them.
fn tokens(text: &str) -> Vec<&str> {
    let mut all = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let word = |c: char| c.is_alphanumeric() || c == '_';
        let end = if word(first) {
            rest.find(|c| !word(c)).unwrap_or(rest.len())
        } else {
            first.len_utf8()
        };
        let (token, after) = rest.split_at(end);
        all.push(token);
        rest = after;
    }
    all
}
