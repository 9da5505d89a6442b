//! How JSONs are changed: by their values, by their words and signs, and into the deep.

use super::mutate::Dice;
use crate::function::Function;
use crate::json::{NODE_TYPES, read_typed, write};
use crate::tests::json::NAMES;
use crate::{Notation, Parsed, generate, parse};
use xdm::Schemas;

/// Values, whole ones and broken ones.
const VALUES: &[&str] = &[
    "null",
    "true",
    "false",
    "0",
    "1",
    "-1",
    "1.5",
    "01",
    "1e999",
    "18446744073709551615",
    "18446744073709551616",
    "0.0000000000000000000000000001",
    "[]",
    "{}",
    "[[\"a\", 1], true]",
    "\"\"",
    "\"xEvent\"",
    "\"timestamp\"",
    "\"eventType\"",
    "\"identityMap\"",
    "\"_shop\"",
    "\"tier\"",
    "\"two words\"",
    "\"골드\"",
    "\"\\u0000\"",
    "\"\\ud83d\\ude00\"",
    "\"\\ud83d\"",
    "\"=\"",
    "\"<\"",
    "\"!=\"",
    "\"+\"",
    "\"-\"",
    "\"%\"",
    "\"and\"",
    "\"or\"",
    "\"not\"",
    "\"if\"",
    "\"filter\"",
    "\"inSegment\"",
    "\"some\"",
    "\"all\"",
    "\"this\"",
    "\"next\"",
    "\"before\"",
    "\"after\"",
    "\"day\"",
    "\"millennia\"",
    "\"E\"",
    "\"A\"",
    "\"profile\"",
    "\"XDMObject\"",
    "\"Integer\"",
    "\"List\"",
    "\"2024-02-29\"",
    "{\"nodeType\":\"literal\",\"value\":true}",
    "{\"nodeType\":\"parameterReference\",\"position\":1}",
    "{\"nodeType\":\"itemReference\",\"levels\":1}",
    "{\"nodeType\":\"varRef\",\"varName\":\"E\"}",
    "{\"nodeType\":\"fieldLookup\",\"fieldName\":\"timestamp\"}",
    "{\"nodeType\":\"gap\",\"operator\":\"<\",\"count\":1,\"unit\":\"day\"}",
];

/// What a value can stand in, over and over.
const AROUND: [(&str, &str); 7] = [
    ("[", "]"),
    ("{\"nodeType\":\"fnApply\",\"fnName\":\"not\",\"params\":[", "]}"),
    ("{\"nodeType\":\"fnApply\",\"fnName\":\"head\",\"params\":[", "]}"),
    (
        "{\"nodeType\":\"fieldLookup\",\"fieldName\":\"a\",\"object\":",
        "}",
    ),
    (
        "{\"nodeType\":\"let\",\"varName\":\"S\",\"body\":{\"nodeType\":\"varRef\",\"varName\":\"S\"},\"value\":",
        "}",
    ),
    (
        "{\"nodeType\":\"fnApply\",\"fnName\":\"filter\",\"params\":[{\"nodeType\":\"fieldLookup\",\"fieldName\":\"xEvent\"},",
        "]}",
    ),
    ("{\"nodeType\":\"list\",\"items\":[", "]}"),
];

/// Without schemas and with them.
pub(super) fn read(json: &str, schemas: &Schemas) -> [Parsed; 2] {
    let all = [crate::json::read(json), read_typed(json, schemas)];
    for one in all.iter().flat_map(|read| &read.diagnostics) {
        let pointer = &one.pointer;
        assert!(pointer.is_empty() || pointer.starts_with('/'), "{pointer}");
    }
    all.map(Parsed::from)
}

/// Those of the texts that mean something, as JSON; and what the page shows and the tests refuse.
pub(super) fn written(texts: &[String]) -> Vec<String> {
    let programs = texts.iter().filter(|text| Notation::of(text) == Notation::Text);
    let programs = programs.filter_map(|text| parse(text).program);
    let mut all: Vec<String> = programs.map(|program| write(&program)).collect();
    assert!(all.len() >= 600, "{} programs", all.len());
    let page = include_str!("../../../../../docs/pql/json.md").split("```json");
    let blocks = page
        .skip(1)
        .filter_map(|rest| rest.split_once('\n')?.1.split("```").next());
    all.extend(blocks.map(str::to_owned));
    let refused = include_str!("../json/refused.txt").split("\n\n");
    all.extend(
        refused
            .filter_map(|entry| entry.lines().next())
            .map(str::to_owned),
    );
    all
}

/// A JSON like some of `kept`, changed in one to four places, most often in one: few changes leave what means something.
pub(super) fn mutate(dice: &mut Dice, kept: &[String], longest: usize) -> String {
    let mut json = if dice.roll(3) == 0 {
        let tape: Vec<u8> = (0..dice.roll(200)).map(|_| dice.next() as u8).collect();
        let words = super::super::properties::words();
        write(&generate::program(&mut generate::Dice::new(&tape), &words, 4))
    } else {
        dice.pick(kept).clone()
    };
    let most = dice.roll(4);
    for _ in 0..=dice.roll(most + 1) {
        json = change(dice, kept, &json);
        json.truncate(json.floor_char_boundary(longest));
    }
    json
}

