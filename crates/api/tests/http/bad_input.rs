//! Every kind of bad message: a clear error each, nothing lost, the rest of the batch taken.

mod cases;

use crate::rig::{Rig, envelope, record};
use cases::{Case, bare, enveloped};
use serde_json::Value;

/// Checks the answers to a batch of `good, case, good`, and what is kept.
fn check(rig: &Rig, case: &Case, responses: &Value, emails: [&str; 2]) {
    let what = case.what;
    assert_eq!(responses.as_array().map(Vec::len), Some(3), "{what}: {responses}");
    let bad = &responses[1];
    assert_eq!(bad["statusCode"], case.status, "{what}: {bad}");
    let message = bad["message"].as_str().unwrap_or_default();
    assert!(
        message.contains(case.says),
        "{what}: {message:?} does not say {:?}",
        case.says
    );
    for (at, email) in [(0, emails[0]), (2, emails[1])] {
        assert!(responses[at]["xactionId"].is_string(), "{what}: {responses}");
        assert!(
            rig.profile(email).is_some(),
            "{what}: the rest of the batch is taken"
        );
    }
    let dead = rig
        .dead_messages()
        .pop()
        .unwrap_or_else(|| panic!("{what}: nothing was kept"));
    assert_eq!(
        (dead.code.as_str(), dead.reason.as_str()),
        (case.code, message),
        "{what}"
    );
    assert!(case.message.starts_with(&dead.body), "{what}: kept as received");
    assert_eq!(dead.body.len(), case.message.len().min(1 << 20), "{what}");
    assert_eq!(
        dead.inlet.as_ref().map(model::InletId::as_str),
        Some("web"),
        "{what}"
    );
}

#[tokio::test]
async fn each_line_of_ndjson_for_itself() {
    let rig = Rig::start().await;
    let cases = bare();
    assert!(cases.len() >= 20);
    for (i, case) in cases.iter().enumerate() {
        let (before, after) = (format!("n{i}a@b.test"), format!("n{i}b@b.test"));
        let lines = [
            record(&before, "").into_bytes(),
            case.message.clone(),
            record(&after, "").into_bytes(),
        ];
        let reply = rig.lines(&lines).await;
        assert_eq!(reply.status, 207, "{}: {}", case.what, reply.text);
        check(&rig, case, &reply.json()["responses"], [&before, &after]);
        assert_eq!(rig.dead_messages().len(), i + 1);
    }
    assert_eq!(rig.profile("x@b.test"), None, "nothing of a bad message is taken");
}

#[tokio::test]
async fn each_message_of_a_batch_for_itself() {
    let rig = Rig::start().await;
    for (i, case) in enveloped().iter().enumerate() {
        let (before, after) = (format!("e{i}a@b.test"), format!("e{i}b@b.test"));
        let good = |email: &str| envelope(&record(email, "")).into_bytes();
        let messages = [good(&before), case.message.clone(), good(&after)].join(&b',');
        let body = [b"{\"messages\":[", messages.as_slice(), b"]}"].concat();
        let reply = rig.post("/collection/batch/web", "application/json", body).await;
        assert_eq!(reply.status, 207, "{}: {}", case.what, reply.text);
        check(&rig, case, &reply.json()["responses"], [&before, &after]);
    }
    assert_eq!(rig.profile("x@b.test"), None);
}

#[tokio::test]
async fn one_message_alone() {
    let rig = Rig::start().await;
    let wrapped = bare()
        .into_iter()
        .filter(|case| case.code != "not_json" && case.code != "too_large")
        .map(|mut case| {
            let [before, after] = envelope("ENTITY")
                .split("ENTITY")
                .map(str::to_owned)
                .collect::<Vec<_>>()
                .try_into()
                .unwrap();
            case.message = [before.as_bytes(), &case.message, after.as_bytes()].concat();
            case
        });
    for case in enveloped().into_iter().chain(wrapped) {
        let reply = rig
            .post("/collection/web", "application/json", case.message.clone())
            .await;
        assert_eq!(
            u64::from(reply.status.as_u16()),
            case.status,
            "{}: {}",
            case.what,
            reply.text
        );
        assert!(reply.adobe().contains(case.says), "{}: {}", case.what, reply.text);
        let dead = rig
            .dead_messages()
            .pop()
            .unwrap_or_else(|| panic!("{}: nothing was kept", case.what));
        assert_eq!(
            (dead.code.as_str(), dead.body),
            (case.code, case.message),
            "{}",
            case.what
        );
    }
    let dead = rig.get("/api/dead-messages?limit=1000").await;
    assert_eq!(dead["items"].as_array().unwrap().len(), rig.dead_messages().len());
}
