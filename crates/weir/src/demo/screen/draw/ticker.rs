//! The latest transitions, in words.

use super::heading;
use crate::demo::board::{Moment, View};
use crate::demo::screen::words::cell;
use model::Status;
use ratatui::layout::Rect;
use ratatui::style::Stylize;
use ratatui::text::Line;

const WHO: u16 = 18;
const WHY: &str = "by the clock";

pub(super) fn lines(view: &View, area: Rect) -> Vec<Line<'static>> {
    let heading = heading(
        "Latest transitions",
        "a selection, UTC; by the clock: time alone did it".dim(),
        area.width,
    );
    let rows = view.moments.iter().map(|moment| row(moment, area.width));
    std::iter::once(heading)
        .chain(rows)
        .take(usize::from(area.height))
        .collect()
}

fn row(moment: &Moment, width: u16) -> Line<'static> {
    // 2026-01-11T21:24:39.250Z
    let time = moment.at.get(11..23).unwrap_or(&moment.at).to_owned();
    let who = match &moment.who {
        Some(name) => cell(name, WHO).bold(),
        None => cell("a guest", WHO).italic(),
    };
    let what = match moment.status {
        Status::Realized => "  entered ".green(),
        Status::Exited => "  exited  ".yellow(),
    };
    // The rest of the line is the segment's, but for the reason and a blank.
    let segment = width.saturating_sub(12 + 2 + WHO + 10 + 1 + WHY.len() as u16);
    let why = if moment.by_clock { WHY } else { "" };
    Line::from(vec![
        time.dim(),
        "  ".into(),
        who,
        what,
        cell(&moment.segment, segment.min(40)).into(),
        " ".into(),
        why.dim(),
    ])
}
