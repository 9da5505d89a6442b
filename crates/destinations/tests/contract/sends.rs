//! What a call does.

use crate::{peer, sample};
use dispatcher::Verdict;

#[tokio::test]
async fn the_wire_is_exactly_this() {
    for kind in destinations::all().kinds() {
        let peer = peer::of(kind).await;
        let verdicts = peer.destination.send(&sample::batch(1..=2)).await;
        assert_eq!(
            verdicts,
            [Verdict::Delivered, Verdict::Delivered],
            "{}",
            kind.name()
        );
        let received = peer.received().await;
        insta::with_settings!({snapshot_suffix => kind.name()}, {
            insta::assert_snapshot!("wire", received);
        });
    }
}

#[tokio::test]
async fn one_verdict_an_export_whatever_the_size_of_the_batch() {
    for kind in destinations::all().kinds() {
        let peer = peer::of(kind).await;
        let most = peer.destination.limits().records as u64;
        let mut first = 1;
        for size in [0, 1, 2, most] {
            let batch = sample::batch(first..=first + size - 1);
            assert_eq!(batch.len() as u64, size);
            let verdicts = peer.destination.send(&batch).await;
            assert_eq!(
                verdicts,
                vec![Verdict::Delivered; batch.len()],
                "{}, {size} exports",
                kind.name()
            );
            first += size;
        }
    }
}

#[tokio::test]
async fn an_export_larger_than_the_limit_is_refused_and_harms_no_other() {
    for kind in destinations::all().kinds() {
        let peer = peer::of(kind).await;
        let limit = peer.destination.limits().record_bytes;
        let batch = [
            sample::batch(1..=1),
            vec![sample::larger_than(limit)],
            sample::batch(2..=2),
        ]
        .concat();
        let verdicts = peer.destination.send(&batch).await;
        assert!(
            matches!(
                &verdicts[..],
                [Verdict::Delivered, Verdict::Refused { .. }, Verdict::Delivered]
            ),
            "{}: {verdicts:?}",
            kind.name()
        );
    }
}

#[tokio::test]
async fn a_check_leaves_no_record() {
    for kind in destinations::all().kinds() {
        let peer = peer::of(kind).await;
        assert_eq!(peer.destination.check().await, Ok(()), "{}", kind.name());
        assert_eq!(peer.received().await, "", "{}", kind.name());
    }
}

#[tokio::test]
async fn debug_shows_no_personal_value() {
    let batch = sample::batch(7..=7);
    assert!(String::from_utf8_lossy(&batch[0].body).contains("ana7@example.test"));
    assert!(!format!("{batch:?}").contains("ana7@example.test"));
}
