use super::Readable;
use std::time::Duration;

#[test]
fn durations_read_well_on_both_sides_of_a_minute() {
    assert_eq!(Readable(Duration::from_millis(4_240)).to_string(), "4.2 s");
    assert_eq!(Readable(Duration::from_secs(725)).to_string(), "12 min 05 s");
    assert_eq!(format!("{:>8}", Readable(Duration::from_millis(100))), "   0.1 s");
}
