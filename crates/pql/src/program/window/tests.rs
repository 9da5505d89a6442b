use super::*;

#[test]
fn lengths() {
    for (count, unit, days) in [
        (2, Unit::Week, 14),
        (1, Unit::Month, 31),
        (2, Unit::Month, 62),
        (3, Unit::Month, 92),
        (12, Unit::Month, 366),
        (1, Unit::Year, 366),
        (4, Unit::Year, 1461),
        (u64::MAX, Unit::Week, i64::MAX / 86_400_000),
        (u64::MAX, Unit::Millennium, i64::MAX / 86_400_000),
    ] {
        let window = Window {
            operator: Operator::Less,
            count,
            unit,
        };
        assert_eq!(window.length().millis() / 86_400_000, days, "{window}");
    }
}
