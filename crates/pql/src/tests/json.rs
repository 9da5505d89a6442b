//! `pql/json`: the same language, both ways.

use super::properties::{TOKENS, words};
use super::typed::schemas;
use crate::generate::{Dice, program};
use crate::json::{Diagnostic, Read, compact, pretty, read, read_typed, write};
use crate::program::{Expression, Program};
use crate::{Notation, Parsed, Severity, parse, parse_typed};
use proptest::prelude::*;

const PAGE: &str = include_str!("../../../../docs/pql/json.md");

/// What a JSON text means, which must be something.
fn meaning(json: &str) -> Program {
    let Read { program, diagnostics } = read(json);
    program.unwrap_or_else(|| panic!("{json}: {diagnostics:#?}"))
}

fn condition(text: &str) -> Expression {
    let parsed = parse(text);
    let program = parsed
        .program
        .unwrap_or_else(|| panic!("{text}: {:#?}", parsed.diagnostics));
    program.condition().clone()
}

/// Every construct has its pair of blocks: the text is written as this JSON, and both mean the same.
#[test]
fn the_page_is_what_is_written_and_read() {
    let mut blocks = PAGE.split("```").skip(1).step_by(2);
    let (mut pairs, mut alone) = (0, 0);
    let mut text = None;
    for block in &mut blocks {
        let (kind, body) = block.split_once('\n').expect("a kind of block");
        match kind {
            "text" => text = Some(body.trim_end()),
            "json" => {
                let text = text.take().unwrap_or_else(|| panic!("no text before {body}"));
                let wanted = condition(text);
                assert_eq!(meaning(body).condition(), &wanted, "{text}");
                assert_eq!(pretty(&Program::new(wanted)), body.trim_end(), "{text}");
                pairs += 1;
            }
            // Another spelling of the JSON, which is read and not written.
            "json read" => {
                let text = text.take().unwrap_or_else(|| panic!("no text before {body}"));
                assert_eq!(meaning(body).condition(), &condition(text), "{text}");
                assert_ne!(compact(body), Some(write(&meaning(body))), "{text}");
                alone += 1;
            }
            _ => {}
        }
    }
    assert!(
        pairs >= 25 && alone >= 3,
        "{pairs} pairs, {alone} other spellings"
    );
}

/// Whatever a node may be stands on the page.
#[test]
fn the_page_leaves_no_node_out() {
    for kind in crate::json::NODE_TYPES.into_iter().flatten() {
        let node = format!("\"nodeType\":\"{kind}\"");
        let page = PAGE.replace("\": \"", "\":\"");
        assert!(page.contains(&node), "{kind} is not in docs/pql/json.md");
    }
}

/// As Adobe's pages print them.
#[test]
fn adobes_own_samples_are_read() {
    for (json, text) in [
        (
            r#"{"nodeType":"fnApply","fnName":"=","params":[{"nodeType":"fieldLookup","fieldName":"country","object":{"nodeType":"fieldLookup","fieldName":"workAddress","object":{"nodeType":"parameterReference","position":1}}},{"nodeType":"literal","literalType":"String","value":"US"}]}"#,
            r#"workAddress.country = "US""#,
        ),
        (
            r#"{"nodeType":"select","variables":[{"nodeType":"varDecl","varName":"_Checkouts1","from":{"nodeType":"fieldLookup","fieldName":"xEvent","object":{"nodeType":"literal","literalType":"XDMObject","value":"profile"}},"where":{"nodeType":"fnApply","fnName":"equals","params":[{"nodeType":"fieldLookup","fieldName":"eventType","object":{"nodeType":"varRef","varName":"_Checkouts1"}},{"literalType":"String","nodeType":"literal","value":"commerce.checkouts"},{"nodeType":"literal","literalType":"Boolean","value":true}]}}]}"#,
            r#"select _Checkouts1 from xEvent where _Checkouts1.eventType.equals("commerce.checkouts")"#,
        ),
        (
            r#"{"nodeType":"fnApply","fnName":"=","params":[{"nodeType":"fieldLookup","fieldName":"city"},{"nodeType":"literal","value":"DDN"}]}"#,
            r#"city = "DDN""#,
        ),
        (
            r#"{"nodeType":"quantification","quantifier":"all","variables":[{"nodeType":"varDecl","varName":"t","from":{"nodeType":"literal","literalType":"List","value":["a","b"]},"where":{"nodeType":"fnApply","fnName":"in","params":[{"nodeType":"varRef","varName":"t"},{"nodeType":"fieldLookup","fieldName":"tags","object":{"nodeType":"literal","literalType":"XDMObject","value":"profile"}}]}}]}"#,
            r#"forall t from ["a", "b"] where t in tags"#,
        ),
    ] {
        assert_eq!(meaning(json).condition(), &condition(text), "{json}");
    }
}

