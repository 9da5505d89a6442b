use super::{Kind, Report};
use std::time::Duration;

#[test]
fn the_rate_and_who_used_the_processor_are_told() {
    let report = Report {
        kind: Kind::Kinesis,
        exports: 20_000,
        parts: 16,
        took: Duration::from_millis(1_600),
        weir_cpu: 1.0,
        peer_cpu: 0.5,
        duplicates: 0,
    };
    assert_eq!(
        report.table(),
        "\
a collected outbox into the Kinesis peer of 16 parts
exports                        20000
seconds                        1.60
exports a second               12500 (bar: 10000)
CPU of Weir                    1.00 s, 50 us an export
CPU of the peer (one process)  0.50 s, 25 us an export
copies                         0
missing, out of order          0
"
    );
    assert_eq!(report.json()["exportsPerSecond"], 12_500.0);
}
