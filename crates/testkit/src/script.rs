//! What happens in a simulated world, in order.

use crate::plan::Plan;
use model::{DatasetId, DestinationId, Duration, ProfileId, SegmentId, Timestamp};
use std::fmt::{self, Display, Formatter};
use store::Fault;

/// A life of a store, from one seed.
#[derive(Clone, Debug)]
pub struct Script {
    /// Where it came from: the same seed gives the same script.
    pub seed: u64,
    /// The clock before the first operation.
    pub start: Timestamp,
    /// What happens.
    pub operations: Vec<Operation>,
}

impl Script {
    /// A shorter script that still `fails`: what can be left out is left out, one operation after the other.
    pub fn shrunk(mut self, fails: impl Fn(&Self) -> bool) -> Self {
        loop {
            let before = self.operations.len();
            for at in (1..before).rev() {
                let mut shorter = self.clone();
                shorter.operations.remove(at);
                if fails(&shorter) {
                    self = shorter;
                }
            }
            if self.operations.len() == before {
                return self;
            }
        }
    }
}

/// The seed, and one line an operation.
impl Display for Script {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(f, "seed {}, from {}", self.seed, self.start)?;
        self.operations
            .iter()
            .try_for_each(|operation| writeln!(f, "  {operation}"))
    }
}

/// One thing that happens. `Display` prints one line.
#[derive(Clone, Debug, PartialEq)]
pub enum Operation {
    /// Somebody posts a message.
    Post(Post),
    /// Time passes.
    Advance(Duration),
    /// The engine runs everything due.
    Tick,
    /// People decide, and the upgrade job gets round to some at once.
    Publish(Plan, Reach),
    /// The upgrade job gets round to some.
    Visit(Reach),
    /// A destination will answer its next calls so, one answer an export, then deliver again.
    Answers(DestinationId, Vec<Answer>),
    /// Power fails while this goes on; nobody sees how it ended.
    Crash(During),
    /// While this goes on, a commit fails, and the engine below the store with it.
    Fault(Fault, During),
}

/// How far the upgrade job gets: whom it visits of those who were last evaluated under other rules. The rest meets
/// messages, joins and its own dues as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reach(u64);

impl Reach {
    /// It is done with everybody.
    pub const ALL: Self = Self(u64::MAX);

    /// Those whose number, modulo 64, is the place of a bit.
    pub fn of(bits: u64) -> Self {
        Self(bits)
    }

    /// Whether `profile` is visited.
    pub fn includes(self, profile: ProfileId) -> bool {
        self.0 >> (profile.to_bits() % 64) & 1 == 1
    }
}

/// What goes on when power or a disk fails.
#[derive(Clone, Debug, PartialEq)]
pub enum During {
    /// Somebody posts messages.
    Posts(Vec<Post>),
    /// People decide.
    Publish(Plan),
}

/// A bare XDM entity on its way to an inlet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Post {
    /// The dataset of the inlet.
    pub dataset: DatasetId,
    /// The entity, or what pretends to be one.
    pub json: String,
}

/// What a destination does with an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Takes it.
    Deliver,
    /// Fails in a way that may pass: uses an attempt.
    Transient,
    /// Asks for patience, with or without saying how long.
    Throttled(Option<Duration>),
    /// Refuses it for good.
    Refused,
    /// Cannot be reached: the breaker's business.
    Down,
    /// Says nothing until the call times out, and does not take it.
    Hang,
    /// Takes it, but the answer is lost.
    LostAnswer,
}

impl Display for Operation {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Post(post) => write!(f, "post {post}"),
            Self::Advance(span) => write!(f, "advance {} ms", span.millis()),
            Self::Tick => write!(f, "tick"),
            Self::Publish(plan, reach) => write!(f, "publish{} | {reach}", Listed(plan)),
            Self::Visit(reach) => write!(f, "{reach}"),
            Self::Answers(destination, answers) => write!(f, "{destination} answers {answers:?}"),
            Self::Crash(during) => write!(f, "crash{during}"),
            Self::Fault(fault, during) => write!(f, "fault {fault:?}{during}"),
        }
    }
}

impl Display for Reach {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match *self {
            Self::ALL => write!(f, "visit all"),
            Self(bits) => write!(f, "visit {bits:#b}"),
        }
    }
}

impl Display for During {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Posts(posts) => posts.iter().try_for_each(|post| write!(f, " | post {post}")),
            Self::Publish(plan) => write!(f, " | publish{}", Listed(plan)),
        }
    }
}

struct Listed<'a>(&'a Plan);

impl Display for Listed<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (id, segment) in &self.0.segments {
            write!(f, " | {id} {:?}: {}", segment.state, segment.rule)?;
        }
        for (id, flow) in &self.0.dataflows {
            let segments: Vec<_> = flow.segments.iter().map(SegmentId::as_str).collect();
            write!(f, " | {id} {:?} of {}", flow.state, segments.join(" "))?;
            if let Some(filter) = &flow.filter {
                write!(f, " where {filter}")?;
            }
        }
        Ok(())
    }
}

impl Display for Post {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.dataset, self.json)
    }
}
