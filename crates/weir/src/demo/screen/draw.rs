//! What the live view looks like: a few sections below each other, each with a heading, none with a frame.

mod account;
mod changes;
mod footer;
mod latencies;
mod segments;
mod ticker;

use super::words::{clock, thousands};
use crate::demo::board::View;
use crate::demo::sink::Sink;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Margin, Rect};
use ratatui::style::{Style, Stylize};
use ratatui::text::{Line, Span};
use std::path::PathBuf;

/// The smallest window that everything fits in.
const WIDTH: u16 = 78;
/// From this height on there are gaps between sections.
const ROOMY: u16 = 30;
/// What the latency section needs.
const LATENCY_WIDTH: u16 = 34;

/// What stays the same while a demo runs.
#[derive(Clone, Debug)]
pub(in crate::demo) struct Scene {
    /// Customers at a time.
    pub(in crate::demo) people: usize,
    /// The end, if it is known.
    pub(in crate::demo) seconds: Option<u64>,
    /// Where the server listens.
    pub(in crate::demo) url: String,
    /// What it keeps.
    pub(in crate::demo) data: PathBuf,
    /// Where exports go.
    pub(in crate::demo) sink: Sink,
    /// Where they are, for people.
    pub(in crate::demo) exports: String,
    /// Whether all that is there when the demo has ended.
    pub(in crate::demo) stays: bool,
}

/// Draws one picture.
pub(super) fn draw(frame: &mut Frame<'_>, view: &View, scene: &Scene, ending: bool) {
    let area = frame.area().inner(Margin::new(1, 0));
    let gap = u16::from(area.height >= ROOMY);
    let segments = 1 + view.segments.len() as u16;
    // Title, changes, segments, account, at least two lines of the ticker, places and footer.
    let needed = 1 + 5 + segments + 2 + 2 + 3;
    if area.width < WIDTH || area.height < needed {
        let text = format!(
            "weir demo is running: make the window at least {} x {needed}",
            WIDTH + 2
        );
        frame.render_widget(Line::from(text), frame.area());
        return;
    }
    let [title, changes, segments, account, ticker, places, keys] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Length(5),
        Constraint::Length(segments),
        Constraint::Length(2),
        Constraint::Min(2),
        Constraint::Length(2),
        Constraint::Length(1),
    ])
    .spacing(gap)
    .areas(area);
    let [changes, latencies] = Layout::horizontal([Constraint::Min(0), Constraint::Length(LATENCY_WIDTH)])
        .spacing(2)
        .areas(changes);
    rows(frame, title, vec![title_line(view, scene, title.width)]);
    rows(frame, changes, changes::lines(view, changes.width));
    rows(frame, latencies, latencies::lines(view, latencies.width));
    rows(frame, segments, segments::lines(view, segments.width));
    rows(frame, account, account::lines(view, account.width));
    rows(frame, ticker, ticker::lines(view, ticker));
    rows(frame, places, footer::places(scene, places.width));
    rows(frame, keys, vec![footer::keys(view, scene, ending)]);
}

/// A line a row; what does not fit is cut off, never wrapped.
fn rows(frame: &mut Frame<'_>, area: Rect, lines: Vec<Line<'_>>) {
    for (line, row) in lines.into_iter().zip(area.rows()) {
        frame.render_widget(line, row);
    }
}

fn title_line(view: &View, scene: &Scene, width: u16) -> Line<'static> {
    let time = clock(view.elapsed);
    let time = scene
        .seconds
        .map_or_else(|| time.clone(), |end| format!("{time} of {}", clock_of(end)));
    let what = format!(
        "  a loyalty programme, {} synthetic shoppers",
        thousands(scene.people as u64)
    );
    between(
        vec!["weir demo".bold().cyan(), what.into()],
        vec![time.bold()],
        ' ',
        width,
    )
}

fn clock_of(seconds: u64) -> String {
    clock(std::time::Duration::from_secs(seconds))
}

/// A heading: its name, a rule, and what stands over the columns at the right end.
fn heading(name: &'static str, columns: impl Into<Span<'static>>, width: u16) -> Line<'static> {
    let columns: Span<'static> = columns.into();
    let shown = if columns.content.is_empty() {
        vec![]
    } else {
        vec![" ".into(), columns]
    };
    between(vec![name.bold().cyan(), " ".into()], shown, '─', width)
}

/// `left`, `filler` as often as needed, `right`.
fn between(left: Vec<Span<'static>>, right: Vec<Span<'static>>, filler: char, width: u16) -> Line<'static> {
    let used: usize = left.iter().chain(&right).map(Span::width).sum();
    let filler = filler.to_string().repeat(usize::from(width).saturating_sub(used));
    let filler = Span::styled(filler, Style::new().dark_gray());
    left.into_iter().chain([filler]).chain(right).collect()
}

#[cfg(test)]
mod tests;
