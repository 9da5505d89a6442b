use super::{Server, Stopped};
use crate::folder;
use crate::settings::Settings;
use serde_json::{Value, json};
use std::path::Path;
use std::time::Duration;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const DEFINITIONS: &str = "
inlets: [{id: web}]
segments: [{id: gold, pql: points >= 1000}]
destinations: [{id: files, kind: file, settings: {folder: f}}]
dataflows: [{id: flow, destination: files, segments: [gold], attributes: [points]}]
";
const PATIENCE: Duration = Duration::from_secs(20);

fn settings(data: &Path, more: &[(&str, &str)]) -> Settings {
    let data = data.display().to_string();
    let all = [("data", data.as_str()), ("server.listen", "127.0.0.1:0")]
        .into_iter()
        .chain(more.iter().copied());
    let flags = all.map(|(key, value)| (key.to_owned(), value.to_owned(), format!("--set {key}")));
    Settings::read(None, Vec::new(), flags.collect()).unwrap()
}

async fn refusal(settings: &Settings) -> String {
    match Server::start(settings).await {
        Ok(_) => panic!("it started"),
        Err(error) => format!("{error:#}"),
    }
}

/// Asks as the administrator.
async fn ask(
    server: &Server,
    data: &Path,
    method: reqwest::Method,
    path: &str,
    body: &'static str,
) -> (u16, Value) {
    let token = folder::read_token(data).unwrap();
    let request = reqwest::Client::new().request(method, format!("http://{}{path}", server.address));
    let answer = request
        .bearer_auth(token.expose())
        .body(body)
        .send()
        .await
        .unwrap();
    (
        answer.status().as_u16(),
        serde_json::from_str(&answer.text().await.unwrap()).unwrap(),
    )
}

async fn apply(server: &Server, data: &Path) {
    let (status, answer) = ask(
        server,
        data,
        reqwest::Method::POST,
        "/api/definitions",
        DEFINITIONS,
    )
    .await;
    assert_eq!(status, 200, "{answer}");
}

/// Begins a request of [`LINE`] that is in work when this returns: the server asks for its body.
async fn begin(server: &Server) -> TcpStream {
    let mut socket = TcpStream::connect(server.address).await.unwrap();
    let head = format!(
        "POST /collection/batch/web HTTP/1.1\r\nhost: {}\r\ncontent-type: application/x-ndjson\r\nconnection: close\r\n\
         expect: 100-continue\r\ncontent-length: {}\r\n\r\n",
        server.address,
        LINE.len()
    );
    socket.write_all(head.as_bytes()).await.unwrap();
    let mut go_on = [0; 25];
    socket.read_exact(&mut go_on).await.unwrap();
    assert_eq!(&go_on, b"HTTP/1.1 100 Continue\r\n\r\n");
    socket
}

const LINE: &str = r#"{"identityMap":{"email":[{"id":"a@b.test"}]},"points":1000}"#;

