//! What a demo tells when it is over.

use super::board::{Segment, View};
use super::lines;
use super::place::Place;
use super::screen::words::{clock, millis, thousands};
use super::sink::Sink;
use crate::serve::Stopped;
use anyhow::{Context, Result};
use model::Account;
use std::io::{self, Write};

/// A demo that is over.
#[derive(Debug)]
pub(super) struct Ending {
    /// As the store has it, the server being stopped.
    pub(super) account: Account,
    pub(super) view: View,
    pub(super) stopped: Stopped,
    pub(super) sink: Sink,
    /// Where the exports are.
    pub(super) exports: String,
}

impl Ending {
    /// Tells a person in words; a program gets the account on stdout as its last line, and the words are on stderr.
    pub(super) fn tell(&self, live: bool, place: &Place) -> Result<Stopped> {
        let words = self.words(place);
        if live {
            seen(io::stdout().write_all(words.as_bytes()))?;
        } else {
            seen(lines::print_last(&self.account))?;
            // With stderr gone nobody wants the words.
            drop(io::stderr().write_all(words.as_bytes()));
        }
        Ok(self.stopped)
    }

    fn words(&self, place: &Place) -> String {
        let View {
            accepted,
            evaluated,
            segments,
            latencies,
            ..
        } = &self.view;
        let Account {
            decided,
            delivered,
            pending,
            suppressed,
            dead,
        } = &self.account;
        let sum = |of: fn(&Segment) -> u64| segments.iter().map(of).sum();
        let mut out = String::new();
        let mut say = |line: String| out.extend([line.as_str(), "\n"]);
        say(format!(
            "In {} the shoppers made {}, evaluated in {}:",
            clock(self.view.elapsed),
            many(accepted.total, "change", "changes"),
            many(evaluated.total, "step", "steps"),
        ));
        say(format!(
            "  {} came twice and counted once, {} turned out to be known,",
            many(self.view.duplicates, "event", "events"),
            many(self.view.merged, "guest", "guests"),
        ));
        say(format!(
            "  {} and kept with the reason.",
            many(self.view.bad, "message was bad", "messages were bad"),
        ));
        say(format!(
            "People entered segments {} and exited {}.",
            many(sum(|segment| segment.entered.total), "time", "times"),
            many(sum(|segment| segment.exited.total), "time", "times"),
        ));
        if let Some(latency) = latencies.delivery {
            say(format!(
                "From the answer 200 to the delivered export: {} (p50), {} (p95), {} (p99).",
                millis(latency.p50),
                millis(latency.p95),
                millis(latency.p99)
            ));
        }
        say(format!(
            "{} exports decided = {} delivered + {} pending + {} suppressed + {} dead{}",
            thousands(*decided),
            thousands(*delivered),
            thousands(*pending),
            thousands(suppressed.values().sum()),
            thousands(dead.values().sum()),
            if self.account.balanced() {
                "."
            } else {
                ": THIS DOES NOT ADD UP."
            },
        ));
        if self.stopped == Stopped::Hard {
            say("It was stopped at once: what is pending is sent at the next start.".to_owned());
        }
        let data = place.path().display();
        if place.stays() {
            say(format!(
                "\nThe exports are in {}, everything else in {data}.",
                self.exports
            ));
            say(format!(
                "Go on with this data:  {}",
                self.sink.serve(place.path())
            ));
            say(format!("Count what is stored:  weir store stats --data {data}"));
        } else {
            match &self.sink {
                Sink::Files => say(format!("\nEverything was in {data}, which is removed.")),
                Sink::Stream(_) => say(format!(
                    "\nThe exports stay in {}; everything else was in {data}, which is removed.",
                    self.exports
                )),
            }
            say("Keep it next time:     weir demo --data DIR".to_owned());
            say(
                "Begin for yourself:    weir serve, then weir apply -f docs/examples/loyalty.yaml".to_owned(),
            );
        }
        out
    }
}

fn many(count: u64, one: &str, more: &str) -> String {
    format!("{} {}", thousands(count), if count == 1 { one } else { more })
}

/// A reader who has gone has seen enough.
fn seen(written: io::Result<()>) -> Result<()> {
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error).context("cannot print"),
        _ => Ok(()),
    }
}
