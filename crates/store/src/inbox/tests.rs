use super::*;
use crate::committer::Work;
use model::{DataflowNo, ExportSeq, SuppressedReason};
use tokio::sync::oneshot;

/// A request that can be told from others.
fn request(number: u32) -> Request {
    heavy(number, 1)
}

/// One of this weight.
fn heavy(number: u32, weight: usize) -> Request {
    let outcome = crate::Outcome::Suppressed(SuppressedReason::Cancelled);
    let work = Work::GiveUp(DataflowNo(number), vec![ExportSeq(1); weight], outcome);
    Request {
        work,
        answer: oneshot::channel().0,
    }
}

fn numbers(group: &[Request]) -> Vec<u32> {
    let number = |request: &Request| match &request.work {
        Work::GiveUp(dataflow, ..) => dataflow.0,
        _ => panic!("somebody else's request"),
    };
    group.iter().map(number).collect()
}

#[tokio::test]
async fn live_requests_go_first_and_bulk_goes_on() {
    let (slots, mut inbox) = inbox();
    for number in 1..=5 {
        slots.put(Class::Bulk, request(number)).await.unwrap();
    }
    for number in 11..=12 {
        slots.put(Class::Live, request(number)).await.unwrap();
    }
    let stop = CancellationToken::new();
    let mut next = async || numbers(&inbox.gather(&stop).await);
    assert_eq!(next().await, [11, 12, 1]);
    assert_eq!(next().await, [2, 3]);
    slots.put(Class::Live, request(13)).await.unwrap();
    assert_eq!(next().await, [13, 4]);
    stop.cancel();
    assert_eq!(next().await, [5], "what was handed in before the stop");
    assert!(slots.put(Class::Bulk, request(6)).await.is_err());
    assert_eq!(next().await, []);
}

#[tokio::test]
async fn it_ends_with_the_last_handle() {
    for class in [Class::Live, Class::Bulk] {
        let (slots, mut inbox) = inbox();
        slots.put(class, request(1)).await.unwrap();
        drop(slots);
        let stop = CancellationToken::new();
        assert_eq!(numbers(&inbox.gather(&stop).await), [1]);
        assert!(inbox.gather(&stop).await.is_empty());
    }
}

#[tokio::test]
async fn a_commit_takes_what_it_can_carry() {
    let (slots, mut inbox) = inbox();
    for (number, weight) in [(1, WEIGHT - 1), (2, WEIGHT), (3, 1), (4, 1)] {
        slots.put(Class::Live, heavy(number, weight)).await.unwrap();
    }
    let stop = CancellationToken::new();
    assert_eq!(
        numbers(&inbox.gather(&stop).await),
        [1, 2],
        "one is always taken whole"
    );
    assert_eq!(numbers(&inbox.gather(&stop).await), [3, 4]);
}

#[tokio::test(start_paused = true)]
async fn bulk_waits_a_moment_for_a_live_request_to_go_with() {
    let (slots, mut inbox) = inbox();
    slots.put(Class::Bulk, request(1)).await.unwrap();
    slots.put(Class::Bulk, request(2)).await.unwrap();
    let later = async {
        tokio::time::sleep(COMPANY / 2).await;
        slots.put(Class::Live, request(11)).await.unwrap();
    };
    let stop = CancellationToken::new();
    let (group, ()) = tokio::join!(inbox.gather(&stop), later);
    assert_eq!(numbers(&group), [1, 11, 2]);
    slots.put(Class::Bulk, request(3)).await.unwrap();
    let before = tokio::time::Instant::now();
    assert_eq!(numbers(&inbox.gather(&stop).await), [3]);
    assert_eq!(before.elapsed(), COMPANY, "and no longer");
}
