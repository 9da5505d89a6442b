use super::*;

fn items(body: &str) -> Vec<&str> {
    let ranges = messages(body.as_bytes()).expect(body);
    ranges.into_iter().map(|range| &body[range]).collect()
}

#[test]
fn messages_as_they_stand() {
    assert_eq!(items(r#"{"messages":[]}"#), Vec::<&str>::new());
    assert_eq!(
        items(" { \"messages\" : [ {\"a\":1} , [2 ] ,\"x\" ] } \n"),
        ["{\"a\":1}", "[2 ]", "\"x\""]
    );
    assert_eq!(
        items(r#"{"messages":[{"a":"],}\"\\"},{"b":[{},[]]}]}"#),
        [r#"{"a":"],}\"\\"}"#, r#"{"b":[{},[]]}"#]
    );
}

#[test]
fn a_message_that_is_no_json_is_still_one() {
    assert_eq!(
        items(r#"{"messages":[{"a":tru},,1 2,{"b":1}]}"#),
        [r#"{"a":tru}"#, "", "1 2", r#"{"b":1}"#]
    );
    let body = b"{\"messages\":[\"\xff\",1]}";
    assert_eq!(messages(body).unwrap().len(), 2);
}

#[test]
fn a_batch_that_cannot_be_taken_apart() {
    let cases = [
        ("", 0),
        ("[]", 0),
        ("{}", 1),
        (r#"{"message":[]}"#, 1),
        (r#"{"messages":{}}"#, 12),
        (r#"{"messages":[{"a":1}"#, 20),
        (r#"{"messages":["a]}"#, 13),
        (r#"{"messages":["a\"#, 13),
        (r#"{"messages":[1}"#, 14),
        (r#"{"messages":[],"more":1}"#, 14),
        (r#"{"messages":[]} x"#, 16),
    ];
    for (body, at) in cases {
        assert_eq!(messages(body.as_bytes()).map_err(|e| e.at), Err(at), "{body}");
    }
}

#[test]
fn lines_without_blank_ones() {
    let body = "{\"a\":1}\r\n\n  \t\r\n{\"b\":2}";
    let found: Vec<&str> = lines(body.as_bytes())
        .into_iter()
        .map(|range| &body[range])
        .collect();
    assert_eq!(found, ["{\"a\":1}", "{\"b\":2}"]);
    assert!(lines(b"").is_empty());
    assert!(lines(b"\n\n").is_empty());
}
