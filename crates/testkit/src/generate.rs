//! Makes scripts: random, repeatable, and of a small world, so that the same people, paths, ids and instants
//! meet again and again.

mod dice;
mod messages;
mod plans;
mod rules;
#[cfg(test)]
mod tests;
mod times;

use crate::plan::Plan;
use crate::rule::Rule;
use crate::script::{Answer, During, Operation, Post, Reach, Script};
use dice::Dice;
use messages::Writer;
use model::{DestinationId, Duration, Timestamp};
use plans::Planner;
use store::Fault;
use times::Times;

/// The script of `seed`.
pub fn script(seed: u64) -> Script {
    let mut dice = Dice::new(seed);
    let start = Timestamp::from_millis(1_700_000_000_000 + dice.below(1_000) as i64);
    let times = Times::new(&mut dice, start);
    let mut maker = Maker {
        planner: Planner::new(times.retention),
        writer: Writer::new(&mut dice),
        times,
        dice,
    };
    let mut operations = vec![Operation::Publish(maker.plan(), Reach::ALL)];
    for _ in 0..maker.dice.between(40, 90) {
        let operation = maker.operation();
        let leaves_some_behind = matches!(&operation, Operation::Publish(_, reach) if *reach != Reach::ALL);
        operations.push(operation);
        if leaves_some_behind && maker.dice.percent(70) {
            let posts = maker.writer.gathering(&mut maker.dice, &mut maker.times);
            operations.extend(posts.into_iter().map(Operation::Post));
        }
    }
    Script {
        seed,
        start,
        operations,
    }
}

struct Maker {
    dice: Dice,
    times: Times,
    planner: Planner,
    writer: Writer,
}

impl Maker {
    fn operation(&mut self) -> Operation {
        match self.dice.below(100) {
            0..52 => Operation::Post(self.writer.post(&mut self.dice, &mut self.times)),
            52..78 => self.advance(),
            78..82 => Operation::Tick,
            82..84 => Operation::Visit(self.reach()),
            84..92 => Operation::Publish(self.plan(), self.reach()),
            92..96 => self.answers(),
            96 | 97 => {
                let faults = [
                    Fault::Full,
                    Fault::Refused,
                    Fault::Unsynced,
                    Fault::Unanswered,
                    Fault::RefusedAndClosed,
                ];
                Operation::Fault(self.dice.one(&faults), self.during())
            }
            _ => Operation::Crash(self.during()),
        }
    }

    fn plan(&mut self) -> Plan {
        let first = self.planner.plan().segments.is_empty();
        self.planner.decide(&mut self.dice, &self.times);
        if !first && self.dice.percent(5) {
            self.times.retention = self.planner.halve_retention();
        }
        let plan = self.planner.plan().clone();
        self.times.windows = plan.rules().flat_map(Rule::windows).collect();
        plan
    }

    fn reach(&mut self) -> Reach {
        if self.dice.percent(40) {
            Reach::ALL
        } else {
            Reach::of(self.dice.bits())
        }
    }

    fn posts(&mut self) -> Vec<Post> {
        let count = self.dice.below(5);
        (0..count)
            .map(|_| self.writer.post(&mut self.dice, &mut self.times))
            .collect()
    }

    fn during(&mut self) -> During {
        if self.dice.percent(30) {
            During::Publish(self.plan())
        } else {
            During::Posts(self.posts())
        }
    }

    fn advance(&mut self) -> Operation {
        let span = self.times.leap(&mut self.dice);
        self.times.now = self.times.now + span;
        Operation::Advance(span)
    }

    fn answers(&mut self) -> Operation {
        let destination =
            DestinationId::new(self.dice.one(&plans::DESTINATIONS)).expect("a constant id is good");
        let answers = (0..self.dice.between(1, 6))
            .map(|_| answer(&mut self.dice))
            .collect();
        Operation::Answers(destination, answers)
    }
}

fn answer(dice: &mut Dice) -> Answer {
    match dice.below(10) {
        0..2 => Answer::Deliver,
        2..5 => Answer::Transient,
        5 => Answer::Throttled(
            dice.percent(50)
                .then(|| Duration::from_millis(dice.between(1, 9_000) as i64)),
        ),
        6 => Answer::Refused,
        7 => Answer::Down,
        8 => Answer::Hang,
        _ => Answer::LostAnswer,
    }
}
