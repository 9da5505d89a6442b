//! Who is let in.

use crate::rig::{Rig, STREAM};
use dispatcher::{Allowed, Verdict};
use serde_json::{Value, json};
use testkit::outside::Kinesis;

fn classes(verdicts: &[Verdict]) -> Vec<&'static str> {
    verdicts.iter().map(Verdict::class).collect()
}

#[tokio::test]
async fn new_credentials_are_taken_up_without_a_loss() {
    let rig = Rig::new().await;
    let old = json!({"OLD": {"secret": "old-secret"}});
    rig.service.accept_only(&old).await;
    assert_eq!(classes(&rig.send(1..=2).await), ["delivered"; 2]);
    // First the service changes: what is refused waits, and is not taken for a failure of its own.
    let new = json!({"NEW": {"secret": "new-secret", "token": "session"}});
    rig.service.accept_only(&new).await;
    let verdicts = rig.send(3..=4).await;
    assert_eq!(classes(&verdicts), ["endpoint"; 2]);
    assert!(
        verdicts[0].answer().starts_with("UnrecognizedClient"),
        "{verdicts:?}"
    );
    // The id is there before the key: half of it does not help.
    rig.put("file:id", "NEW");
    assert_eq!(classes(&rig.send(3..=4).await), ["endpoint"; 2]);
    rig.put("file:key", "new-secret");
    assert_eq!(
        classes(&rig.send(3..=4).await),
        ["endpoint"; 2],
        "it asks for a token"
    );
    let token_too = Rig::with(
        Kinesis::with_stream(STREAM, 1).await,
        &json!({"sessionToken": "file:token"}),
    );
    token_too.service.accept_only(&new).await;
    token_too.put("file:id", "NEW");
    token_too.put("file:key", "new-secret");
    assert_eq!(
        classes(&token_too.send(1..=1).await),
        ["endpoint"],
        "there is no file:token"
    );
    token_too.put("file:token", "session");
    assert_eq!(classes(&token_too.send(1..=1).await), ["delivered"]);
    rig.service
        .accept_only(&json!({"NEW": {"secret": "new-secret"}}))
        .await;
    assert_eq!(classes(&rig.send(3..=4).await), ["delivered"; 2]);
    let stored = rig.stored().await;
    assert_eq!(stored.len(), 4);
    assert!(stored.values().all(|times| *times == 1));
}

#[tokio::test]
async fn credentials_that_work_are_not_looked_up_again() {
    let rig = Rig::new().await;
    rig.service
        .accept_only(&json!({"OLD": {"secret": "old-secret"}}))
        .await;
    assert_eq!(classes(&rig.send(1..=1).await), ["delivered"]);
    rig.put("file:key", "not for now");
    assert_eq!(classes(&rig.send(2..=2).await), ["delivered"]);
}

#[tokio::test]
async fn nothing_shows_a_secret() {
    let rig = Rig::new().await;
    rig.service.accept_only(&json!({})).await;
    let verdicts = rig.send(1..=1).await;
    let shown = format!(
        "{:?} {verdicts:?} {:?}",
        rig.destination,
        rig.destination.check().await
    );
    assert!(
        shown.contains("endpoint") && !shown.contains("old-secret"),
        "{shown}"
    );
}

#[tokio::test]
async fn each_permission_by_itself() {
    let rig = Rig::new().await;
    let denied = |op: &str| json!({"op": op, "action": "error", "status": 400, "code": "AccessDeniedException", "times": 1});
    let broken =
        |op: &str| json!({"op": op, "action": "error", "status": 500, "code": "InternalFailure", "times": 1});
    let words = |allowed: &Allowed| match allowed {
        Allowed::Yes => "yes",
        Allowed::No(_) => "no",
        Allowed::NotChecked(_) => "not checked",
    };
    let table: [(Vec<Value>, [&str; 3]); 5] = [
        (vec![], ["yes", "yes", "yes"]),
        (vec![denied("ListStreams")], ["no", "yes", "yes"]),
        (vec![denied("PutRecord")], ["yes", "no", "yes"]),
        (
            vec![denied("PutRecords"), broken("ListStreams")],
            ["not checked", "yes", "no"],
        ),
        (
            vec![broken("PutRecord"), broken("PutRecords")],
            ["yes", "not checked", "not checked"],
        ),
    ];
    for (script, expected) in table {
        rig.service.script(&json!(script)).await;
        let permissions = rig.destination.permissions().await;
        let names: Vec<&str> = permissions.iter().map(|one| one.name).collect();
        assert_eq!(names, ["ListStreams", "PutRecord", "PutRecords"]);
        let found: Vec<&str> = permissions.iter().map(|one| words(&one.allowed)).collect();
        assert_eq!(found, expected, "{script:?}: {permissions:?}");
    }
    assert_eq!(rig.stored().await.len(), 0, "no probe leaves a record");
}
