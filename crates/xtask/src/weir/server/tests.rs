use super::Server;
use std::path::Path;
use std::process::Command;

/// Says where it is, and waits for the signal.
const SERVES: &str = r#"
trap 'exit CODE' TERM
for data; do :; done
echo secret > "$data/admin-token"
echo 127.0.0.1:8123 > "$data/new" && mv "$data/new" "$data/address"
while :; do sleep 0.01; done"#;

/// Starts a script in place of the server; its last argument is the data folder.
fn start(script: &str) -> anyhow::Result<Server> {
    let folder = tempfile::tempdir().unwrap();
    let mut shell = Command::new("sh");
    shell.args(["-c", script, "weir"]);
    Server::spawn(
        shell,
        Path::new("sh"),
        folder.path().to_owned(),
        &folder.path().join("log"),
    )
}

#[test]
fn a_server_is_started_spoken_to_and_stopped() {
    let server = start(&SERVES.replace("CODE", "0")).unwrap();
    assert_eq!(server.address.to_string(), "127.0.0.1:8123");
    assert_eq!(server.token, "secret");
    server.stop().unwrap();
}

#[test]
fn a_server_that_ends_badly_is_told_of() {
    let server = start(&SERVES.replace("CODE", "3")).unwrap();
    let error = server.stop().unwrap_err();
    assert!(error.to_string().contains("exit status: 3"), "{error}");
}

#[test]
fn a_server_that_does_not_start_says_why() {
    let error = start("echo the store is locked >&2; exit 1").err().unwrap();
    assert_eq!(
        error.to_string(),
        "the server ended with exit status: 1\nthe store is locked"
    );
}
