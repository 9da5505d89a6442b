use super::{Load, Request};
use crate::weir::client::Answer;
use std::net::SocketAddr;

fn request() -> Request {
    Request {
        lines: 2,
        body: "{\"a\":1}\n{\"b\":2}\n".to_owned(),
    }
}

#[track_caller]
fn complaint(status: u16, body: &str) -> String {
    let answer = Answer {
        status,
        retry_after: None,
        body: body.to_owned(),
    };
    request().check(&answer).unwrap_err().to_string()
}

#[test]
fn lines_are_packed_in_order_and_none_is_lost() {
    let load = Load {
        address: SocketAddr::from(([127, 0, 0, 1], 1)),
        token: "",
        path: "/",
        lines_a_request: 2,
        connections: 1,
        rate: None,
    };
    let lines = ["a\n", "b\n", "c\n"].map(str::to_owned);
    let requests = load.requests(&lines);
    assert_eq!(
        requests.iter().map(|r| r.body.as_str()).collect::<Vec<_>>(),
        ["a\nb\n", "c\n"]
    );
    assert_eq!(requests.iter().map(|r| r.lines).collect::<Vec<_>>(), [2, 1]);
}

#[test]
fn only_a_207_that_takes_every_line_is_good() {
    let taken = Answer {
        status: 207,
        retry_after: None,
        body: r#"{"inletId":"bench","responses":[{"xactionId":"1"},{"xactionId":"2"}]}"#.to_owned(),
    };
    request().check(&taken).unwrap();
    assert_eq!(complaint(400, "no"), "the server answered 400: no");
    assert_eq!(complaint(207, r#"{"responses":[{}]}"#), "1 answers to 2 lines");
    assert_eq!(
        complaint(
            207,
            r#"{"responses":[{"xactionId":"1"},{"statusCode":422,"message":"no identity"}]}"#
        ),
        "the server refused a line with 422, no identity:\n{\"b\":2}"
    );
}
