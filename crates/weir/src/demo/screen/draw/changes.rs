//! What comes in, what is done with it, what goes out.

use super::heading;
use crate::demo::board::{Trend, View};
use crate::demo::screen::words::{cell, per_second, spark, thousands};
use ratatui::style::{Color, Stylize};
use ratatui::text::{Line, Span};

const NAME: u16 = 10;
const RATE: u16 = 8;
const TOTAL: u16 = 11;

pub(super) fn lines(view: &View, width: u16) -> Vec<Line<'static>> {
    let bars = bars(width);
    let seconds = format!("last {bars} s");
    let columns = format!(
        "{:>8}{:>11}  {seconds:<bars$}",
        "now",
        "total",
        bars = usize::from(bars)
    );
    vec![
        heading("Changes", columns.dim(), width),
        row("accepted", &view.accepted, Color::Blue, bars),
        row("evaluated", &view.evaluated, Color::Blue, bars),
        row("exported", &view.exported, Color::Green, bars),
        bad(view),
    ]
}

fn bad(view: &View) -> Line<'static> {
    let total = format!(
        "{:>width$}  ",
        thousands(view.bad),
        width = usize::from(RATE + TOTAL)
    );
    let more = match view.busy {
        0 => "with reason".dim(),
        busy => format!("503 {}x", thousands(busy)).yellow(),
    };
    Line::from(vec![Span::from(cell("bad, kept", NAME)), total.into(), more])
}

fn bars(width: u16) -> u16 {
    (width - NAME - RATE - TOTAL - 2).min(60)
}

fn row(name: &str, trend: &Trend, colour: Color, bars: u16) -> Line<'static> {
    let rate = format!("{:>width$}", per_second(trend.rate), width = usize::from(RATE));
    let total = format!("{:>width$}  ", thousands(trend.total), width = usize::from(TOTAL));
    Line::from(vec![
        Span::from(cell(name, NAME)),
        rate.bold(),
        total.into(),
        spark(&trend.growth, bars).fg(colour),
    ])
}
