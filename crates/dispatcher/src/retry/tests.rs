use super::*;

fn seconds(delays: impl Iterator<Item = Duration>) -> Vec<f64> {
    delays.map(|delay| delay.as_secs_f64()).collect()
}

#[test]
fn delays_double_up_to_their_most() {
    let mut rng = Rng::with_seed(1);
    let retry = Retry {
        jitter: 0.0,
        ..Retry::default()
    };
    assert_eq!(
        seconds((1..=2).map(|n| retry.after_failure(n, &mut rng))),
        [15.0, 30.0]
    );
    let throttles = (0..8).map(|level| retry.after_throttle(None, level, &mut rng));
    assert_eq!(seconds(throttles), [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0]);
    assert_eq!(
        seconds([0, 1, 2, 3, 4, 5, 1_000_000].map(before_probe).into_iter()),
        [5.0, 10.0, 20.0, 40.0, 60.0, 60.0, 60.0]
    );
}

#[test]
fn what_the_destination_asks_for_is_kept_within_bounds() {
    let mut rng = Rng::with_seed(1);
    let asked = [0, 7_000, 300_000, 86_400_000].map(Duration::from_millis);
    let waits = asked.map(|asked| Retry::default().after_throttle(Some(asked), 9, &mut rng));
    assert_eq!(seconds(waits.into_iter()), [0.1, 7.0, 300.0, 300.0]);
}

#[test]
fn jitter_only_lengthens_and_comes_from_the_seed() {
    let draw = |seed| {
        let mut rng = Rng::with_seed(seed);
        [1, 1, 1, 2, 2, 2].map(|failures| Retry::default().after_failure(failures, &mut rng))
    };
    let waits = draw(7);
    for (wait, base) in waits.iter().zip([15.0, 15.0, 15.0, 30.0, 30.0, 30.0]) {
        assert!((base..base * 1.2).contains(&wait.as_secs_f64()), "{wait:?}");
    }
    assert_eq!(waits, draw(7));
    assert_ne!(waits, draw(8));
}
