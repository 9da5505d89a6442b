//! Who entered and exited which segment, as delivered.

use super::heading;
use crate::demo::board::{Segment, View};
use crate::demo::screen::words::{cell, spark, thousands};
use ratatui::style::Stylize;
use ratatui::text::Line;

const COUNT: u16 = 10;

pub(super) fn lines(view: &View, width: u16) -> Vec<Line<'static>> {
    let bars = bars(width);
    let came = format!("in, last {bars} s");
    let left = format!("out, last {bars} s");
    let bars_wide = usize::from(bars);
    let columns = format!(
        "{:>9}{:>10}  {came:<bars_wide$}  {left:<bars_wide$}",
        "entered", "exited"
    );
    let heading = heading("Segments", columns.dim(), width);
    let rows = view.segments.iter().map(|segment| row(segment, width, bars));
    std::iter::once(heading).chain(rows).collect()
}

fn bars(width: u16) -> u16 {
    ((width - name(width) - 2 * COUNT - 4) / 2).min(60)
}

fn name(width: u16) -> u16 {
    (width / 3).clamp(24, 34)
}

fn row(segment: &Segment, width: u16, bars: u16) -> Line<'static> {
    let count = |count: u64| format!("{:>width$}", thousands(count), width = usize::from(COUNT));
    let used = 2 * COUNT + 4 + 2 * bars;
    Line::from(vec![
        cell(&segment.name, width - used).into(),
        count(segment.entered.total).bold(),
        count(segment.exited.total).bold(),
        "  ".into(),
        spark(&segment.entered.growth, bars).green(),
        "  ".into(),
        spark(&segment.exited.growth, bars).yellow(),
    ])
}
