use super::{Form, Room};
use crate::json::{Document, Nodes, plain};
use crate::{BadMessage, MAX_DEPTH, MAX_MESSAGE_BYTES, parse_entity};
use model::{DatasetId, Message};

/// Messages that have a form.
const PLAIN: &[&str] = &[
    r#"{"_id":"r-1","identityMap":{"crmId":[{"id":"u1","primary":true}]},"extSourceSystemAudit":{"lastUpdatedDate":"2023-11-14T22:10:00.001Z"},"_acme":{"country":"c","age":31,"ok":true,"left":null,"tags":["t",1],"none":[]}}"#,
    r#"{"_id":"e-1","timestamp":"2023-11-14T22:13:22.786Z","eventType":"buy","identityMap":{"crmId":[{"id":"u1","primary":true}]},"_acme":{"category":"c","amount":1.5,"of":["x"]}}"#,
    r#"{"identityMap":{"email":[{"id":"a@b.test"},{"id":"null@b.test","primary":false}],"crm":[{"primary":true,"id":"7","kind":{"a":1}}]},"z":-0.5,"a":0}"#,
    r#"{ "identityMap" : { "a" : [ { "id" : "x" } , { "id" : "y" } ], "0":[{"id":"x"}]} , "eventType":"e" , "_id" : "1" ,"timestamp" : "2023-11-14T22:13:22+09:00", "cart" : [ {"sku":"a" , "n":[ 2 ]} , { } ], "\u0061b" : {"\"" : 1 } , "segmentMembership" : { } }"#,
    r#"{"identityMap":{"a":[{"id":"x"}]},"o":{"p":{},"q":{"r":1}},"b\"c":2,"timestamp":1}"#,
];

/// Messages that have none.
const OTHERS: &[&str] = &[
    r#"{"identityMap":{"a":[{"id":"x"}]},"s":"\n"}"#,
    r#"{"identityMap":{"a":[{"id":"x"}]},"n":1e2}"#,
    r#"{"identityMap":{"a":[{"id":"x"}]},"l":[ 1 ]}"#,
    r#"{"identityMap":{"a":[{"id":"x"}]},"l":[[1]]}"#,
    r#"{"identityMap":{"a":[{"id":"x"}]},"l":1,"l":2}"#,
    r#"{"identityMap":{"a":[{"id":"x"}]},"o":{"l":1,"l":2}}"#,
    r#"{"identityMap":{"a":[{"id":"x"}]},"identityMap":{"a":[{"id":"x"}]}}"#,
    r#"{"identityMap":{"a":[{"id":"x"}]},"identityMap":{"b":[{"id":"x"}]}}"#,
    r#"{"identityMap":{"a":[{"id":"x"}],"a":[{"id":"y"}]}}"#,
    r#"{"identityMap":{"a":[{"id":"x","id":"y"}]}}"#,
    r#"{"identityMap":{"a":[{"id":"x","primary":true,"primary":false}]}}"#,
    r#"{"identityMap":{"a":[{"id":"x"}]},"extSourceSystemAudit":null}"#,
    r#"{"identityMap":{"a":[{"id":"x"}]},"_weir":{"receivedAt":"2023-11-14T22:13:22Z"}}"#,
    r#"{"identityMap":{"a":[{"id":"x"}]},"_id":"1","timestamp":"2023-11-14T22:13:22Z","eventType":"e","_id":"2"}"#,
    r#"{"identityMap":{"a":[{"id":"x"}]},"_id":"1","timestamp":"2023-11-14T22:13:22Z","eventType":"e","_weir":{}}"#,
];

/// What stands in place of a value.
const VALUES: &[&str] = &[
    r#""""#,
    r#"" ""#,
    r#""NULL""#,
    r#""a\u0062""#,
    r#""é""#,
    "\"\u{1}\"",
    r#""2023-11-14T22:13:22Z""#,
    "\"unended",
    "0",
    "-1.25",
    "01",
    "1.",
    ".5",
    "-",
    "1e2",
    "1E400",
    "true",
    "truer",
    "fals",
    "null",
    "[]",
    "[1,\"x\",null]",
    "[1, 2]",
    "[1,]",
    "[,1]",
    "[1",
    "[[]]",
    "[{}]",
    "{}",
    r#"{"a":1}"#,
    "",
    "1,2",
    "1}",
    r#"1,"k":2"#,
];