#[tokio::test(flavor = "multi_thread")]
async fn from_a_message_to_a_file_and_over_a_restart() {
    let data = TempDir::new().unwrap();
    let settings = settings(data.path(), &[]);
    let mut server = Server::start(&settings).await.unwrap();
    assert_eq!(folder::read_address(data.path()).unwrap(), server.address);
    apply(&server, data.path()).await;
    let posted = reqwest::Client::new()
        .post(format!("{}/collection/batch/web", server.url))
        .header("content-type", "application/x-ndjson")
        .body(LINE)
        .send()
        .await
        .unwrap();
    assert_eq!(posted.status(), 207);
    let account = loop {
        let (_, seen) = ask(&server, data.path(), reqwest::Method::GET, "/api/dataflows", "").await;
        let account = seen["dataflows"][0]["account"].clone();
        if account["pending"] == 0 {
            break account;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    };
    assert_eq!(
        account,
        json!({"decided":1,"delivered":1,"pending":0,"suppressed":{},"dead":{},"balanced":true})
    );
    let exported = std::fs::read_dir(data.path().join("exports/f"))
        .unwrap()
        .next()
        .unwrap()
        .unwrap();
    assert!(
        std::fs::read_to_string(exported.path())
            .unwrap()
            .contains(r#""points":1000"#)
    );
    assert_eq!(server.stop(PATIENCE).await, Stopped::Softly);
    drop(server);
    assert!(
        folder::read_address(data.path()).is_err(),
        "nobody is said to be there"
    );

    let mut server = Server::start(&settings).await.unwrap();
    let path = "/api/profiles?namespace=email&value=a@b.test";
    let (status, seen) = ask(&server, data.path(), reqwest::Method::GET, path, "").await;
    assert_eq!(
        (status, &seen["memberships"][0]["segment"]),
        (200, &json!("gold")),
        "{seen}"
    );
    assert_eq!(server.stop(PATIENCE).await, Stopped::Softly);
}

/// A message of 2020 is exported at its own time. By the wall clock its export would have waited for years.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_gets_old_where_messages_give_the_time() {
    let data = TempDir::new().unwrap();
    let mut server = Server::start(&settings(data.path(), &[("ingest.clock", "input")]))
        .await
        .unwrap();
    let paused = DEFINITIONS.replace("{id: flow,", "{id: flow, state: paused,");
    let (token, client) = (folder::read_token(data.path()).unwrap(), reqwest::Client::new());
    let post = |path: &str, body: String| {
        let request = client.post(format!("{}{path}", server.url)).body(body);
        request
            .bearer_auth(token.expose())
            .header("content-type", "application/x-ndjson")
            .send()
    };
    assert_eq!(post("/api/definitions", paused).await.unwrap().status(), 200);
    let line = LINE.replacen('{', r#"{"_weir":{"receivedAt":"2020-02-02T00:00:00Z"},"#, 1);
    let posted = post("/collection/batch/web", line).await.unwrap();
    assert_eq!(posted.status(), 207, "{}", posted.text().await.unwrap());
    // Twice as long as the queues are left alone.
    tokio::time::sleep(Duration::from_secs(2)).await;
    let (_, seen) = ask(&server, data.path(), reqwest::Method::GET, "/api/dataflows", "").await;
    assert_eq!(
        seen["dataflows"][0]["account"],
        json!({"decided":1,"delivered":0,"pending":1,"suppressed":{},"dead":{},"balanced":true})
    );
    assert_eq!(server.stop(PATIENCE).await, Stopped::Softly);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_in_work_is_answered_before_the_stop() {
    let data = TempDir::new().unwrap();
    let mut server = Server::start(&settings(data.path(), &[])).await.unwrap();
    apply(&server, data.path()).await;
    let mut socket = begin(&server).await;
    let (first, rest) = LINE.split_at(10);
    socket.write_all(first.as_bytes()).await.unwrap();
    let address = server.address;
    let finish = async {
        while TcpStream::connect(address).await.is_ok() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        socket.write_all(rest.as_bytes()).await.unwrap();
        let mut answer = String::new();
        socket.read_to_string(&mut answer).await.unwrap();
        answer
    };
    let (stopped, answer) = tokio::join!(server.stop(PATIENCE), finish);
    assert!(answer.starts_with("HTTP/1.1 207"), "{answer}");
    assert_eq!(stopped, Stopped::Softly);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_never_ends_is_given_up() {
    let data = TempDir::new().unwrap();
    let mut server = Server::start(&settings(data.path(), &[])).await.unwrap();
    apply(&server, data.path()).await;
    let _socket = begin(&server).await;
    assert_eq!(server.stop(Duration::from_millis(200)).await, Stopped::Hard);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_server_a_folder() {
    let data = TempDir::new().unwrap();
    let settings = settings(data.path(), &[]);
    let mut server = Server::start(&settings).await.unwrap();
    let said = refusal(&settings).await;
    assert!(said.contains("in use by another process"), "{said}");
    assert_eq!(
        folder::read_address(data.path()).unwrap(),
        server.address,
        "the second one took nothing away"
    );
    server.stop(PATIENCE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn starts_that_are_refused() {
    let data = TempDir::new().unwrap();
    let said = refusal(&settings(data.path(), &[("server.listen", "0.0.0.0:0")])).await;
    assert!(said.contains("--behind-proxy"), "{said}");

    let missing = data.path().join("mount");
    let said = refusal(&settings(
        data.path(),
        &[("delivery.exports_dir", &missing.display().to_string())],
    ))
    .await;
    assert!(
        said.contains(&format!("mkdir -p {}", missing.display())),
        "{said}"
    );
    assert!(
        !missing.exists(),
        "a mount that is missing is not filled in silence"
    );

    let mut server = Server::start(&settings(data.path(), &[])).await.unwrap();
    let taken = server.address.to_string();
    let other = TempDir::new().unwrap();
    let said = refusal(&settings(other.path(), &[("server.listen", &taken)])).await;
    assert!(said.contains(&format!("cannot listen on {taken}")), "{said}");
    apply(&server, data.path()).await;
    server.stop(PATIENCE).await;
    drop(server);

    let said = refusal(&settings(data.path(), &[("server.behind_proxy", "true")])).await;
    assert!(said.contains("inlet `web`") && said.contains("token"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_apply_that_this_start_forbids() {
    let data = TempDir::new().unwrap();
    let mut server = Server::start(&settings(data.path(), &[("server.behind_proxy", "true")]))
        .await
        .unwrap();
    let (status, answer) = ask(
        &server,
        data.path(),
        reqwest::Method::POST,
        "/api/definitions",
        DEFINITIONS,
    )
    .await;
    assert_eq!(status, 409, "{answer}");
    assert!(
        answer["refusals"][0].as_str().unwrap().contains("inlet `web`"),
        "{answer}"
    );
    server.stop(PATIENCE).await;
}
