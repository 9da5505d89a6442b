//! CPU time of one message on its way from bytes to the attributes that predicates see: parsing, and then one step
//! under rules without segments. `message FILE..`, files of XDM entities, one a line.
//!
//! Profiles are found by their primary identity alone. Times are of the process, user and system, so nothing else
//! that runs on the machine is in them.

use evaluator::{Arrival, Change, Origin, Rules, State, advance};
use model::{Body, DatasetId, Definitions, IdentityLink, Message, Profile, ProfileId, RulesVersion, Seq};
use rustix::time::{ClockId, clock_gettime};
use std::collections::HashMap;
use std::error::Error;
use std::hint::black_box;
use std::io::Write;
use std::time::Duration;

/// How many messages are parsed before they are applied: few enough to stay near, many enough for the clock.
const BATCH: usize = 200;

/// The allocator of the server.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Kind {
    /// A record of somebody who is new.
    First,
    /// A record of somebody who is known.
    Record,
    /// An event.
    Event,
}

#[derive(Default)]
struct Spent {
    messages: u32,
    bytes: usize,
    parse: Duration,
    step: Duration,
}

struct People {
    rules: Rules,
    dataset: DatasetId,
    numbers: HashMap<String, usize>,
    states: Vec<State>,
    seq: u64,
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut people = People {
        rules: Rules::compile(&Definitions::default()).map_err(|errors| format!("{errors:?}"))?,
        dataset: DatasetId::new("input")?,
        numbers: HashMap::new(),
        states: Vec::new(),
        seq: 0,
    };
    let kinds = [Kind::First, Kind::Record, Kind::Event];
    let mut spent: HashMap<Kind, Spent> = kinds.map(|kind| (kind, Spent::default())).into();
    for file in std::env::args().skip(1) {
        let text = std::fs::read_to_string(file)?;
        let lines: Vec<&str> = text.lines().collect();
        for batch in lines.chunks(BATCH) {
            let sorted = people.sort(batch)?;
            for kind in kinds {
                let lines: Vec<&str> = sorted
                    .iter()
                    .filter(|(of, _)| *of == kind)
                    .map(|(_, line)| *line)
                    .collect();
                let spent = spent.entry(kind).or_default();
                people.take(&lines, spent)?;
            }
        }
    }
    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "{:<24}{:>10}{:>8}{:>12}{:>12}{:>12}",
        "", "messages", "bytes", "parse us", "step us", "both us"
    )?;
    for (kind, name) in kinds
        .into_iter()
        .zip(["first record of a person", "further record", "event"])
    {
        let Spent {
            messages,
            bytes,
            parse,
            step,
        } = &spent[&kind];
        let each = |time: Duration| time.as_secs_f64() * 1e6 / f64::from((*messages).max(1));
        let size = bytes / (*messages).max(1) as usize;
        let (parse, step) = (each(*parse), each(*step));
        writeln!(
            out,
            "{name:<24}{messages:>10}{size:>8}{parse:>12.2}{step:>12.2}{:>12.2}",
            parse + step
        )?;
    }
    Ok(())
}

impl People {
    /// Of which kind each line is, who is new noted.
    fn sort<'l>(&mut self, lines: &[&'l str]) -> Result<Vec<(Kind, &'l str)>, Box<dyn Error>> {
        let mut sorted = Vec::new();
        for line in lines {
            let message = self.parse(line)?;
            let known = self.numbers.len();
            let name = message.identities[0].to_string();
            let number = *self.numbers.entry(name).or_insert(known);
            let kind = match message.body {
                Body::Event(_) => Kind::Event,
                Body::Record(_) if number == known => Kind::First,
                Body::Record(_) => Kind::Record,
            };
            if number == known {
                let id = ProfileId::new(0, number as u64);
                self.states
                    .push(State::new(Profile::new(id, RulesVersion::default())));
            }
            sorted.push((kind, *line));
        }
        Ok(sorted)
    }

    fn parse(&self, line: &str) -> Result<Message, xdm::BadMessage> {
        xdm::parse_entity(line.as_bytes(), &self.dataset)
    }

    /// Parses messages and makes a step of each.
    fn take(&mut self, lines: &[&str], spent: &mut Spent) -> Result<(), Box<dyn Error>> {
        let start = cpu_time();
        let parsed: Result<Vec<Message>, _> = lines.iter().map(|line| self.parse(line)).collect();
        spent.parse += cpu_time().saturating_sub(start);
        let parsed = parsed?;
        spent.messages += parsed.len() as u32;
        spent.bytes += parsed.iter().map(|message| message.bytes).sum::<usize>();
        let numbers: Vec<usize> = parsed
            .iter()
            .map(|message| self.numbers[&message.identities[0].to_string()])
            .collect();
        let mut touched = Vec::with_capacity(parsed.len());
        let start = cpu_time();
        for (message, number) in parsed.iter().zip(numbers) {
            touched.push(self.step(message, number));
        }
        spent.step += cpu_time().saturating_sub(start);
        black_box(touched);
        Ok(())
    }

    fn step(&mut self, message: &Message, number: usize) -> evaluator::Touched {
        self.seq += 1;
        let state = &mut self.states[number];
        let now = message.own_time.unwrap_or_default().max(state.stepped());
        let primary = &message.identities[0];
        let link = || IdentityLink {
            identity: primary.clone(),
            seq: Seq(self.seq),
            since: now,
        };
        let linked = if state.profile.identities.is_empty() {
            vec![link()]
        } else {
            Vec::new()
        };
        let arrival = Arrival {
            dataset: &message.dataset,
            primary,
            body: &message.body,
            seq: Seq(self.seq),
            received: now,
            linked,
            evicted: Vec::new(),
            absorbed: Vec::new(),
        };
        let origin = Origin {
            batch: 1,
            incarnation: 0,
        };
        advance(
            &self.rules,
            state,
            Change::Message(arrival),
            now,
            origin,
            &mut Vec::new(),
        );
        state.take_touched()
    }
}

fn cpu_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}
