use super::*;
use crate::demo::board::view::Latencies;
use crate::demo::board::{Moment, Percentiles, Segment, Trend};
use crate::demo::sink::Sink;
use model::{Account, Status};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use std::time::Duration;

/// A demo that has run for long at full speed: every number is wide.
fn view() -> View {
    let trend = |total: u64| Trend {
        total,
        rate: 12_345.6,
        growth: (0..60).map(|n| n % 7).collect(),
    };
    let segment = |name: &str| Segment {
        id: "id".to_owned(),
        name: name.to_owned(),
        entered: trend(1_234_567),
        exited: trend(1_234_567),
    };
    let percentiles = Some(Percentiles {
        p50: 999,
        p95: 9_940,
        p99: 75_000,
    });
    let moment = |n: u64| Moment {
        at: format!("2026-01-11T21:24:{:02}.250Z", n % 60),
        who: (!n.is_multiple_of(3)).then(|| "Seoyeon Watanabe-Johnson".to_owned()),
        status: if n.is_multiple_of(2) {
            Status::Exited
        } else {
            Status::Realized
        },
        segment: "Gold members who are to be won back".to_owned(),
        by_clock: n.is_multiple_of(2),
    };
    View {
        elapsed: Duration::from_hours(10),
        accepted: trend(12_345_678),
        evaluated: trend(12_345_678),
        exported: trend(12_345_678),
        bad: 1_234_567,
        duplicates: 1_234_567,
        busy: 1_234_567,
        merged: 1_234_567,
        latencies: Latencies {
            answer: percentiles,
            delivery: percentiles,
            clock: None,
        },
        segments: [
            "Gold members",
            "Spree shoppers",
            "Big spenders this week",
            "Gold members on a spree",
            "Others",
        ]
        .map(segment)
        .into(),
        account: Account {
            decided: 1_234_578,
            delivered: 1_234_500,
            pending: 78,
            ..Account::default()
        },
        moments: (0..100).map(moment).collect(),
    }
}

fn picture(width: u16, height: u16, ending: bool) -> Vec<String> {
    let scene = Scene {
        people: 2000,
        seconds: Some(36_000),
        url: "http://127.0.0.1:40123".to_owned(),
        data: "/tmp/weir-demo-abcdef".into(),
        sink: Sink::Files,
        exports:
            "/tmp/weir-demo-abcdef/exports/a/very/long/path/that/does/not/fit/into/one/line/loyalty/*.ndjson"
                .to_owned(),
        stays: true,
    };
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal
        .draw(|frame| draw(frame, &view(), &scene, ending))
        .unwrap();
    let cells = terminal.backend().buffer().content().chunks(usize::from(width));
    cells
        .map(|row| {
            row.iter()
                .map(ratatui::buffer::Cell::symbol)
                .collect::<String>()
                .trim_end()
                .to_owned()
        })
        .collect()
}

/// A line that holds `all` of these, and everything that was asked to be in it.
fn holds(picture: &[String], all: &[&str]) {
    let found = picture
        .iter()
        .any(|line| all.iter().all(|part| line.contains(part)));
    assert!(found, "no line with {all:?} in\n{}", picture.join("\n"));
}

#[test]
fn everything_shows_in_every_window_that_is_large_enough() {
    for (width, height) in [(80, 19), (80, 24), (120, 40), (250, 70)] {
        let picture = picture(width, height, false);
        holds(
            &picture,
            &["weir demo", "2,000 synthetic shoppers", "10:00:00 of 10:00:00"],
        );
        holds(
            &picture,
            &[
                "accepted",
                "12,346/s",
                "12,345,678",
                "post → 200",
                "999 ms",
                "9.9 s",
                "75 s",
            ],
        );
        holds(&picture, &["due → delivered", "-"]);
        holds(&picture, &["bad, kept", "1,234,567"]);
        holds(&picture, &["Gold members on a spree", "1,234,567", "█"]);
        holds(&picture, &["Account", "✓ balanced"]);
        holds(
            &picture,
            &["1,234,578 decided = 1,234,500 delivered + 78 pending + 0 suppressed + 0 dead"],
        );
        holds(
            &picture,
            &[
                "21:24:00.250",
                "a guest",
                "exited",
                "Gold members",
                "by the clock",
            ],
        );
        holds(&picture, &["Files", "loyalty/*.ndjson"]);
        holds(&picture, &["http://127.0.0.1:40123", "admin-token"]);
        holds(&picture, &["q or Ctrl-C ends; everything stays there"]);
        let longest = picture.iter().map(|line| line.chars().count()).max();
        assert!(longest < Some(usize::from(width)), "there is a margin");
    }
}

#[test]
fn the_end_is_announced() {
    holds(
        &picture(80, 24, true),
        &["ending: nothing more is posted, 78 exports pending"],
    );
}

#[test]
fn a_window_that_is_too_small_says_how_large_it_has_to_be() {
    for (width, height) in [(79, 24), (80, 18), (1, 1)] {
        let picture = picture(width, height, false);
        assert!(
            "weir demo is running: make the window at least 80 x 19".starts_with(&picture[0]),
            "{picture:?}"
        );
    }
}
