//! Where everything is, and how to end.

use super::Scene;
use crate::demo::board::View;
use crate::demo::screen::words::{end_of, thousands};
use crate::demo::sink::Sink;
use ratatui::style::Stylize;
use ratatui::text::Line;

pub(super) fn places(scene: &Scene, width: u16) -> Vec<Line<'static>> {
    let place = |name: &'static str, text: &str| {
        Line::from(vec![
            name.bold().cyan(),
            end_of(text, width.saturating_sub(9)).into(),
        ])
    };
    let token = crate::folder::token_path(&scene.data);
    let sink = match &scene.sink {
        Sink::Files => "Files    ",
        Sink::Stream(_) => "Kinesis  ",
    };
    vec![
        place(sink, &scene.exports),
        place(
            "Server   ",
            &format!("{}  token in {}", scene.url, token.display()),
        ),
    ]
}

pub(super) fn keys(view: &View, scene: &Scene, ending: bool) -> Line<'static> {
    if ending {
        let pending = thousands(view.account.pending);
        return format!("ending: nothing more is posted, {pending} exports pending")
            .yellow()
            .into();
    }
    let after = if scene.stays {
        "everything stays there"
    } else {
        "the folder is removed then"
    };
    Line::from(vec![
        "q".bold(),
        " or ".into(),
        "Ctrl-C".bold(),
        format!(" ends; {after}").into(),
    ])
}