/// A key that is no name is looked up as a text has it, so that the text is read again.
#[test]
fn keys_of_whatever_kind_are_those_of_a_text() {
    let orders = r#"{"nodeType":"fieldLookup","fieldName":"orders"}"#;
    let first = format!(r#"{{"nodeType":"fnApply","fnName":"head","params":[{orders}]}}"#);
    let got = |of: &str, key: &str| {
        let key = format!(r#"{{"nodeType":"literal","value":"{key}"}}"#);
        format!(r#"{{"nodeType":"fnApply","fnName":"get","params":[{of},{key}]}}"#)
    };
    let looked_up =
        |of: &str, key: &str| format!(r#"{{"nodeType":"fieldLookup","fieldName":"{key}","object":{of}}}"#);
    for (json, text) in [
        (got(orders, "k"), "orders.k"),
        (looked_up(orders, "two words"), r#"orders.get("two words")"#),
        (got(&first, "k"), r#"orders.head().get("k")"#),
        (looked_up(&first, "k"), "orders.head().k"),
        (
            looked_up(&first, "two words"),
            r#"orders.head().get("two words")"#,
        ),
    ] {
        assert_eq!(meaning(&json).condition(), &condition(text), "{json}");
    }
}

/// Each JSON with what is said of it: how much it matters, the pointer, of what, the sentence, and after an arrow the fix.
#[test]
fn all_that_is_wrong_is_said() {
    let written = include_str!("json/refused.txt");
    let mut found = String::new();
    for json in written.lines().filter(|line| line.starts_with(|c| c != ' ')) {
        let lines = read(json).diagnostics;
        assert!(!lines.is_empty(), "{json} is right");
        let lines: Vec<_> = lines
            .iter()
            .map(|one| format!("    {}\n", said(json, one)))
            .collect();
        let between = if found.is_empty() { "" } else { "\n" };
        found = format!("{found}{between}{json}\n{}", lines.concat());
    }
    if found != written {
        let new = concat!(env!("CARGO_MANIFEST_DIR"), "/src/tests/json/refused.txt.new");
        std::fs::write(new, found).expect("a file beside it");
        panic!("what is said is not what refused.txt says; {new} is: look at it and put it in place");
    }
}

fn said(json: &str, Diagnostic { pointer, said }: &Diagnostic) -> String {
    let severity = format!("{:?}", said.severity).to_lowercase();
    let fix = said
        .fix
        .as_ref()
        .map_or_else(String::new, |fix| format!(" -> {fix}"));
    let place = &json[said.span.start..said.span.end];
    let place: String = if place.chars().count() > 40 {
        place.chars().take(37).chain("...".chars()).collect()
    } else {
        place.to_owned()
    };
    format!("{severity} {pointer:?} {place}: {}{fix}", said.message)
}

/// Whatever is short is quoted as a text has it, so that the sentence is the same as that of the text.
#[test]
fn what_is_quoted_of_json_is_what_a_text_has() {
    let schemas = schemas();
    let mut quoting = 0;
    for text in [
        "_shop.tier > 5",
        "5 = _shop.tier",
        "_shop.tags = \"vip\"",
        "_shop.tags.includes(5)",
        "_shop.tier in [1, 2]",
        "_shop.scores.get(\"two words\") = \"x\"",
        "xEvent[commerce.order.priceTotal = \"x\"]",
        "xEvent[productListItems[SKU = ^^.commerce.order]]",
        "exists E from xEvent where E.commerce.order.priceTotal = \"x\"",
        "_shop.tags.head() = 5",
        "person = 5",
        "_shop.tier = \"a\" and _shop.tier = \"b\"",
        "_shop.nothing = 5",
    ] {
        let json = write(&Program::new(condition(text)));
        let sentences = |all: Vec<crate::Diagnostic>| -> Vec<String> {
            all.into_iter()
                .map(|said| said.message.replace("$1.", ""))
                .collect()
        };
        let of_json = Parsed::from(read_typed(&json, &schemas)).diagnostics;
        let of_text = parse_typed(text, &schemas).diagnostics;
        let (of_json, of_text) = (sentences(of_json), sentences(of_text));
        assert_eq!(of_json, of_text, "{text}");
        quoting += of_json.iter().filter(|said| said.contains('`')).count();
    }
    assert!(quoting >= 12, "{quoting}");
}

/// A JSON becomes right when every fix is taken, if every error has one.
#[test]
fn fixes_mend() {
    let mut mended = 0;
    for entry in include_str!("json/refused.txt").trim_end().split("\n\n") {
        let json = entry.lines().next().expect("a JSON");
        let diagnostics = read(json).diagnostics;
        let fixable = |one: &Diagnostic| one.said.fix.is_some() || one.said.severity != Severity::Error;
        if !diagnostics.iter().all(fixable) {
            continue;
        }
        let mut fixed = json.to_owned();
        for said in diagnostics.iter().rev().map(|one| &one.said) {
            if let Some(fix) = &said.fix {
                fixed.replace_range(said.span.start..said.span.end, fix);
            }
        }
        let again = read(&fixed);
        assert!(
            again.program.is_some(),
            "{json} became {fixed}: {:#?}",
            again.diagnostics
        );
        mended += usize::from(fixed != json);
    }
    assert!(mended >= 12, "only {mended} have a fix for every error");
}

#[test]
fn nesting_is_bounded() {
    for part in [
        "[",
        "{\"a\":",
        r#"{"nodeType":"fnApply","fnName":"not","params":["#,
        r#"{"nodeType":"fieldLookup","fieldName":"a","object":"#,
        r#"{"nodeType":"literal","value":["#,
        r#"{"nodeType":"let","varName":"a","value":"#,
    ] {
        let deep = part.repeat(20_000);
        let found = read(&deep);
        assert_eq!(found.program, None, "{part}");
        let message = &found.diagnostics[0].said.message;
        assert!(
            message.contains("nested more than 300 levels"),
            "{part}: {message}"
        );
    }
    // As deep as JSON may be, and closed.
    let not = r#"{"nodeType":"fnApply","fnName":"not","params":["#;
    let whole = |depth: usize| {
        let inner = r#"{"nodeType":"literal","value":true}"#;
        format!("{}{inner}{}", not.repeat(depth), "]}".repeat(depth))
    };
    assert!(read(&whole(49)).program.is_some());
    let found = read(&whole(149));
    assert_eq!(found.diagnostics.len(), 1, "{found:#?}");
    assert!(found.diagnostics[0].said.message.contains("more than 50 levels"));
    // The node that is too deep is named.
    assert_eq!(found.diagnostics[0].pointer, "/params/0".repeat(50));
    // What is long and not deep is fine.
    let path = |length: usize| {
        let outer = r#"{"nodeType":"fieldLookup","fieldName":"a","object":"#.repeat(length);
        let inner = r#"{"nodeType":"parameterReference","position":1}"#;
        format!("{outer}{inner}{}", "}".repeat(length))
    };
    assert!(read(&path(64)).program.is_some());
    let found = read(&path(299));
    assert_eq!(found.diagnostics.len(), 1, "{found:#?}");
    assert!(found.diagnostics[0].said.message.contains("more than 64 keys"));
    let params = vec![r#"{"nodeType":"literal","value":1}"#; 20_000].join(",");
    let sum = format!(r#"{{"nodeType":"fnApply","fnName":"+","params":[{params}]}}"#);
    let compared = format!(r#"{{"nodeType":"fnApply","fnName":">","params":[{sum},{sum}]}}"#);
    assert!(read(&compared).program.is_some());
}

/// What is said of a JSON is as long as people read, however much is wrong, and an error is among it if there is one.
#[test]
fn of_very_much_that_is_wrong_the_first_is_said() {
    let list = |item: &str, last: &str| {
        let all = vec![item; 20_000].join(",");
        format!(r#"{{"nodeType":"fnApply","fnName":"and","params":[{all}{last}]}}"#)
    };
    let found = read(&list("1", ""));
    assert_eq!((found.program, found.diagnostics.len()), (None, 200));
    assert_eq!(found.diagnostics[199].pointer, "/params/199");
    let warned = r#"{"nodeType":"fieldLookup","fieldName":"timestamp"}"#;
    let found = read(&list(warned, ""));
    assert!(found.program.is_some());
    assert_eq!(found.diagnostics.len(), 200);
    let found = read(&list(warned, ",1"));
    assert_eq!((found.program, found.diagnostics.len()), (None, 200));
    assert_eq!(found.diagnostics[199].pointer, "/params/20000");
    // Members that there are not, and the same member over and over, the name of which is in each pointer.
    let members: Vec<String> = (0..20_000).map(|number| format!("\"m{number}\":1")).collect();
    let found = read(&format!(
        r#"{{"nodeType":"list","items":[],{}}}"#,
        members.join(",")
    ));
    assert_eq!(found.diagnostics.len(), 200);
    let twice = format!("{{\"{}\":1{}}}", "n".repeat(200), r#","a":1"#.repeat(20_000));
    assert_eq!(read(&twice).diagnostics.len(), 200);
    let long = read(&twice.replacen('n', "nn", 1));
    assert_eq!(long.diagnostics.len(), 1);
    assert!(long.diagnostics[0].said.message.contains("so long a name"));
    // A word of which there are no near ones is not held against all there are.
    assert_eq!(
        read(&format!(r#"{{"nodeType":"{}"}}"#, "x".repeat(1 << 20)))
            .diagnostics
            .len(),
        1
    );
}

#[test]
fn a_notation_is_known_by_its_first_sign() {
    for (expression, notation) in [
        (" \n{\"nodeType\": \"literal\", \"value\": true}", Notation::Json),
        ("a = \"{\"", Notation::Text),
        ("", Notation::Text),
    ] {
        assert_eq!(Notation::of(expression), notation, "{expression}");
    }
    let read = crate::read("{\"nodeType\": \"literal\", \"value\": true}");
    assert_eq!(read.program, parse("true").program);
    assert_eq!(crate::read("a = 1"), parse("a = 1"));
    // No text that means something begins so.
    assert_eq!(parse("{ a = 1 }").program, None);
}

#[test]
fn mentions_have_their_place_in_the_json() {
    let json = write(
        &crate::parse("inSegment(\"gold\") and xEvent[timestamp occurs < 7 days before now]")
            .program
            .expect("a program"),
    );
    let found = meaning(&json);
    let places: Vec<_> = found
        .mentions()
        .iter()
        .map(|mention| &json[mention.span.start..mention.span.end])
        .collect();
    assert_eq!(
        places[0],
        r#"{"nodeType":"literal","literalType":"String","value":"gold"}"#
    );
    assert!(places[1].starts_with(r#"{"nodeType":"distance","operator":"<","count":7,"unit":"day""#));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.max(2_000), ..ProptestConfig::default() })]

    /// Text to JSON to text, and JSON to text to JSON.
    #[test]
    fn both_ways_keep_the_meaning(tape in prop::collection::vec(any::<u8>(), 0..200)) {
        let program = program(&mut Dice::new(&tape), &words(), 5);
        let json = write(&program);
        let Read { program: again, diagnostics } = read(&json);
        let again = again.unwrap_or_else(|| panic!("{json}\n{diagnostics:#?}"));
        prop_assert_eq!(again.condition(), program.condition(), "{}", json);
        prop_assert_eq!(again.to_string(), program.to_string());
        let text = parse(&again.to_string()).program.expect("a program");
        prop_assert_eq!(write(&text), json.clone());
        // Its layout makes no difference.
        prop_assert_eq!(compact(&pretty(&program)), Some(json));
    }

    /// A right JSON with one token taken out, put in or doubled; a value cut off, a name misspelt.
    #[test]
    fn any_slip_of_json_gets_an_answer(
        tape in prop::collection::vec(any::<u8>(), 0..80),
        slip in prop::sample::select(SLIPS),
        at in any::<prop::sample::Index>(),
        replace in any::<bool>(),
    ) {
        let json = write(&program(&mut Dice::new(&tape), &words(), 3));
        let mut parts: Vec<&str> = json.split_inclusive([',', ':', '{', '[']).collect();
        let at = at.index(parts.len());
        if replace { parts[at] = slip } else { parts.insert(at, slip) }
        check_answer(&parts.concat())?;
    }

    #[test]
    fn any_text_for_json_gets_an_answer(text in ".{0,60}", tokens in prop::collection::vec(prop::sample::select(SLIPS), 0..30)) {
        check_answer(&text)?;
        check_answer(&tokens.concat())?;
        check_answer(&TOKENS.join("\""))?;
    }

    /// Objects that are nearly nodes.
    #[test]
    fn any_node_gets_an_answer(
        kind in prop::sample::select(crate::json::NODE_TYPES.concat()),
        members in prop::collection::vec((prop::sample::select(NAMES), prop::sample::select(VALUES)), 0..6),
    ) {
        let kind = format!("\"nodeType\":\"{kind}\"");
        let members = members.iter().map(|(name, value)| format!("\"{name}\":{value}"));
        let members: Vec<_> = [kind].into_iter().chain(members).collect();
        check_answer(&format!("{{{}}}", members.join(",")))?;
    }
}

const SLIPS: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "\"a\"",
    "1",
    "-",
    "1e999",
    "null",
    "true",
    "\\",
    "\\u12",
    "é",
    " ",
    "\"nodeType\":",
    "{\"nodeType\":\"varRef\",\"varName\":\"E0\"},",
    "{},",
    "\"params\":[],",
    "\"fnName\":\"now\",",
];
/// Names of members, but for that of a node's type.
pub(super) const NAMES: &[&str] = &[
    "fnName",
    "params",
    "literalType",
    "value",
    "fieldName",
    "object",
    "position",
    "varName",
    "levels",
    "items",
    "signs",
    "variables",
    "quantifier",
    "from",
    "where",
    "parameters",
    "body",
    "moment",
    "when",
    "operator",
    "count",
    "unit",
    "direction",
    "which",
    "date",
    "first",
    "last",
    "events",
    "steps",
    "label",
    "what",
    "a/b~c",
];
const VALUES: &[&str] = &[
    "null",
    "1",
    "-1",
    "1.5",
    "18446744073709551616",
    "1e999",
    "true",
    "\"\"",
    "\"a\"",
    "\"+\"",
    "\"filter\"",
    "\"some\"",
    "\"XDMObject\"",
    "[]",
    "[1]",
    "[[\"a\"]]",
    "{}",
    "{\"nodeType\":\"literal\",\"value\":1}",
    "\"before\"",
    "\"day\"",
    "[{\"nodeType\":\"literal\",\"value\":1},{\"nodeType\":\"fieldLookup\",\"fieldName\":\"\"}]",
    "[{\"nodeType\":\"varDecl\",\"varName\":\"E\",\"from\":{\"nodeType\":\"fieldLookup\",\"fieldName\":\"xEvent\"}}]",
];

/// There is a program if and only if there is no error; spans lie in the text; pointers lead somewhere.
fn check_answer(json: &str) -> Result<(), TestCaseError> {
    let found = read(json);
    let failed = found
        .diagnostics
        .iter()
        .any(|one| one.said.severity == Severity::Error);
    prop_assert_eq!(found.program.is_none(), failed, "{:?}: {:#?}", json, found);
    for Diagnostic { pointer, said } in &found.diagnostics {
        prop_assert!(
            json.get(said.span.start..said.span.end).is_some(),
            "{json:?}: {said:?}"
        );
        prop_assert!(said.message.ends_with('.'), "{said:?}");
        prop_assert!(pointer.is_empty() || pointer.starts_with('/'), "{pointer}");
    }
    if let Some(program) = found.program {
        let text = program.to_string();
        let again = parse(&text).program;
        prop_assert_eq!(
            again.as_ref().map(Program::condition),
            Some(program.condition()),
            "{} is not {}",
            text,
            json
        );
    }
    Ok(())
}
