use super::*;
use model::{Body, DatasetId};
use std::collections::BTreeSet;

const START: Timestamp = Timestamp::from_millis(1_700_000_000_000);

/// The first messages of a shop, one every 2 ms.
fn messages(seed: u64, count: i64) -> Vec<(Timestamp, Message)> {
    let mut shop = Shop::open(3, 500, seed, START);
    let at = |n: i64| START + Duration::from_millis(n * 2);
    (0..count).map(|n| (at(n), shop.message(at(n)))).collect()
}

#[test]
fn the_seed_decides_everything() {
    assert_eq!(messages(1, 3000), messages(1, 3000));
    assert_ne!(messages(1, 3000), messages(2, 3000));
}

#[test]
fn the_server_takes_all_but_the_bad_ones() {
    let dataset = DatasetId::new("shop-events").unwrap();
    let mut ids = BTreeSet::new();
    let (mut bad, mut events, mut repeated, mut joining, mut late) = (0, 0, 0, 0, 0);
    for (now, message) in messages(1, 30_000) {
        let Ok(parsed) = xdm::parse_entity(message.json.as_bytes(), &dataset) else {
            bad += 1;
            assert!(message.names.is_empty(), "{message:?}");
            continue;
        };
        let named: Vec<_> = parsed
            .identities
            .iter()
            .filter(|id| id.namespace != "email")
            .map(|id| &id.value)
            .collect();
        assert_eq!(
            named,
            message.names.iter().collect::<Vec<_>>(),
            "{}",
            message.json
        );
        joining += usize::from(named.len() > 1);
        if let Body::Event(event) = parsed.body {
            assert!(event.timestamp <= now, "nobody knows the future");
            assert!(
                event.timestamp + Duration::from_millis(20_000) > now,
                "late, but within the window"
            );
            late += usize::from(event.timestamp + Duration::from_millis(9_000) <= now);
            events += 1;
            repeated += usize::from(!ids.insert(event.id));
        }
    }
    // 30,000 messages, with the shares of `idea`.
    assert!((10..60).contains(&bad), "{bad}");
    assert!((10..60).contains(&repeated), "{repeated}");
    assert!((150..600).contains(&joining), "{joining}");
    assert!((150..600).contains(&late), "{late}");
    assert!((18_000..27_000).contains(&events), "{events}");
}

#[test]
fn runs_on_one_store_share_people_and_no_event() {
    let dataset = DatasetId::new("shop-events").unwrap();
    let run = |start| {
        let mut shop = Shop::open(0, 20, 7, start);
        let messages = shop.messages(2000, start);
        let parsed = messages
            .iter()
            .filter_map(|m| xdm::parse_entity(m.json.as_bytes(), &dataset).ok());
        let (mut people, mut events) = (BTreeSet::new(), BTreeSet::new());
        for message in parsed {
            people.extend(
                message
                    .identities
                    .into_iter()
                    .filter(|id| id.namespace == "crmId"),
            );
            if let Body::Event(event) = message.body {
                events.insert(event.id);
            }
        }
        (people, events)
    };
    let (people, events) = run(START);
    let (same_people, other_events) = run(START + Duration::from_millis(60_000));
    assert!(people.intersection(&same_people).count() >= 20);
    assert!(events.is_disjoint(&other_events));
}
