//! `credentials: default`: what the machine of the server has, if its owner allows it.

use super::rig::{ALLOWED, Folder, PLACE, Rig, definitions, stream};
use crate::common::server::{Server, weir};
use crate::destinations;
use serde_json::json;
use testkit::outside::Kinesis;

/// No machine but the one of the test.
const NOWHERE: [(&str, &str); 3] = [
    ("AWS_EC2_METADATA_DISABLED", "true"),
    ("AWS_CONFIG_FILE", "/nonexistent"),
    ("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent"),
];

async fn kinesis() -> Kinesis {
    let kinesis = Kinesis::with_stream(PLACE, 2).await;
    kinesis.accept_only(&json!({})).await;
    kinesis
}

/// A container's credentials end every few seconds, and are renewed before.
pub(crate) async fn container() {
    let kinesis = kinesis().await;
    // The SDK asks for new ones 5 to 10 seconds before the end.
    let given = json!({"authorization": "of the container", "seconds": 6});
    kinesis.give_sessions(&given).await;
    let asked = format!("{}/container", kinesis.sign_in());
    let mut environment = NOWHERE.to_vec();
    environment.extend([
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI", asked.as_str()),
        ("AWS_CONTAINER_AUTHORIZATION_TOKEN", "of the container"),
    ]);
    let mut rig = Rig::start(Folder::new(), &environment).await;
    rig.apply(&[stream(&kinesis, &json!({"credentials": "default"}))]);
    rig.stream_until("renewed", async || kinesis.sessions().await.len() > 1)
        .await;
    rig.arrives_in_stream(&kinesis).await;
    let given = kinesis.sessions().await;
    assert!(
        given.len() > 1 && given.iter().all(|one| one.to == "container"),
        "{given:?}"
    );
    let last = given.last().expect("a session");
    let used = kinesis.asked(0).await;
    assert!(
        used.iter().any(|call| call.key.as_ref() == Some(&last.id)),
        "the last is used"
    );
    assert_eq!(kinesis.stats().await.refused, 0, "none was used until it ended");
    assert!(rig.server.stop(), "a clean stop");
}

/// A profile whose keys are changed: the file is read again once they are refused.
#[tokio::test]
async fn a_profile_is_read_again_once_its_keys_are_refused() {
    let kinesis = kinesis().await;
    let folder = Folder::new();
    let profile = |id: &str, secret: &str| {
        format!(
            "[feeds]\naws_access_key_id = {id}\naws_secret_access_key = {secret}\naws_session_token = token\n"
        )
    };
    let file = folder.write("credentials", &profile("OLD", "old-secret"));
    let mut environment = NOWHERE.to_vec();
    environment.extend([
        ("AWS_SHARED_CREDENTIALS_FILE", file.as_str()),
        ("AWS_PROFILE", "feeds"),
    ]);
    let rig = Rig::start(folder, &environment).await;
    rig.apply(&[stream(&kinesis, &json!({"credentials": "default"}))]);
    let old = json!({"OLD": {"secret": "old-secret", "token": "token"}});
    kinesis.accept_only(&old).await;
    let (code, said) = rig.destinations(&["test", "stream"]);
    assert_eq!(code, 0, "{said}");
    let new = json!({"NEW": {"secret": "new-secret", "token": "token"}});
    kinesis.accept_only(&new).await;
    let (code, said) = rig.destinations(&["test", "stream"]);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("(endpoint): UnrecognizedClient"), "{said}");
    std::fs::write(file, profile("NEW", "new-secret")).expect("written");
    let (code, said) = rig.destinations(&["test", "stream"]);
    assert_eq!(code, 0, "{said}");
    assert!(rig.server.stop(), "a clean stop");
}

#[tokio::test]
async fn a_machine_without_credentials_is_told_and_exports_wait() {
    let kinesis = kinesis().await;
    let nothing = Rig::start(Folder::new(), &NOWHERE).await;
    nothing.apply(&[stream(&kinesis, &json!({"credentials": "default"}))]);
    let (code, said) = nothing.destinations(&["check"]);
    assert_eq!(code, 1, "{said}");
    assert!(
        said.contains("no credentials: no credentials found in chain."),
        "{said}"
    );

    // Whoever should give them says nothing.
    kinesis
        .script(&json!([{"op": "Container", "action": "hang"}]))
        .await;
    let asked = format!("{}/container", kinesis.sign_in());
    let mut environment = NOWHERE.to_vec();
    environment.push(("AWS_CONTAINER_CREDENTIALS_FULL_URI", &asked));
    let mut rig = Rig::start(Folder::new(), &environment).await;
    rig.apply(&[stream(
        &kinesis,
        &json!({"credentials": "default", "timeoutSeconds": 2}),
    )]);
    rig.post(5).await;
    rig.waits("stream", "no credentials: ").await;
    let (code, said) = rig.destinations(&["test", "stream"]);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("(endpoint): no credentials: "), "{said}");
    assert_eq!(kinesis.stats().await.requests, 0, "nothing goes out unsigned");
}

#[tokio::test]
async fn the_machine_is_used_only_where_its_owner_allows_it() {
    let kinesis = kinesis().await;
    let role = json!({"accessKeyId": "ID", "secretAccessKey": "file:key", "roleArn": "arn:aws:iam::123456789012:role/weir"});
    let cases = [
        (json!({"credentials": "default"}), "credentials"),
        (role, "roleArn"),
    ];
    let folder = Folder::new();
    let data = folder.path("weir");
    let secrets = format!("server.secrets_dir={}", folder.path("secrets").display());
    folder.write("secrets/key", "secret");
    let [endpoints, default] = ALLOWED;
    let mut environment = NOWHERE.to_vec();
    environment.extend([("AWS_ACCESS_KEY_ID", "ID"), ("AWS_SECRET_ACCESS_KEY", "secret")]);
    let server = Server::start_with(&data, &["--set", endpoints, "--set", &secrets], &environment).await;
    for (credentials, key) in &cases {
        let (done, said) = server.try_apply(&definitions(&[stream(&kinesis, credentials)]));
        assert!(!done, "{said}");
        let sentence = format!(
            "`{key}`: is not allowed on this server; its owner can set `delivery.default_credentials` to true"
        );
        assert!(said.contains(&sentence), "{said}");
    }
    assert!(server.stop(), "a clean stop");

    // Allowed once, and not any more: the server says so before it sends anything.
    let allowed = ["--set", endpoints, "--set", default, "--set", &secrets];
    let server = Server::start_with(&data, &allowed, &environment).await;
    server.apply(&definitions(&[stream(&kinesis, &cases[0].0)]));
    kinesis.accept_only(&json!({"ID": {"secret": "secret"}})).await;
    let (code, said) = destinations::run(&server, &["test", "stream"]);
    assert_eq!(code, 0, "the environment has a key: {said}");
    assert!(server.stop(), "a clean stop");
    let mut again = weir();
    again.args([
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--set",
        endpoints,
        "--set",
        &secrets,
        "--data",
    ]);
    let done = again.arg(&data).envs(environment).output().expect("weir runs");
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(!done.status.success(), "{said}");
    assert!(
        said.contains("destination `stream`: `credentials`: is not allowed"),
        "{said}"
    );
    assert_eq!(kinesis.stored(PLACE).await.len(), 1, "one test record");
}
