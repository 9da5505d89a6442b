//! `weir backtest`: what a set of segments would have done with the past.
//!
//! The same resolve and evaluate as the live loop, over a store in memory, with each line's own time as clock.

mod lines;
mod report;
mod segments;

use anyhow::{Context, Result, bail};
use clap::Args;
use evaluator::Rules;
use ingest::{Core, Input, Item, Posted, What};
use lines::Lines;
use model::{DatasetId, Definitions, InletId, ProfileId, Timestamp, Transition};
use report::{Progress, Summary};
use std::collections::HashMap;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use store::{Memory, Store};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

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
}

/// Inputs decided at a time: no more than a unit of work, never of meaning.
const BATCH: usize = 1000;

/// Runs a backtest to its end.
pub(crate) async fn run(args: BacktestArgs) -> Result<()> {
    let definitions = segments::read(&args.segments, model::Duration::days(i64::from(args.retention)))?;
    let (store, committer) = store::open_on(Box::new(Memory::new()), &store::Options::default())?;
    let tasks = TaskTracker::new();
    let stop = CancellationToken::new();
    tasks.spawn(committer.run(stop.clone()));
    let summary = replay(&args, &definitions, store).await?;
    stop.cancel();
    tasks.close();
    tasks.wait().await;
    summary.print()
}

async fn replay(args: &BacktestArgs, definitions: &Definitions, store: Store) -> Result<Summary> {
    let out = File::create(&args.transitions)
        .with_context(|| format!("cannot write the transitions to {}", args.transitions.display()))?;
    let rules = Rules::compile(definitions).map_err(|errors| {
        let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
        anyhow::anyhow!("the segments do not compile:\n  {}", errors.join("\n  "))
    })?;
    let mut replay = Replay {
        core: Core::new(store.clone(), Arc::new(rules), usize::MAX),
        store,
        names: HashMap::new(),
        segments: definitions
            .segments
            .iter()
            .map(|s| (s.no, s.id.to_string()))
            .collect(),
        out: BufWriter::with_capacity(1 << 20, out),
        progress: Progress::start(Lines::total_bytes(&args.input)),
    };
    for path in &args.input {
        replay.file(path).await?;
    }
    replay.finish().await
}

struct Replay {
    core: Core,
    store: Store,
    /// How profiles are called in the output: the primary identity of their first message.
    names: HashMap<ProfileId, String>,
    segments: HashMap<model::SegmentNo, String>,
    out: BufWriter<File>,
    progress: Progress,
}

impl Replay {
    async fn file(&mut self, path: &Path) -> Result<()> {
        let dataset = DatasetId::new("backtest")?;
        let inlet = InletId::new("backtest")?;
        let mut lines = Lines::open(path)?;
        let mut inputs = Vec::with_capacity(BATCH);
        let mut clock = self.core.clock();
        while let Some(line) = lines.next()? {
            self.progress.line(line.bytes.len());
            let message = match xdm::parse_entity(line.bytes, &dataset) {
                Ok(message) => message,
                Err(bad) => {
                    self.progress.bad(path, line.number, &bad.to_string());
                    continue;
                }
            };
            let own = message.own_time.unwrap_or(clock);
            if own == Timestamp::MIN {
                self.progress.bad(
                    path,
                    line.number,
                    "the first line needs a time: nothing has set the clock yet",
                );
                continue;
            }
            clock = clock.max(own);
            let posted = Posted {
                inlet: inlet.clone(),
                message,
                raw: line.bytes.to_vec(),
            };
            inputs.push(Input {
                now: clock,
                what: What::Item(Item::Posted(posted)),
            });
            if inputs.len() == BATCH {
                self.decide(&mut inputs).await?;
            }
        }
        self.decide(&mut inputs).await
    }

    async fn decide(&mut self, inputs: &mut Vec<Input>) -> Result<()> {
        let batch = self.core.decide(inputs)?;
        inputs.clear();
        let failed = batch.answers.iter().find_map(|answer| match answer {
            ingest::Answer::Failed(why) => Some(why),
            _ => None,
        });
        if let Some(why) = failed {
            bail!("{why}");
        }
        for (id, identity) in batch.created {
            self.names.insert(id, identity.to_string());
        }
        for (profile, transitions) in &batch.decisions.transitions {
            for transition in transitions {
                self.write(*profile, *transition)?;
            }
        }
        self.store.commit(batch.decisions).await?;
        Ok(())
    }

    fn write(&mut self, profile: ProfileId, transition: Transition) -> Result<()> {
        self.progress.transition(transition.status);
        let line = report::Line {
            at: transition.at.to_string(),
            profile: &self.names[&profile],
            segment: &self.segments[&transition.segment],
            status: transition.status,
        };
        serde_json::to_writer(&mut self.out, &line)?;
        self.out.write_all(b"\n")?;
        Ok(())
    }

    /// Fires what is due up to the time of the last line, and nothing later.
    async fn finish(mut self) -> Result<Summary> {
        let now = self.core.clock();
        loop {
            let due = self.store.timers_due(now, BATCH)?;
            if due.is_empty() {
                break;
            }
            let mut ticks = due
                .into_iter()
                .map(|(due, id)| Input {
                    now,
                    what: What::Tick(id, due),
                })
                .collect();
            self.decide(&mut ticks).await?;
        }
        self.out.flush().context("cannot write the transitions")?;
        Ok(self.progress.finish())
    }
}
