//! `weir segments`: what a running server knows of its segments.

mod table;

use crate::client::{Client, Server};
use crate::exit::End;
use crate::serve;
use anyhow::{Context, Result, bail};
use clap::{Args, Subcommand, ValueEnum};
use serde_json::Value;
use std::io::Write;

/// See what segments cost.
#[derive(Debug, Subcommand)]
pub(crate) enum SegmentsCommand {
    Cost(CostArgs),
}

/// Show which segments make evaluation expensive, and why: time, memory, and how often each was looked at.
///
/// Counted since the start of the server, or since a segment last changed its meaning. One change in 128 is watched and the
/// figures are scaled, so a segment that was rarely looked at may show 0; flips are exact. What segments share is split
/// evenly between them. FALLBACKS are parts that no index answers, such as chains and averages: they are recomputed, which
/// costs more (docs/evaluation.md). A segment in a dataflow with a filter is evaluated once more together with the filter.
#[derive(Debug, Args)]
#[command(after_help = COLUMNS)]
pub(crate) struct CostArgs {
    /// What comes first.
    #[arg(long, value_enum, default_value = "time")]
    sort: Sort,
    /// Show so many, 0 for all [default: 20, and all of them as JSON].
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    /// Print JSON for programs instead of a table for people.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    server: Server,
}

const COLUMNS: &str = "\
Columns:
  EVALUATIONS  how often it was looked at, because something of it had changed or might have
  FLIPS        how often somebody came in or went out
  FALLBACKS    how often a part of it was recomputed that no index answers
  TIME         spent on it
  SHARE        of all the time spent on changes, which also takes reading and merging
  MEMORY       memberships, and what is kept for the next change, of the people in memory";

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Sort {
    Time,
    Evaluations,
    Flips,
    Fallbacks,
    Memory,
    Name,
}

pub(crate) fn run(command: &SegmentsCommand) -> Result<End> {
    let SegmentsCommand::Cost(args) = command;
    serve::runtime()?.block_on(cost(args))
}

async fn cost(args: &CostArgs) -> Result<End> {
    let client = Client::of(&args.server)?;
    let (status, mut answer) = client.ask("/api/segments/cost", &[]).await?;
    if status != 200 {
        bail!("{}", client.refusal(status, &answer));
    }
    let mut left = 0;
    if let Some(segments) = answer["segments"].as_array_mut() {
        args.sort.sort(segments);
        let limit = args.limit.unwrap_or(if args.json { 0 } else { 20 });
        if limit > 0 {
            left = segments.len().saturating_sub(limit);
            segments.truncate(limit);
        }
    }
    let text = if args.json {
        answer.to_string()
    } else {
        table::of(&answer, left)
    };
    writeln!(std::io::stdout(), "{}", text.trim_end()).context("cannot write to stdout")?;
    Ok(End::Done)
}

impl Sort {
    /// The largest first, equals by name; or all by name.
    fn sort(self, segments: &mut [Value]) {
        let member = match self {
            Self::Time => "seconds",
            Self::Evaluations => "evaluations",
            Self::Flips => "flips",
            Self::Fallbacks => "fallbacks",
            Self::Memory => "bytes",
            Self::Name => "",
        };
        let size = |entry: &Value| entry[member].as_f64().unwrap_or(0.0);
        let name = |entry: &Value| (entry["id"].to_string(), entry["dataflow"].to_string());
        segments.sort_by(|a, b| size(b).total_cmp(&size(a)).then_with(|| name(a).cmp(&name(b))));
    }
}

#[cfg(test)]
mod tests;
