use super::{seconds, ticks};

#[test]
fn user_and_system_time_are_added() {
    let stat = "4242 (a (b) c) S 1 4242 4242 0 -1 4194560 100 0 0 0 730 45 9 9 20 0 8 0 100 0 0";
    assert_eq!(ticks(stat), Some(775));
    assert_eq!(ticks("4242 (weir) S 1"), None);
}

#[test]
fn work_takes_time() {
    let pid = std::process::id();
    let before = seconds(pid).unwrap();
    let mut x = 1_u64;
    // As long as it takes: the counter has a grain of 10 ms.
    while seconds(pid).unwrap() < before + 0.02 {
        x = (0..10_000).fold(x, |x, i| x.wrapping_mul(31) ^ i);
    }
    assert_ne!(std::hint::black_box(x), 0);
}
