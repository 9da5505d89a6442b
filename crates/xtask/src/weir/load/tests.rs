use super::{Load, Request};
use crate::weir::client::Answer;
use crate::weir::client::tests::server;
use std::net::SocketAddr;
use std::time::Duration;

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
fn at_a_rate_a_request_that_waits_for_the_one_before_is_late() {
    const TAKEN: &str = "HTTP/1.1 207 Multi-Status\r\nContent-Length: 18\r\n\r\n{\"responses\":[{}]}";
    const FULL: &str = "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n";
    let (address, served) = server(&[FULL, TAKEN, TAKEN], &[2, 2, 2]);
    let load = Load {
        address,
        token: "",
        path: "/",
        lines_a_request: 1,
        connections: 1,
        rate: Some(1_000.0),
    };
    let requests = load.requests(&["a\n", "b\n"].map(str::to_owned));
    let answers = load.post(&requests).unwrap();
    served.join().unwrap();
    assert_eq!(answers.postponed, 1);
    let (late, due_apart) = (Duration::from_secs(1), Duration::from_millis(1));
    for took in &answers.latencies {
        assert!(*took + due_apart >= late, "{:?}", answers.latencies);
    }
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
