//! Too much, too large, too late: nothing of a refused request is taken.

use crate::rig::{Rig, envelope, post, record};
use api::{MAX_BATCH_BYTES, MAX_BATCH_MESSAGES};
use axum::body::Body;
use http_body_util::BodyExt;
use ingest::Options;
use store::Fault;
use xdm::MAX_MESSAGE_BYTES;

/// A body whose length nobody says.
fn streamed(bytes: Vec<u8>) -> Body {
    Body::new(Body::from(bytes).map_frame(|frame| frame))
}

#[tokio::test]
async fn a_message_has_at_most_a_mib() {
    let rig = Rig::start().await;
    let exact = envelope(&record("a@b.test", r#","pad":"PAD""#));
    let exact = exact.replace("PAD", &"x".repeat(MAX_MESSAGE_BYTES - exact.len() + 3));
    assert_eq!(exact.len(), MAX_MESSAGE_BYTES);
    let reply = rig
        .post("/collection/web", "application/json", format!("{exact} "))
        .await;
    assert_eq!(reply.status, 413, "{}", reply.text);
    assert!(reply.adobe().contains("1 MiB"), "{}", reply.text);
    let reply = rig
        .post(
            "/collection/web",
            "application/json",
            streamed(format!("{exact} ").into_bytes()),
        )
        .await;
    assert_eq!(reply.status, 413, "{}", reply.text);
    assert!(rig.profile("a@b.test").is_none());
    assert!(rig.dead_messages().is_empty());
    let reply = rig.post("/collection/web", "application/json", exact).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
}

#[tokio::test]
async fn a_batch_has_at_most_five_mib() {
    let rig = Rig::start().await;
    let line = format!(
        "{}\n",
        record("a@b.test", &format!(r#","pad":"{}""#, "x".repeat(999_000)))
    );
    let mut body = line.repeat(MAX_BATCH_BYTES / line.len());
    body.push_str(&" ".repeat(MAX_BATCH_BYTES - body.len()));
    let more = format!("{body} ");
    for body in [Body::from(more.clone()), streamed(more.into_bytes())] {
        let reply = rig
            .post("/collection/batch/web", "application/x-ndjson", body)
            .await;
        assert_eq!(reply.status, 413, "{}", reply.text);
        assert!(reply.adobe().contains("5 MiB"), "{}", reply.text);
        assert!(rig.profile("a@b.test").is_none());
    }
    let reply = rig
        .post(
            "/collection/batch/web",
            "application/x-ndjson",
            streamed(body.into_bytes()),
        )
        .await;
    assert_eq!(reply.status, 207, "{}", reply.text);
    assert!(!reply.text.contains("statusCode"), "{}", reply.text);
}

#[tokio::test]
async fn a_batch_has_at_most_so_many_messages() {
    let rig = Rig::start().await;
    let reply = rig.lines(&vec!["1"; MAX_BATCH_MESSAGES + 1]).await;
    assert_eq!(reply.status, 413, "{}", reply.text);
    assert!(reply.adobe().contains("50001 messages"), "{}", reply.text);
    assert!(rig.dead_messages().is_empty());
}

#[tokio::test]
async fn a_request_gets_room_for_all_its_messages_or_nothing() {
    let rig = Rig::start_with(Options {
        queue_items: 2,
        ..Options::default()
    })
    .await;
    let lines: Vec<String> = ["a", "b", "c"]
        .map(|name| record(&format!("{name}@b.test"), ""))
        .into();
    let reply = rig.lines(&lines).await;
    assert_eq!(reply.status, 413, "it will never fit: {}", reply.text);
    assert!(reply.adobe().contains("ingest.queue_messages"), "{}", reply.text);
    let waiting = rig.handle.reserve(1, 10).expect("room");
    let reply = rig.lines(&lines[..2]).await;
    assert_eq!(reply.status, 503, "{}", reply.text);
    assert!(reply.adobe().contains("queue is full"), "{}", reply.text);
    assert_eq!(reply.retry_after(), Some(1));
    assert!(rig.profile("a@b.test").is_none());
    drop(waiting);
    let reply = rig.lines(&lines[..2]).await;
    assert_eq!(reply.status, 207, "{}", reply.text);
    let reply = rig.lines(&lines[1..]).await;
    assert_eq!(
        reply.status, 207,
        "room is given back with the answer: {}",
        reply.text
    );
}

#[tokio::test]
async fn bad_messages_need_room_too() {
    let rig = Rig::start_with(Options {
        queue_items: 2,
        ..Options::default()
    })
    .await;
    let waiting = rig.handle.reserve(1, 10).expect("room");
    let reply = rig.lines(&["no", "no"]).await;
    assert_eq!(reply.status, 503, "{}", reply.text);
    drop(waiting);
    assert!(rig.dead_messages().is_empty());
}

#[tokio::test]
async fn below_the_mark_of_free_space_nothing_is_taken() {
    let rig = Rig::start().await;
    rig.disk.set_free_bytes(1000);
    let reply = rig.lines(&[record("a@b.test", "")]).await;
    assert_eq!(reply.status, 503, "{}", reply.text);
    assert!(reply.adobe().contains("1000 bytes are free"), "{}", reply.text);
    assert_eq!(reply.retry_after(), Some(30));
    rig.disk.set_free_bytes(u64::MAX);
    assert_eq!(rig.lines(&[record("a@b.test", "")]).await.status, 207);
}

#[tokio::test]
async fn a_commit_that_fails_is_no_200() {
    let rig = Rig::start().await;
    for fault in [Fault::Full, Fault::Refused, Fault::Unsynced] {
        rig.disk.fail_next(fault);
        let reply = rig
            .post(
                "/collection/web",
                "application/json",
                envelope(&record("a@b.test", "")),
            )
            .await;
        assert_eq!(reply.status, 503, "{fault:?}: {}", reply.text);
        assert!(reply.retry_after().is_some());
        assert!(reply.adobe().contains("send the request again"), "{}", reply.text);
        assert!(rig.profile("a@b.test").is_none(), "{fault:?}");
    }
    let reply = rig
        .post(
            "/collection/web",
            "application/json",
            envelope(&record("a@b.test", "")),
        )
        .await;
    assert_eq!(reply.status, 200, "the store recovered by itself: {}", reply.text);
    assert!(rig.profile("a@b.test").is_some());
}

#[tokio::test]
async fn a_server_that_stops_takes_nothing_more() {
    let rig = Rig::start().await;
    rig.stop_ingest.cancel();
    // The loop notices at its next turn; until then it takes, and answers what it took.
    for _ in 0..100 {
        let reply = rig.lines(&[record("a@b.test", "")]).await;
        if reply.status == 503 {
            assert!(reply.adobe().contains("stop"), "{}", reply.text);
            assert!(reply.retry_after().is_some());
            return;
        }
        assert_eq!(reply.status, 207, "{}", reply.text);
        tokio::task::yield_now().await;
    }
    panic!("it goes on for ever");
}

#[tokio::test]
async fn a_length_that_is_a_lie_is_cut_at_the_limit() {
    let rig = Rig::start().await;
    let mut request = post(
        "/collection/web",
        "application/json",
        streamed(vec![b' '; MAX_MESSAGE_BYTES + 1]),
    );
    request
        .headers_mut()
        .insert("content-length", "10".parse().unwrap());
    assert_eq!(rig.send(request).await.status, 413);
}
