use super::{Pace, Part, SPREAD};
use std::time::Duration;
use tokio::time::Instant;

const SECOND: Duration = Duration::from_secs(1);

fn part(number: u32) -> Part {
    Part {
        number,
        of: 2,
        per_second: 10,
    }
}

#[tokio::test(start_paused = true)]
async fn a_busy_part_holds_its_own_exports_only() {
    let (mut pace, now) = (Pace::default(), Instant::now());
    pace.part_throttled(part(1), SECOND, false, now);
    assert_eq!(pace.paused(now), None);
    assert_eq!(pace.wait(part(0), now), None);
    let waits = [(); 3].map(|()| pace.wait(part(1), now));
    assert_eq!(
        waits,
        [1000, 1100, 1200].map(|ms| Some(Duration::from_millis(ms)))
    );
    assert_eq!(pace.wait(part(1), now + SECOND), None, "it is over");
}

#[tokio::test(start_paused = true)]
async fn a_lane_rests_while_every_part_is_busy() {
    let (mut pace, now) = (Pace::default(), Instant::now());
    pace.part_throttled(part(0), SECOND, false, now);
    pace.part_throttled(part(1), 2 * SECOND, false, now);
    assert_eq!(pace.paused(now), Some(now + SECOND));
    assert_eq!(pace.paused(now + SECOND), None);
}

#[tokio::test(start_paused = true)]
async fn a_part_that_takes_some_is_asked_again_soon() {
    let (mut pace, mut now) = (Pace::default(), Instant::now());
    for level in 0..3 {
        assert_eq!(pace.part_level(part(1), now), level);
        pace.part_throttled(part(1), SECOND, false, now);
        assert_eq!(
            pace.part_level(part(1), now),
            level,
            "of calls together one counts"
        );
        now += SECOND;
    }
    pace.part_throttled(part(1), SECOND, true, now);
    assert_eq!(pace.part_level(part(1), now + SECOND), 0);
    pace.part_flowed(part(1), now);
    assert!(
        pace.wait(part(1), now).is_some(),
        "a call from before proves nothing"
    );
    pace.part_flowed(part(1), now + SECOND);
    assert_eq!(pace.wait(part(1), now + SECOND), None);
}

#[tokio::test(start_paused = true)]
async fn nobody_waits_longer_than_a_minute_for_a_turn() {
    let (mut pace, now) = (Pace::default(), Instant::now());
    pace.part_throttled(part(1), SECOND, false, now);
    let longest = (0..5000).filter_map(|_| pace.wait(part(1), now)).max();
    assert_eq!(longest, Some(SPREAD));
}
