//! How long things take, read from outside.

use super::heading;
use crate::demo::board::{Percentiles, View};
use crate::demo::screen::words::{cell, millis};
use ratatui::style::Stylize;
use ratatui::text::Line;

const NAME: u16 = 16;

pub(super) fn lines(view: &View, width: u16) -> Vec<Line<'static>> {
    let columns = format!("{:>6}{:>6}{:>6}", "p50", "p95", "p99");
    vec![
        heading("Latency", columns.dim(), width),
        row("post → 200", view.latencies.answer),
        row("200 → delivered", view.latencies.delivery),
        row("due → delivered", view.latencies.clock),
        "over the last 2,000 of each".dim().into(),
    ]
}

fn row(name: &str, percentiles: Option<Percentiles>) -> Line<'static> {
    let name = cell(name, NAME);
    match percentiles {
        None => Line::from(vec![name.into(), format!("{:>6}", "-").dim()]),
        Some(Percentiles { p50, p95, p99 }) => {
            let [p50, p95, p99] = [p50, p95, p99].map(|sample| format!("{:>6}", millis(sample)));
            Line::from(vec![name.into(), p50.into(), p95.bold(), p99.into()])
        }
    }
}
