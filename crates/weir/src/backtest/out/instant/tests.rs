use super::{DAY, Instant};
use model::Timestamp;

#[test]
fn it_is_what_a_timestamp_displays() {
    let mut dice = fastrand::Rng::with_seed(5);
    let mut instant = Instant::default();
    let mut at = 0_i64;
    for _ in 0..20_000 {
        at = match dice.u8(..5) {
            // Years before 0 and after 9999 have other lengths, and beyond some there is no calendar.
            0 => [
                i64::MIN,
                -DAY * 900_000,
                -1,
                0,
                253_402_300_799_999,
                253_402_300_800_000,
                i64::MAX,
            ][dice.usize(..7)],
            1 => dice.i64(-4_000_000_000_000..4_000_000_000_000),
            _ => at.saturating_add(dice.i64(-DAY..DAY) >> dice.u8(..27)),
        };
        let at = Timestamp::from_millis(at);
        assert_eq!(String::from_utf8_lossy(instant.text(at)), at.to_string());
    }
}
