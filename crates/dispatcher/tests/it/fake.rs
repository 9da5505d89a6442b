//! A destination that does what a script says and remembers what it was sent.

use async_trait::async_trait;
use dispatcher::{BatchLimits, CheckError, Destination, Kind, Part, Rendered, SettingsError, Site, Verdict};
use model::{DestinationId, ProfileId};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::time::Instant;

/// One call as the destination saw it.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    /// The name of the destination.
    pub(crate) destination: String,
    /// Milliseconds since the start.
    pub(crate) at: u64,
    /// What it carried.
    pub(crate) batch: Vec<Rendered>,
}

impl Seen {
    /// The profiles in it.
    pub(crate) fn profiles(&self) -> Vec<ProfileId> {
        self.batch.iter().map(|one| one.profile).collect()
    }
}

/// What to do with a call.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    /// These verdicts, after this long.
    Verdicts(Vec<Verdict>, Duration),
    /// Never answers.
    Hang,
    /// Panics.
    Panic,
}

impl Answer {
    /// The same verdict for each, at once.
    pub(crate) fn all(seen: &Seen, verdict: &Verdict) -> Self {
        Self::Verdicts(vec![verdict.clone(); seen.batch.len()], Duration::ZERO)
    }

    /// Delivered, at once.
    pub(crate) fn delivered(seen: &Seen) -> Self {
        Self::all(seen, &Verdict::Delivered)
    }
}

type Script = Box<dyn FnMut(&Seen) -> Answer + Send>;

/// The outside world: all fake destinations of a test.
#[derive(Clone)]
pub(crate) struct World(Arc<Mutex<Inner>>);

struct Inner {
    start: Instant,
    script: Script,
    seen: Vec<Seen>,
    in_flight: usize,
    most_in_flight: usize,
}

impl World {
    /// A world that answers by `script`. Must be made inside the runtime.
    pub(crate) fn new(script: impl FnMut(&Seen) -> Answer + Send + 'static) -> Self {
        Self(Arc::new(Mutex::new(Inner {
            start: Instant::now(),
            script: Box::new(script),
            seen: Vec::new(),
            in_flight: 0,
            most_in_flight: 0,
        })))
    }

    /// All calls so far.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.0.lock().unwrap().seen.clone()
    }

    /// How many calls there were at most at a time.
    pub(crate) fn most_in_flight(&self) -> usize {
        self.0.lock().unwrap().most_in_flight
    }

    pub(crate) fn set_script(&self, script: impl FnMut(&Seen) -> Answer + Send + 'static) {
        self.0.lock().unwrap().script = Box::new(script);
    }
}

/// The kind `fake`. Settings: `records`, `bytes`, `recordBytes`, `timeoutMs`, `envelope`, `parts`
/// (a profile is in the part of its number modulo that many), all optional.
pub(crate) struct FakeKind(pub(crate) World);

impl Kind for FakeKind {
    fn name(&self) -> &'static str {
        "fake"
    }

    fn example(&self) -> Value {
        json!({})
    }

    fn complete(&self, settings: &Value) -> Result<Value, Vec<SettingsError>> {
        Ok(settings.clone())
    }

    fn open(
        &self,
        id: &DestinationId,
        settings: &Value,
        _: &Site,
    ) -> Result<Arc<dyn Destination>, Vec<SettingsError>> {
        if settings.get("broken").is_some() {
            return Err(vec![SettingsError::at("broken", "is broken")]);
        }
        let number = |key: &str, default: u64| settings[key].as_u64().unwrap_or(default) as usize;
        Ok(Arc::new(Fake {
            id: id.to_string(),
            world: self.0.clone(),
            limits: BatchLimits {
                records: number("records", 10),
                bytes: number("bytes", 1 << 20),
                record_bytes: number("recordBytes", 1 << 20),
            },
            timeout: Duration::from_millis(number("timeoutMs", 20_000) as u64),
            envelope: settings["envelope"].as_bool().unwrap_or(false),
            parts: number("parts", 0) as u32,
        }))
    }
}

struct Fake {
    id: String,
    world: World,
    limits: BatchLimits,
    timeout: Duration,
    envelope: bool,
    parts: u32,
}

impl fmt::Debug for Fake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.id)
    }
}

/// Counts a call as in flight, also when it is dropped.
struct InFlight(World);

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.0.lock().unwrap().in_flight -= 1;
    }
}

#[async_trait]
impl Destination for Fake {
    fn limits(&self) -> BatchLimits {
        self.limits
    }

    fn timeout(&self) -> Duration {
        self.timeout
    }

    fn always_envelope(&self) -> bool {
        self.envelope
    }

    fn part(&self, profile: ProfileId) -> Option<Part> {
        let number = (profile.to_bits() as u32).checked_rem(self.parts)?;
        Some(Part {
            number,
            of: self.parts,
            per_second: 10,
        })
    }

    async fn send(&self, batch: &[Rendered]) -> Vec<Verdict> {
        let (answer, _in_flight) = {
            let mut inner = self.world.0.lock().unwrap();
            let at = inner.start.elapsed().as_millis() as u64;
            let seen = Seen {
                destination: self.id.clone(),
                at,
                batch: batch.to_vec(),
            };
            assert!(
                seen.batch.len() <= self.limits.records,
                "a call within its limits"
            );
            let profiles: BTreeMap<ProfileId, ()> = seen.profiles().into_iter().map(|p| (p, ())).collect();
            assert_eq!(
                profiles.len(),
                seen.batch.len(),
                "a call carries at most one export of a profile"
            );
            let answer = (inner.script)(&seen);
            inner.seen.push(seen);
            inner.in_flight += 1;
            inner.most_in_flight = inner.most_in_flight.max(inner.in_flight);
            (answer, InFlight(self.world.clone()))
        };
        match answer {
            Answer::Verdicts(verdicts, after) => {
                tokio::time::sleep(after).await;
                verdicts
            }
            Answer::Hang => std::future::pending().await,
            Answer::Panic => panic!("the script says so"),
        }
    }

    async fn check(&self) -> Result<(), CheckError> {
        Ok(())
    }
}

pub(crate) fn transient() -> Verdict {
    Verdict::Transient {
        answer: "500".to_owned(),
    }
}

pub(crate) fn refused() -> Verdict {
    Verdict::Refused {
        answer: "400".to_owned(),
    }
}

pub(crate) fn endpoint() -> Verdict {
    Verdict::Endpoint {
        answer: "connection refused".to_owned(),
    }
}

pub(crate) fn throttled(after: Option<u64>) -> Verdict {
    Verdict::Throttled {
        after: after.map(Duration::from_secs),
        answer: "429".to_owned(),
    }
}