fn dataset() -> DatasetId {
    DatasetId::new("crm").expect("it is an id")
}

fn plainly(text: &str) -> Result<Message, BadMessage> {
    parse_entity(text.as_bytes(), &dataset())
}

fn form(text: &str) -> Option<Form> {
    let message = plainly(text).expect("it is a message");
    let mut nodes = Nodes::default();
    let document = Document::message(text.as_bytes(), &mut nodes).expect("it is JSON");
    Form::of(document.root(), &message)
}

/// Holds a form to what is read without one; whether it is the form of the text.
fn hold(form: &Form, text: &str, room: &mut Room) -> bool {
    let read = form.read(text, &dataset(), room);
    let is_read = read.is_some();
    if is_read {
        assert_eq!(read, plainly(text).ok(), "{text}");
    }
    is_read
}

#[test]
fn plain_messages_have_a_form_and_others_have_none() {
    for text in PLAIN {
        let form = form(text).expect("it has a form");
        assert!(hold(&form, text, &mut Room::default()), "{text}");
    }
    for text in OTHERS {
        assert_eq!(form(text), None, "{text}");
    }
}

#[test]
fn a_form_reads_other_values_as_if_it_were_none() {
    let room = &mut Room::default();
    let mut read = 0;
    for usual in PLAIN {
        let form = form(usual).expect("it has a form");
        let (mut known, mut at) = (0, 0);
        for place in &form.values {
            at += place.before - known;
            known = place.before;
            let end = plain::scalar_or_list(usual.as_bytes(), at).expect("it is plain");
            for value in VALUES {
                let text = format!("{}{value}{}", &usual[..at], &usual[end..]);
                read += u32::from(hold(&form, &text, room));
            }
            at = end;
        }
    }
    assert!(read > 100, "{read} were read");
}

#[test]
fn a_form_reads_no_damaged_message_otherwise() {
    let room = &mut Room::default();
    for usual in PLAIN {
        let form = form(usual).expect("it has a form");
        for other in PLAIN.iter().chain(OTHERS) {
            assert_eq!(hold(&form, other, room), other == usual, "{other} by {usual}");
        }
        for at in 0..usual.len() {
            hold(&form, &usual[..at], room);
            hold(&form, &format!("{}{}", &usual[..at], &usual[at + 1..]), room);
            for byte in "\"\\{}[]:,0e. n".chars() {
                hold(
                    &form,
                    &format!("{}{byte}{}", &usual[..at], &usual[at + 1..]),
                    room,
                );
                hold(&form, &format!("{}{byte}{}", &usual[..at], &usual[at..]), room);
            }
        }
    }
}

#[test]
fn bounds_are_exact() {
    let room = &mut Room::default();
    let nested = |value: &str| {
        let (open, close) = (r#"{"a":"#.repeat(MAX_DEPTH - 1), "}".repeat(MAX_DEPTH - 1));
        format!(r#"{{"identityMap":{{"a":[{{"id":"x"}}]}},"o":{open}{value}{close}}}"#)
    };
    let deep = form(&nested("1")).expect("it has a form");
    assert!(hold(&deep, &nested("2"), room));
    assert!(!hold(&deep, &nested("[]"), room) && plainly(&nested("[]")).is_err());
    let long = |length: usize| {
        let text = r#"{"identityMap":{"a":[{"id":"x"}]},"s":""}"#;
        text.replace("\"\"", &format!("\"{}\"", "s".repeat(length - text.len())))
    };
    let form = form(&long(100)).expect("it has a form");
    assert!(hold(&form, &long(MAX_MESSAGE_BYTES), room));
    assert!(!hold(&form, &long(MAX_MESSAGE_BYTES + 1), room));
}
