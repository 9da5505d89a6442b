//! People looked up by any identity.

use crate::rig::{Rig, record};

const TWO: &str = r#"{"identityMap":{"email":[{"id":"a@b.test"}],"crmId":[{"id":"7"}]},"_weir":{},"loyalty":{"points":1.10,"tier":"tin"},"tags":["x","y"]}"#;

#[tokio::test]
async fn everything_that_is_known_and_where_it_comes_from() {
    let rig = Rig::start().await;
    let event = record(
        "a@b.test",
        r#","_id":"e1","timestamp":"2023-11-14T22:00:00Z","eventType":"purchase","total":9.90"#,
    );
    let business =
        r#","loyalty":{"points":2000.50},"extSourceSystemAudit":{"lastUpdatedDate":"2023-11-14T22:00:00Z"}"#;
    rig.lines(&[TWO.to_owned(), event]).await;
    // An older write from the same person under another primary identity.
    rig.lines(&[format!(
        r#"{{"identityMap":{{"crmId":[{{"id":"7"}}]}}{business}}}"#
    )])
    .await;
    rig.lines(&[record(
        "a@b.test",
        r#","loyalty":{"points":1000.00,"tier":"bronze"}"#,
    )])
    .await;

    rig.lines(&[r#"{"identityMap":{"crmId":[{"id":"7"}]},"loyalty":{"tier":"silver"}}"#])
        .await;

    let reply = rig
        .admin("GET", "/api/profiles?namespace=crmId&value=7", "")
        .await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    assert!(
        reply.text.contains(r#""value":1000.00"#),
        "numbers stay as sent: {}",
        reply.text
    );
    let seen = reply.json();
    let attribute = |path: &str| {
        let all = seen["attributes"].as_array().unwrap();
        all.iter()
            .find(|attribute| attribute["path"] == path)
            .unwrap_or_else(|| panic!("no {path} in {seen}"))
            .clone()
    };
    let points = attribute("loyalty.points");
    assert_eq!(points["dataset"], "crm");
    assert_eq!(points["primary"]["namespace"], "email");
    assert_eq!(points["writtenAt"], "2023-11-14T22:13:20.000Z");
    let tier = attribute("loyalty.tier");
    assert_eq!(
        (&tier["value"], &tier["primary"]["namespace"]),
        (&"silver".into(), &"crmId".into())
    );
    let audit = attribute("extSourceSystemAudit.lastUpdatedDate");
    assert_eq!(audit["primary"]["namespace"], "crmId");
    assert_eq!(audit["writtenAt"], "2023-11-14T22:00:00.000Z", "business time");
    assert_eq!(attribute("tags")["value"], serde_json::json!(["x", "y"]));

    let names = |list: &str, key: &str| -> Vec<String> {
        let all = seen[list].as_array().unwrap();
        all.iter()
            .map(|item| item[key].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(names("identities", "namespace").len(), 2);
    assert_eq!(names("memberships", "segment"), ["gold", "shopper"]);
    assert_eq!(seen["memberships"][0]["name"], "Gold members");
    assert_eq!(names("history", "segment").len(), 2);
    assert_eq!(seen["events"][0]["id"], "e1");
    assert!(reply.text.contains(r#""total":9.90"#), "{}", reply.text);
    assert_eq!(seen["eventsKept"], 1);
    assert_eq!(seen["evaluated"]["nextDue"], "2023-11-21T22:00:00.000Z");
}

#[tokio::test]
async fn as_adobe_shows_it() {
    let rig = Rig::start().await;
    rig.lines(&[
        TWO.to_owned(),
        record("a@b.test", r#","loyalty":{"points":1500.50}"#),
    ])
    .await;
    let path =
        "/data/core/ups/access/entities?schema.name=_xdm.context.profile&entityId=a@b.test&entityIdNS=email";
    let reply = rig.admin("GET", path, "").await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    assert!(reply.text.contains(r#""points":1500.50"#), "{}", reply.text);
    let json = reply.json();
    let (xid, entity) = json.as_object().unwrap().iter().next().unwrap();
    assert_eq!(entity["entityId"], *xid);
    assert_eq!(entity["sources"], serde_json::json!(["crm"]));
    assert_eq!(entity["identityGraph"], serde_json::json!([xid]));
    assert_eq!(entity["mergePolicy"]["id"], "timestampOrdered");
    let person = &entity["entity"];
    assert_eq!(person["loyalty"]["tier"], "tin");
    assert_eq!(person["identityMap"]["crmId"][0]["id"], "7");
    assert_eq!(person["segmentMembership"]["ups"]["gold"]["status"], "realized");
    assert_eq!(
        person["segmentMembership"]["ups"]["gold"]["lastQualificationTime"],
        "2023-11-14T22:13:20Z"
    );
}

#[tokio::test]
async fn what_a_look_up_needs() {
    let rig = Rig::start().await;
    for (path, status) in [
        ("/api/profiles?namespace=email&value=nobody", 404),
        ("/api/profiles?namespace=email", 400),
        ("/api/profiles?value=x", 400),
        ("/api/profiles?namespace=email&value=x&fields=a", 400),
        ("/api/profiles?namespace=email&value=x&events=many", 400),
        (
            "/data/core/ups/access/entities?schema.name=_xdm.context.profile&entityId=x&entityIdNS=email",
            404,
        ),
        (
            "/data/core/ups/access/entities?schema.name=_xdm.context.experienceevent&entityId=x&entityIdNS=email",
            501,
        ),
        (
            "/data/core/ups/access/entities?schema.name=_xdm.context.profile&entityId=x",
            400,
        ),
        (
            "/data/core/ups/access/entities?schema.name=_xdm.context.profile&entityId=x&entityIdNS=email&mergePolicyId=1",
            400,
        ),
    ] {
        let reply = rig.admin("GET", path, "").await;
        assert_eq!(reply.status, status, "{path}: {}", reply.text);
        assert!(!reply.problem().is_empty());
    }
}

#[tokio::test]
async fn the_latest_events_and_transitions_first_and_no_more_than_asked_for() {
    let rig = Rig::start().await;
    let event = |i: u32| {
        record(
            "a@b.test",
            &format!(r#","_id":"e{i}","timestamp":"2023-11-14T22:00:{i:02}Z","eventType":"purchase""#),
        )
    };
    rig.lines(&[event(1), event(3), event(2)]).await;
    rig.lines(&[record("a@b.test", r#","loyalty":{"points":1000}"#)])
        .await;
    rig.clock.set(crate::rig::NOON + 1000);
    rig.lines(&[record("a@b.test", r#","loyalty":{"points":0}"#)])
        .await;
    let seen = rig
        .get("/api/profiles?namespace=email&value=a@b.test&events=2&history=1")
        .await;
    let events: Vec<&str> = seen["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| event["id"].as_str().unwrap())
        .collect();
    assert_eq!(events, ["e3", "e2"]);
    assert_eq!(seen["eventsKept"], 3);
    assert_eq!(seen["history"].as_array().unwrap().len(), 1);
    assert_eq!(seen["history"][0]["status"], "exited");
}
