use super::{Answer, Client};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::thread::JoinHandle;

/// A server for one connection: gives the answers in order, and then the heads and bodies it was sent.
pub(in crate::weir) fn server(
    answers: &'static [&'static str],
    bodies: &'static [usize],
) -> (SocketAddr, JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let served = std::thread::spawn(move || {
        let mut stream = BufReader::new(listener.accept().unwrap().0);
        let mut requests = Vec::new();
        for (answer, length) in answers.iter().zip(bodies) {
            let mut request = String::new();
            while !request.ends_with("\r\n\r\n") {
                assert!(stream.read_line(&mut request).unwrap() > 0);
            }
            let mut body = vec![0; *length];
            stream.read_exact(&mut body).unwrap();
            requests.push(request + std::str::from_utf8(&body).unwrap());
            stream.get_mut().write_all(answer.as_bytes()).unwrap();
        }
        requests
    });
    (address, served)
}

#[test]
fn one_connection_serves_many_requests() {
    let answers = &[
        "HTTP/1.1 503 Service Unavailable\r\nretry-after: 2\r\ncontent-length: 0\r\n\r\n",
        "HTTP/1.1 207 Multi-Status\r\nContent-Length: 4\r\n\r\ndone",
    ];
    let (address, served) = server(answers, &[0, 6]);
    let mut client = Client::connect(address, "secret").unwrap();
    assert_eq!(
        client.get("/metrics").unwrap(),
        Answer {
            status: 503,
            retry_after: Some(2),
            body: String::new()
        }
    );
    assert_eq!(
        client
            .post("/collection/batch/a", "application/x-ndjson", "{}\n{}\n")
            .unwrap(),
        Answer {
            status: 207,
            retry_after: None,
            body: "done".to_owned()
        }
    );
    let requests = served.join().unwrap();
    let head = format!("Host: {address}\r\nAuthorization: Bearer secret\r\n");
    assert_eq!(requests[0], format!("GET /metrics HTTP/1.1\r\n{head}\r\n"));
    assert_eq!(
        requests[1],
        format!(
            "POST /collection/batch/a HTTP/1.1\r\n{head}Content-Type: application/x-ndjson\r\n\
             Content-Length: 6\r\n\r\n{{}}\n{{}}\n"
        )
    );
}

#[test]
fn an_answer_without_a_length_is_an_error() {
    let (address, served) = server(&["HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"], &[0]);
    let error = Client::connect(address, "x").unwrap().get("/").unwrap_err();
    assert!(
        format!("{error:#}").contains("needs a Content-Length"),
        "{error:#}"
    );
    served.join().unwrap();
}

#[test]
fn a_closed_connection_is_an_error() {
    let (address, served) = server(&[], &[]);
    let mut client = Client::connect(address, "x").unwrap();
    served.join().unwrap();
    assert!(client.get("/").is_err());
}
