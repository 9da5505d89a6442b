//! `weir backtest`: what a set of segments would have done with the past.
//!
//! The same resolve and evaluate as the live loop, over memory alone, with each line's own time as clock. Blocks of
//! lines are read and parsed ahead ([`ahead`]), decided one after another, and what was decided is written behind
//! ([`out`]): all of it by one crew, and nothing of what comes out depends on its size.

mod ahead;
mod lines;
mod out;
mod report;
mod segments;

use ahead::{Ahead, Parsed};
use anyhow::{Result, anyhow};
use clap::Args;
use evaluator::Rules;
use ingest::{Crew, Rehearsal, Rehearsed};
use lines::Lines;
use model::Timestamp;
use out::Out;
use report::{Progress, Summary};
use std::num::NonZero;
use std::path::PathBuf;
use std::sync::Arc;

/// Replays recorded input against segments and writes every transition.
///
/// The clock is the latest time of the lines so far: an event's `timestamp`, a record's
/// `extSourceSystemAudit.lastUpdatedDate`, or `_weir.receivedAt` where a line has it. A line with an earlier time
/// counts as late. Progress goes to stderr; the last line on stdout is a JSON summary.
#[derive(Debug, Args)]
pub(crate) struct BacktestArgs {
    /// The segments: a JSON array of {"id", "name", "expression": {"type": "PQL", "format": "pql/text", "value"}}.
    #[arg(long, value_name = "FILE")]
    segments: PathBuf,
    /// Input, one XDM entity a line (NDJSON); several are read one after another, `-` is stdin.
    #[arg(long, value_name = "FILE", required = true)]
    input: Vec<PathBuf>,
    /// Where the transitions go, one JSON object a line: {"at", "profile", "segment", "status"}.
    #[arg(long, value_name = "FILE")]
    transitions: PathBuf,
    /// How many days events count, from their timestamp on.
    #[arg(long, value_name = "DAYS", default_value_t = 90)]
    retention: u32,
    /// How many threads work, all cores if not said. What comes out does not depend on it.
    #[arg(long, value_name = "COUNT")]
    threads: Option<NonZero<usize>>,
}

/// Ticks decided at a time: no more than a unit of work, never of meaning.
const BATCH: usize = 1000;

/// Runs a backtest to its end.
pub(crate) fn run(args: &BacktestArgs) -> Result<()> {
    let definitions = segments::read(&args.segments, model::Duration::days(i64::from(args.retention)))?;
    let rules = Rules::compile(&definitions).map_err(|errors| {
        let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
        anyhow::anyhow!("the segments do not compile:\n  {}", errors.join("\n  "))
    })?;
    let crew = Crew::new(args.threads.map_or_else(Crew::cores, NonZero::get))?;
    let mut replay = Replay {
        out: Out::create(&args.transitions, &definitions, crew.clone())?,
        rehearsal: Rehearsal::new(Arc::new(rules), crew.clone()),
        progress: Progress::start(Lines::total_bytes(&args.input)),
    };
    let mut ahead = Ahead::of(&args.input, crew)?;
    while let Some(parsed) = ahead.next()? {
        replay.block(parsed)?;
    }
    replay.finish()?.print()
}

struct Replay {
    rehearsal: Rehearsal,
    out: Out,
    progress: Progress,
}

impl Replay {
    fn block(&mut self, mut parsed: Parsed) -> Result<()> {
        if self.rehearsal.clock() == Timestamp::MIN {
            parsed.refuse_timeless();
        }
        let (path, first) = self.progress.block(&parsed);
        let place = |number: u64| format!("{}:{}", path.display(), first + number);
        for (number, why) in &parsed.bad {
            self.progress.bad(&place(*number), why);
        }
        let numbers = parsed.numbers;
        let decided = self.rehearsal.decide(parsed.inputs);
        let decided = decided.map_err(|error| anyhow!("{}: {error}", place(numbers[error.at])))?;
        self.put(decided)
    }

    fn put(&mut self, decided: Rehearsed) -> Result<()> {
        self.progress.transitions(&decided.transitions);
        self.out.put(decided)
    }

    /// Fires what is due up to the time of the last line, and nothing later.
    fn finish(mut self) -> Result<Summary> {
        loop {
            let mut due = self.rehearsal.due(self.rehearsal.clock()).into_iter().peekable();
            if due.peek().is_none() {
                break;
            }
            while due.peek().is_some() {
                let decided = self.rehearsal.decide(due.by_ref().take(BATCH).collect())?;
                self.put(decided)?;
            }
        }
        self.out.finish()?;
        // The process ends: giving everybody back piece by piece would take as long as a twentieth of the work.
        std::mem::forget(self.rehearsal);
        Ok(self.progress.finish())
    }
}
