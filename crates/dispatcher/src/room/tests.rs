use super::{BYTES, CALL_BYTES, LENT, Lent, Room};
use model::Class;
use std::future::pending;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout};

const CALL: usize = CALL_BYTES as usize;

/// Room that is there now.
async fn lent(room: &Room, bytes: usize) -> Option<Lent> {
    timeout(Duration::from_millis(1), room.lend(Class::Live, bytes))
        .await
        .ok()
}

/// As many calls of the largest size as fit.
async fn full(room: &Room) -> Vec<Lent> {
    let mut calls = Vec::new();
    for _ in 0..BYTES / CALL_BYTES {
        calls.push(lent(room, usize::MAX).await.expect("there is room"));
    }
    calls
}

#[tokio::test(start_paused = true)]
async fn who_finds_no_room_waits_for_who_has_it() {
    let room = Room::default();
    let mut calls = full(&room).await;
    assert!(lent(&room, 1).await.is_none());
    calls.pop();
    let next = lent(&room, CALL).await;
    assert!(next.is_some());
    assert!(lent(&room, 1).await.is_none());
}

#[tokio::test(start_paused = true)]
async fn nothing_live_waits_for_bulk() {
    let room = Room::default();
    let mut bulk = Vec::new();
    for _ in 0..BYTES / CALL_BYTES {
        bulk.push(room.lend(Class::Bulk, CALL).await);
    }
    assert!(lent(&room, CALL).await.is_some());
}

#[tokio::test(start_paused = true)]
async fn what_a_call_does_not_need_is_for_others() {
    let room = Room::default();
    let mut calls = full(&room).await;
    calls[0].shrink(CALL - 1000);
    let small = lent(&room, 1000).await;
    assert!(small.is_some());
    assert!(lent(&room, 1).await.is_none());
    calls[0].shrink(CALL);
    assert!(lent(&room, 1).await.is_none(), "shrinking gives nothing twice");
}

#[tokio::test(start_paused = true)]
async fn a_call_that_hangs_gives_its_room_back_and_goes_on() {
    let room = Room::default();
    let mut calls = full(&room).await;
    let mut hangs = calls.pop().expect("one is there");
    let mut hanging = JoinSet::new();
    hanging.spawn(async move { hangs.during(pending::<()>()).await });
    let began = Instant::now();
    let next = timeout(LENT * 2, room.lend(Class::Live, CALL)).await;
    assert!(next.is_ok());
    assert_eq!(began.elapsed().as_millis(), LENT.as_millis());
    assert!(hanging.try_join_next().is_none());
}

#[tokio::test(start_paused = true)]
async fn the_time_is_that_of_all_parts_of_a_call() {
    let room = Room::default();
    let mut calls = full(&room).await;
    let mut slow = calls.pop().expect("one is there");
    slow.during(tokio::time::sleep(LENT * 2 / 3)).await;
    assert!(lent(&room, CALL).await.is_none());
    slow.during(tokio::time::sleep(LENT * 2 / 3)).await;
    assert!(lent(&room, CALL).await.is_some());
}
