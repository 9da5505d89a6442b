use super::{ClockState, TrustedClock};
use model::{Clock, Duration, Timestamp};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

/// A wall clock that somebody sets.
#[derive(Default)]
struct Wall(AtomicI64);

impl Clock for Wall {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}

/// A clock in use: the wall says `wall`, the last commit was at `last`.
fn clock(wall: i64, last: i64) -> (Arc<Wall>, TrustedClock) {
    let hand = Arc::new(Wall(AtomicI64::new(wall)));
    let last = Timestamp::from_millis(last);
    let clock = TrustedClock::new(Arc::clone(&hand) as Arc<dyn Clock>, last, Duration::days(7));
    (hand, clock)
}

/// Lets `elapsed` pass by the monotonic clock while the wall comes to say `wall`, and reads it.
async fn later(hand: &Wall, clock: &mut TrustedClock, elapsed: i64, wall: i64) -> i64 {
    tokio::time::advance(Duration::from_millis(elapsed).std()).await;
    hand.0.store(wall, Ordering::SeqCst);
    clock.now().millis()
}

#[tokio::test(start_paused = true)]
async fn a_wall_that_goes_on_is_believed() {
    let (hand, mut clock) = clock(HOUR, HOUR);
    assert_eq!(later(&hand, &mut clock, 1_000, HOUR + 1_000).await, HOUR + 1_000);
    // NTP may hurry by as much as five minutes.
    let wall = HOUR + 2_000 + 5 * MINUTE;
    assert_eq!(later(&hand, &mut clock, 1_000, wall).await, wall);
    assert_eq!(*clock.state(), ClockState::Trusted);
}

#[tokio::test(start_paused = true)]
async fn a_jump_forward_is_not_believed_until_somebody_does() {
    let (hand, mut clock) = clock(HOUR, HOUR);
    let wall = 3 * HOUR;
    assert_eq!(later(&hand, &mut clock, 1_000, wall).await, HOUR + 1_000);
    assert_eq!(later(&hand, &mut clock, 1_000, wall + 1_000).await, HOUR + 2_000);
    assert!(matches!(clock.state(), ClockState::Jumped { .. }));
    clock.trust();
    assert_eq!(later(&hand, &mut clock, 1_000, wall + 2_000).await, wall + 2_000);
    assert_eq!(*clock.state(), ClockState::Trusted);
}

#[tokio::test(start_paused = true)]
async fn a_wall_that_was_behind_and_is_put_right_has_not_jumped() {
    // After a start the wall is an hour behind the last commit; then it is set right.
    let (hand, mut clock) = clock(HOUR, 2 * HOUR);
    assert_eq!(later(&hand, &mut clock, 1_000, HOUR + 1_000).await, HOUR + 1_000);
    let wall = 2 * HOUR + 2_000;
    assert_eq!(later(&hand, &mut clock, 1_000, wall).await, wall);
    assert_eq!(*clock.state(), ClockState::Trusted);
}

#[tokio::test(start_paused = true)]
async fn a_gap_before_the_start_is_downtime_up_to_a_bound() {
    let day = 24 * HOUR;
    assert_eq!(*clock(8 * day, day).1.state(), ClockState::Trusted);
    let (_, mut late) = clock(8 * day + 1, day);
    assert!(matches!(late.state(), ClockState::Jumped { .. }));
    assert_eq!(late.now().millis(), day);
    let (_, mut fresh) = clock(100 * day, i64::MIN);
    assert_eq!(fresh.now().millis(), 100 * day);
}
