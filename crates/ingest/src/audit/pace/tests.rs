use super::{BREATH, Pace, Share};
use std::time::Duration;
use tokio::time::Instant;

fn share(percent: f64) -> Share {
    Share::percent(percent).unwrap()
}

#[tokio::test(start_paused = true)]
async fn of_all_time_the_turns_take_the_share_and_no_more() {
    for (percent, turns) in [(1.0, [2, 50, 3]), (25.0, [7, 1, 400]), (0.01, [2, 2, 2])] {
        let start = Instant::now();
        let mut pace = Pace::new(share(percent), start);
        assert_eq!(pace.due(), Some(start), "the first is at once");
        let mut spent = Duration::ZERO;
        for took in turns.map(Duration::from_millis) {
            let begun = pace.due().unwrap();
            pace.rest(begun, begun + took);
            spent += took;
            let passed = pace.due().unwrap() - start;
            let of_it = spent.as_secs_f64() / passed.as_secs_f64();
            assert!((of_it * 100.0 - percent).abs() < 0.001, "{of_it} of {percent} %");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_turn_that_took_nothing_is_followed_by_a_breath() {
    let now = Instant::now();
    for percent in [1.0, 100.0] {
        let mut pace = Pace::new(share(percent), now);
        pace.rest(now, now);
        assert_eq!(pace.due(), Some(now + BREATH));
    }
    let mut pace = Pace::new(share(1.0), now);
    pace.wait_until(now + Duration::from_secs(1));
    pace.rest(now, now);
    assert_eq!(
        pace.due(),
        Some(now + Duration::from_secs(1)),
        "the later of the two"
    );
}

#[tokio::test(start_paused = true)]
async fn no_share_is_no_turn() {
    assert_eq!(Pace::new(share(0.0), Instant::now()).due(), None);
}

#[test]
fn what_is_no_share() {
    for percent in [-1.0, 0.001, 100.1, f64::NAN, f64::INFINITY] {
        assert_eq!(Share::percent(percent), None, "{percent}");
    }
    assert_eq!(Share::percent(1.0), Some(Share::ONE_PERCENT));
    assert_eq!(format!("{:?}", share(0.5)), "0.5%");
}