fn change(dice: &mut Dice, kept: &[String], json: &str) -> String {
    let mut tokens = tokens(json);
    if tokens.is_empty() {
        return (*dice.pick(VALUES)).to_owned();
    }
    // Nodes have the rest in them: they are what is changed most.
    let mut at = dice.roll(tokens.len());
    if dice.roll(3) > 0 {
        let node = |token: &&str| *token == "{";
        at = tokens[at..].iter().position(node).map_or(at, |ahead| at + ahead);
    }
    let value = value_at(&tokens, at);
    let word = word(dice);
    match dice.roll(12) {
        // A node of its own kind, so that what stands around it may still mean something.
        0 | 1 if tokens[at] == "{" => {
            let other: &String = dice.pick(kept);
            let other = self::tokens(other);
            let kind = tokens.get(at + 1..at + 4);
            let places: Vec<usize> = (0..other.len())
                .filter(|place| other[*place] == "{" && other.get(place + 1..place + 4) == kind)
                .collect();
            if !places.is_empty() {
                let new = other[value_at(&other, *dice.pick(&places))].concat();
                return tokens[..value.start].concat() + &new + &tokens[value.end..].concat();
            }
        }
        // A value in place of a value: most of these mean something.
        0..=3 => {
            let other: &String = dice.pick(kept);
            let other = self::tokens(other);
            let new = match dice.roll(3) {
                0 => word,
                _ if other.is_empty() => word,
                _ => {
                    let from = dice.roll(other.len());
                    other[value_at(&other, from)].concat()
                }
            };
            return tokens[..value.start].concat() + &new + &tokens[value.end..].concat();
        }
        // Two values of the same JSON change places.
        4 => {
            let other = value_at(&tokens, dice.roll(tokens.len()));
            let (one, other) = if value.start <= other.start {
                (value, other)
            } else {
                (other, value)
            };
            if one.end <= other.start {
                let (mine, theirs) = (tokens[one.clone()].concat(), tokens[other.clone()].concat());
                let between = tokens[one.end..other.start].concat();
                let after = tokens[other.end..].concat();
                return tokens[..one.start].concat() + &theirs + &between + &mine + &after;
            }
        }
        // An item or a member more, or many.
        5 => {
            let most = if dice.roll(40) == 0 { 13 } else { 3 };
            let times = 1 << dice.roll(most);
            let more = format!(",{}", tokens[value.clone()].concat()).repeat(times);
            return tokens[..value.end].concat() + &more + &tokens[value.end..].concat();
        }
        // One less, with its comma.
        6 => {
            let end = value.end + usize::from(tokens.get(value.end) == Some(&","));
            tokens.drain(value.start..end);
        }
        // As deep as it goes.
        7 => {
            let (open, close) = *dice.pick(&AROUND);
            let most = if dice.roll(20) == 0 { 10 } else { 4 };
            let times = 1 << dice.roll(most);
            let inner = tokens[value.clone()].concat();
            let inner = open.repeat(times) + &inner + &close.repeat(times);
            return tokens[..value.start].concat() + &inner + &tokens[value.end..].concat();
        }
        8 => {
            tokens.remove(at);
        }
        9 => tokens.insert(at, &word),
        10 => tokens[at] = &word,
        _ => {
            let at = json.floor_char_boundary(dice.roll(json.len() + 1));
            let letter = char::from_u32(dice.roll(0x11_0000) as u32).unwrap_or('\u{fffd}');
            let ascii = char::from(dice.roll(128) as u8);
            let letter = if dice.roll(3) == 0 { letter } else { ascii };
            let rest = if dice.roll(2) == 0 { &json[at..] } else { "" };
            return format!("{}{letter}{rest}", &json[..at]);
        }
    }
    tokens.concat()
}

/// A value, the name of a member, a type of node or a function.
fn word(dice: &mut Dice) -> String {
    match dice.roll(4) {
        0 if dice.roll(8) == 0 => "\"nodeType\"".to_owned(),
        0 => format!("\"{}\"", dice.pick(NAMES)),
        1 => format!("\"{}\"", dice.pick(&NODE_TYPES.concat())),
        2 => {
            let all: Vec<_> = Function::all().collect();
            format!("\"{}\"", dice.pick(&all).name)
        }
        _ => (*dice.pick(VALUES)).to_owned(),
    }
}

/// The tokens of the value that begins at a token: to its closing bracket, or the token alone.
fn value_at(tokens: &[&str], at: usize) -> std::ops::Range<usize> {
    let mut open = 0_usize;
    for (index, token) in tokens.iter().enumerate().skip(at) {
        match *token {
            "{" | "[" => open += 1,
            "}" | "]" => open = open.saturating_sub(1),
            _ => {}
        }
        if open == 0 {
            return at..index + 1;
        }
    }
    at..tokens.len()
}

/// Texts with their quotes, signs, and what stands between them.
fn tokens(json: &str) -> Vec<&str> {
    let mut all = Vec::new();
    let mut rest = json;
    while let Some(first) = rest.chars().next() {
        let sign = |c: char| "{}[]:,\"".contains(c);
        let end = match first {
            '"' => text_end(rest),
            first if sign(first) => 1,
            _ => rest.find(sign).unwrap_or(rest.len()),
        };
        let (token, after) = rest.split_at(end);
        all.push(token);
        rest = after;
    }
    all
}

/// Where a text in quotes ends.
fn text_end(json: &str) -> usize {
    let mut escaped = false;
    for (at, c) in json.char_indices().skip(1) {
        match c {
            '"' if !escaped => return at + 1,
            _ => escaped = c == '\\' && !escaped,
        }
    }
    json.len()
}
