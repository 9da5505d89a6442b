//! Sizes, and shards that are busy.

use crate::rig::{Rig, STREAM};
use crate::sample;
use dispatcher::Verdict;
use model::ProfileId;
use serde_json::json;
use testkit::outside::Kinesis;

fn classes(verdicts: &[Verdict]) -> Vec<&'static str> {
    verdicts.iter().map(Verdict::class).collect()
}

#[tokio::test]
async fn a_record_is_as_large_as_the_stream_takes() {
    let service = Kinesis::with_stream(STREAM, 1).await;
    service.create_stream_with("large", 1, 2048).await;
    let usual = Rig::with(service, &json!({}));
    let batch = [sample::larger_than(1 << 20), sample::batch(1..=1).remove(0)];
    assert_eq!(
        classes(&usual.destination.send(&batch).await),
        ["refused", "delivered"]
    );
    let large = Rig::with(usual.service, &json!({"stream": "large"}));
    large.service.limit(1000, 8 << 20).await;
    assert_eq!(classes(&large.destination.send(&batch).await), ["delivered"; 2]);
    let larger = [sample::larger_than(2 << 20)];
    assert_eq!(classes(&large.destination.send(&larger).await), ["refused"]);
    let asked = large.service.asked(0).await;
    let questions = asked
        .iter()
        .filter(|one| one.op == "DescribeStreamSummary")
        .count();
    assert_eq!(questions, 2, "once for each destination");
    let stored = large.service.stored("large").await;
    assert!(stored.iter().any(|one| one.data.len() > 1 << 20), "it came whole");
}

#[tokio::test]
async fn whoever_may_not_ask_for_the_size_sends_what_every_stream_takes() {
    let rig = Rig::new().await;
    let denied = json!([{"op": "DescribeStreamSummary", "action": "error", "status": 400, "code": "AccessDeniedException"}]);
    rig.service.script(&denied).await;
    let batch = [sample::larger_than(1 << 20), sample::batch(1..=1).remove(0)];
    assert_eq!(
        classes(&rig.destination.send(&batch).await),
        ["refused", "delivered"]
    );
    let away =
        json!([{"op": "DescribeStreamSummary", "action": "error", "status": 500, "code": "InternalFailure"}]);
    let rig = Rig::new().await;
    rig.service.script(&away).await;
    assert_eq!(
        classes(&rig.destination.send(&batch).await),
        ["transient", "delivered"],
        "it may be right later"
    );
}

#[tokio::test]
async fn which_shard_is_busy_is_known_once_one_is() {
    let rig = Rig::new().await;
    let part = |profile: ProfileId| rig.destination.part(profile).map(|part| (part.number, part.of));
    assert_eq!(classes(&rig.send(1..=20).await), ["delivered"; 20]);
    let batch = sample::batch(1..=20);
    assert_eq!(part(batch[0].profile), None, "nobody needed to know");
    rig.service.limit(3, 1 << 20).await;
    assert!(classes(&rig.destination.send(&batch).await).contains(&"throttled"));
    for one in rig.service.stored(STREAM).await {
        let profile = batch
            .iter()
            .find(|it| it.profile.to_string() == one.key)
            .unwrap()
            .profile;
        let number = one.shard.rsplit('-').next().unwrap().parse().unwrap();
        assert_eq!(part(profile), Some((number, 2)), "{one:?}");
    }
}

#[tokio::test]
async fn whoever_may_not_list_shards_sends_all_the_same() {
    let rig = Rig::new().await;
    rig.service
        .script(
            &json!([{"op": "ListShards", "action": "error", "status": 400, "code": "AccessDeniedException"}]),
        )
        .await;
    rig.service.limit(3, 1 << 20).await;
    let batch = sample::batch(1..=20);
    let first = classes(&rig.destination.send(&batch).await);
    assert!(
        first.contains(&"throttled") && first.contains(&"delivered"),
        "{first:?}"
    );
    assert_eq!(rig.destination.part(batch[0].profile), None);
    rig.service.limit(1000, 1 << 20).await;
    assert_eq!(classes(&rig.destination.send(&batch).await), ["delivered"; 20]);
    let asked = rig.service.asked(0).await;
    assert_eq!(
        asked.iter().filter(|one| one.op == "ListShards").count(),
        1,
        "not with every call"
    );
}
