//! What a file can say of a queue, and what it cannot.

use super::size;
use crate::check;
use crate::testing::kinds;
use model::{Duration, QueueBounds, WhenFull};

/// The bounds that `queue: <text>` makes, and the report.
fn read(text: &str) -> (Option<QueueBounds>, String) {
    let file = format!(
        "{{segments: [{{id: a, pql: x = 1}}], destinations: [{{id: f, kind: file, settings: {{folder: f}}}}], dataflows: [{{id: d, destination: f, segments: [a], queue: {text}}}]}}"
    );
    let checked = check("file.yaml", file.as_bytes(), &kinds());
    let bounds = checked.desired.map(|desired| desired.dataflows[0].queue);
    (bounds, checked.report.to_string())
}

#[test]
fn sizes_read() {
    for (text, bytes) in [
        ("10 GiB", Some(10 << 30)),
        ("512MiB", Some(512 << 20)),
        ("7 B", Some(7)),
        ("1 TiB", Some(1 << 40)),
        ("10", None),
        ("10 GB", None),
        ("-1 GiB", None),
        ("99999999999 TiB", None),
    ] {
        assert_eq!(size(text), bytes, "{text}");
    }
}

#[test]
fn a_queue_has_bounds_and_a_policy() {
    let all = read("{age: 2 days, bytes: 3 GiB, full: dead}").0;
    let wanted = QueueBounds {
        age: Duration::days(2),
        bytes: 3 << 30,
        full: WhenFull::Dead,
    };
    assert_eq!(all, Some(wanted));
    let one = read("{full: block}").0;
    let wanted = QueueBounds {
        full: WhenFull::Block,
        ..QueueBounds::default()
    };
    assert_eq!(one, Some(wanted));
}

#[test]
fn what_a_queue_cannot_have_is_refused_with_what_it_can() {
    for (text, said) in [
        ("{age: soon}", "`soon` is not a time that an export can wait for"),
        ("{bytes: 10 GB}", "`10 GB` is not a size that a queue can have"),
        ("{bytes: 1 KiB}", "at least 1 MiB"),
        ("{full: drop}", "`drop` is not a value of `full`"),
        ("{rows: 7}", "the queue of dataflow `d` has no key `rows`"),
        ("large", "the queue of dataflow `d` is"),
    ] {
        let (bounds, report) = read(text);
        assert_eq!(bounds, None, "{text}");
        assert!(report.contains(said), "{text}: {report}");
    }
}
