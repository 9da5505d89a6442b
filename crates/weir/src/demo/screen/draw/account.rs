//! The account of the dataflow.

use super::heading;
use crate::demo::board::View;
use crate::demo::screen::words::thousands;
use ratatui::style::Stylize;
use ratatui::text::{Line, Span};

pub(super) fn lines(view: &View, width: u16) -> Vec<Line<'static>> {
    let account = &view.account;
    let balanced = if account.balanced() {
        "✓ balanced".green()
    } else {
        "✗ NOT BALANCED".red().bold()
    };
    let amount = |number: u64| Span::from(thousands(number)).bold();
    let dead: u64 = account.dead.values().sum();
    let dead = if dead == 0 { amount(0) } else { amount(dead).red() };
    let line = Line::from(vec![
        amount(account.decided),
        " decided = ".into(),
        amount(account.delivered),
        " delivered + ".into(),
        amount(account.pending),
        " pending + ".into(),
        amount(account.suppressed.values().sum()),
        " suppressed + ".into(),
        dead,
        " dead".into(),
    ]);
    vec![heading("Account", balanced, width), line]
}
