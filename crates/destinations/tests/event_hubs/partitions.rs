//! Where exports go, also when the hub gets more partitions.

use crate::rig::{HUB, Plan, Rig};
use dispatcher::Verdict;
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use testkit::outside::EventHubs;

/// Partition by profile.
async fn places(rig: &Rig) -> BTreeMap<String, Vec<String>> {
    let mut places: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for event in rig.namespace.stored(HUB).await {
        let profile = event.properties["profile"].as_str().unwrap().to_owned();
        places.entry(profile).or_default().push(event.partition);
    }
    places
}

#[tokio::test]
async fn a_profile_stays_in_its_partition_whoever_sends() {
    let rig = Rig::hasty().await;
    rig.send(1..=50).await;
    rig.namespace.drop_connections().await;
    for _ in 0..3 {
        rig.send(1..=50).await;
    }
    let places = places(&rig).await;
    assert_eq!(places.len(), 50);
    for (profile, partitions) in &places {
        assert!(
            partitions.len() > 1 && partitions.iter().all(|one| *one == partitions[0]),
            "{profile}: {partitions:?}"
        );
    }
    // The vectors of the unit test.
    assert_eq!(
        (
            places["281474976710657"][0].as_str(),
            places["281474976710658"][0].as_str()
        ),
        ("2", "0")
    );
}

#[tokio::test]
async fn when_the_hub_has_more_partitions_what_is_in_flight_drains_first() {
    let plan = Plan {
        changes: json!({"partitionsEverySeconds": 1}),
        ..Plan::default()
    };
    let rig = Arc::new(Rig::with(EventHubs::with_hub(HUB, 1).await, plan));
    assert_eq!(rig.send_one().await, "delivered");
    rig.namespace
        .script(&json!([{"on": "transfer", "action": "slow", "ms": 2500, "times": 1}]))
        .await;
    let slow = Arc::clone(&rig);
    let mut first = tokio::task::JoinSet::new();
    first.spawn(async move { slow.send(1..=40).await });
    rig.namespace.create_hub(HUB, 8).await;
    // The count is asked for again while the first call still waits.
    tokio::time::sleep(Duration::from_millis(1200)).await;
    assert!(first.try_join_next().is_none(), "the first call is over");
    // The first profile is on its way to the one partition there was; now its partition is another.
    assert_eq!(rig.send_one().await, "delivered");
    let first = first
        .try_join_next()
        .expect("the second call overtook the first")
        .unwrap();
    assert_eq!(first, vec![Verdict::Delivered; 40]);
    let places = places(&rig).await;
    assert_eq!(places["281474976710657"], ["0", "0", "2"]);
}

/// The readings of properties may fail as long as sending works.
#[tokio::test]
async fn a_hub_whose_properties_cannot_be_read_any_more_is_still_sent_to() {
    let plan = Plan {
        changes: json!({"partitionsEverySeconds": 1}),
        ..Plan::default()
    };
    let rig = Rig::with(EventHubs::with_hub(HUB, 2).await, plan);
    assert_eq!(rig.send_one().await, "delivered");
    rig.namespace
        .script(&json!([{"on": "properties", "status": 500}]))
        .await;
    tokio::time::sleep(Duration::from_millis(1100)).await;
    assert_eq!(rig.send_one().await, "delivered");
}
