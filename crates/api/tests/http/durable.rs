//! 200 means durable.

use crate::rig::{Rig, envelope, post, record};
use ingest::Options;
use std::pin::pin;
use std::time::Duration;

/// Far longer than anything in a paused runtime takes without a commit.
const AGES: Duration = Duration::from_hours(1);

#[tokio::test(start_paused = true)]
async fn no_answer_comes_before_the_commit() {
    // Definitions have to be committed to be there: they are made on the same disk by a server of before.
    let before = Rig::start().await;
    let mut rig = Rig::over(before.disk.clone(), Options::default());
    drop(before);
    let commits = rig.disk.commits();

    for (path, content_type, body) in [
        (
            "/collection/web",
            "application/json",
            envelope(&record("a@b.test", "")),
        ),
        (
            "/collection/batch/web",
            "application/x-ndjson",
            record("b@b.test", ""),
        ),
        ("/collection/batch/web", "application/x-ndjson", "nope".to_owned()),
        ("/collection/batch/web", "application/json", "nope".to_owned()),
    ] {
        let waiting = rig.send(post(path, content_type, body.clone()));
        let early = tokio::time::timeout(AGES, waiting).await;
        assert!(
            early.is_err(),
            "{path} {body} was answered before anything was committed: {early:?}"
        );
    }
    assert_eq!(rig.disk.commits(), commits);

    rig.commit();
    let reply = pin!(rig.lines(&[record("c@b.test", "")])).await;
    assert_eq!(reply.status, 207, "{}", reply.text);
    assert!(rig.disk.commits() > commits);
    // A power cut right after the answer loses nothing of it.
    rig.disk.crash();
    let after = Rig::over(rig.disk.clone(), Options::default());
    assert!(after.profile("c@b.test").is_some());
    assert!(
        after.profile("a@b.test").is_some(),
        "what was not answered but came first is there, too"
    );
}
