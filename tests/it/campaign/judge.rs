//! What has to be so at the end, whatever went wrong: judged by what the peer stored and what was acknowledged.

use super::load::Load;
use super::peers::Arrival;
use super::table::{Cell, Fault, Traffic};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The bits of a revision that count; above them is the incarnation of the store.
const COUNTED: u64 = (1 << 48) - 1;

/// What is known of a cell.
pub(crate) struct Evidence {
    pub(crate) cell: Cell,
    /// In the order in which the peer stored them.
    pub(crate) arrivals: Vec<Arrival>,
    /// As the server counts.
    pub(crate) account: Value,
    /// What the server gave up.
    pub(crate) letters: Vec<Value>,
    /// Its bulk jobs.
    pub(crate) jobs: Vec<Value>,
    /// Changes from this number on were posted when the dataflow was there.
    pub(crate) since: u64,
}

/// What a cell went through.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tally {
    /// Exports delivered.
    pub(crate) delivered: u64,
    /// Messages that came again.
    pub(crate) repeats: u64,
    /// Exports that live ones took the place of.
    pub(crate) superseded: u64,
    /// Of whom something live told before a job came to them.
    pub(crate) overtaken: u64,
    pub(crate) dead: u64,
}

impl Tally {
    pub(crate) fn add(&mut self, other: Self) {
        self.delivered += other.delivered;
        self.repeats += other.repeats;
        self.superseded += other.superseded;
        self.overtaken += other.overtaken;
        self.dead += other.dead;
    }
}

/// The messages of one profile.
#[derive(Default)]
struct Chain<'a> {
    /// In the order in which they came first.
    first: Vec<&'a Arrival>,
    /// Revisions that were given up.
    dead: BTreeSet<u64>,
}

/// What is wrong with a cell, a sentence each; `names` gives the person of a profile.
pub(crate) fn judge(
    evidence: &Evidence,
    load: &Load,
    names: &BTreeMap<String, String>,
) -> Result<Tally, Vec<String>> {
    let mut wrong = Vec::new();
    let chains = chains(evidence, names, &mut wrong);
    for (person, chain) in &chains {
        in_order(person, chain, &mut wrong);
    }
    told(evidence, load, &chains, &mut wrong);
    explained(evidence, load, &chains, &mut wrong);
    let tally = balanced(evidence, &chains, &mut wrong);
    jobs_add_up(evidence, &mut wrong);
    if wrong.is_empty() {
        return Ok(tally);
    }
    let cell = evidence.cell;
    Err(wrong.into_iter().map(|what| format!("{cell}: {what}")).collect())
}

/// Duplicates only by id, and then byte for byte.
fn chains<'a>(
    evidence: &'a Evidence,
    names: &BTreeMap<String, String>,
    wrong: &mut Vec<String>,
) -> BTreeMap<String, Chain<'a>> {
    let mut seen: HashMap<&str, &str> = HashMap::new();
    let mut chains: BTreeMap<String, Chain> = BTreeMap::new();
    for one in &evidence.arrivals {
        if let Some(before) = seen.insert(&one.id, &one.text) {
            if before != one.text {
                wrong.push(format!(
                    "{} came again with other bytes:\n  {before}\n  {}",
                    one.id, one.text
                ));
            }
            continue;
        }
        chains.entry(person(one)).or_default().first.push(one);
    }
    for letter in &evidence.letters {
        let profile = letter["profile"].as_str().expect("a profile");
        let revision: u64 = letter["revision"]
            .as_str()
            .expect("a text")
            .parse()
            .expect("a number");
        let name = names
            .get(profile)
            .cloned()
            .unwrap_or_else(|| format!("profile {profile}"));
        chains.entry(name).or_default().dead.insert(revision & COUNTED);
    }
    chains
}

/// No older revision is stored for the first time after a newer one.
fn in_order(person: &str, chain: &Chain<'_>, wrong: &mut Vec<String>) {
    let revisions = chain.revisions();
    for pair in revisions.windows(2) {
        if let &[before, after] = pair
            && before >= after
        {
            wrong.push(format!(
                "{person}: revision {after} came after {before} in {revisions:?}"
            ));
            return;
        }
    }
}

/// Nothing is lost: every acknowledged change was shown, in the order in which changes were posted.
fn told(evidence: &Evidence, load: &Load, chains: &BTreeMap<String, Chain<'_>>, wrong: &mut Vec<String>) {
    for (person, changes) in load.changes().iter().enumerate() {
        let name = Load::name(person);
        if evidence.cell.is(Fault::TooLarge) && load.is_large(person) {
            continue;
        }
        let mut shown: Vec<u64> = chains.get(&name).map(Chain::numbers).unwrap_or_default();
        // Something bulk shows the number of the last change once more.
        shown.dedup();
        let posted: Vec<u64> = changes.iter().map(|change| change.number).collect();
        let mut rest = posted.iter();
        if !shown.iter().all(|number| rest.any(|posted| posted == number)) {
            wrong.push(format!("{name}: shown {shown:?}, posted {posted:?}"));
        }
        let due = changes
            .iter()
            .filter(|change| change.acknowledged && change.number >= evidence.since);
        let lost: Vec<u64> = due
            .map(|change| change.number)
            .filter(|number| !shown.contains(number))
            .collect();
        if !lost.is_empty() {
            wrong.push(format!("{name}: changes {lost:?} are lost, shown are {shown:?}"));
        }
        let last = changes.iter().rev().find(|change| change.acknowledged);
        if shown.last().copied() < last.map(|change| change.number) {
            wrong.push(format!(
                "{name}: the last that was shown is {:?}, of {last:?}",
                shown.last()
            ));
        }
    }
}

/// Nothing is given up but what the fault explains: what is too large, wherever there is a limit.
fn explained(
    evidence: &Evidence,
    load: &Load,
    chains: &BTreeMap<String, Chain<'_>>,
    wrong: &mut Vec<String>,
) {
    let refuses = evidence.cell.is(Fault::TooLarge);
    for letter in &evidence.letters {
        let what = format!(
            "{} ({}, {} attempts)",
            letter["reason"], letter["answer"], letter["attempts"]
        );
        if !refuses || letter["reason"] != "refused" {
            wrong.push(format!(
                "revision {} of {} died: {what}",
                letter["revision"], letter["profile"]
            ));
        }
    }
    for person in (0..load.changes().len()).filter(|_| refuses) {
        let name = Load::name(person);
        let (came, dead) = chains
            .get(&name)
            .map_or((0, 0), |chain| (chain.first.len(), chain.dead.len()));
        if load.is_large(person) != (came == 0) || load.is_large(person) != (dead > 0) {
            wrong.push(format!("{name}: {came} delivered and {dead} dead"));
        }
    }
}

/// The account is that of the messages: revisions count what was decided, and each is delivered, dead or superseded.
fn balanced(evidence: &Evidence, chains: &BTreeMap<String, Chain<'_>>, wrong: &mut Vec<String>) -> Tally {
    let delivered: u64 = chains.values().map(|chain| chain.first.len() as u64).sum();
    let dead: u64 = chains.values().map(|chain| chain.dead.len() as u64).sum();
    let known: u64 = chains.values().map(|chain| chain.known().len() as u64).sum();
    let decided: u64 = chains.values().map(Chain::last).sum();
    let gone = decided - known;
    let account = &evidence.account;
    let counted = |of: &Value| {
        of.as_object()
            .map_or(0, |all| all.values().filter_map(Value::as_u64).sum())
    };
    let superseded = account["suppressed"]["superseded"].as_u64().unwrap_or(0);
    // What was stored and not answered waits for its next attempt, and can be superseded there.
    let confirmed = (delivered + gone).checked_sub(superseded);
    let same = account["balanced"] == true
        && account["pending"] == 0
        && account["decided"] == decided
        && counted(&account["dead"]) == dead
        && counted(&account["suppressed"]) == superseded
        && superseded >= gone
        && account["delivered"].as_u64() == confirmed;
    if !same {
        wrong.push(format!(
            "{decided} were decided, {delivered} stored, {dead} are dead, {gone} are neither, and the account is {account}"
        ));
    }
    if evidence.cell.traffic == Traffic::Live && superseded > 0 {
        wrong.push(format!("there is nothing bulk, and the account is {account}"));
    }
    Tally {
        delivered,
        repeats: evidence.arrivals.len() as u64 - delivered,
        superseded,
        overtaken: evidence.jobs.iter().filter_map(|job| job["live"].as_u64()).sum(),
        dead,
    }
}

/// A job looked at everybody once, and told somebody.
fn jobs_add_up(evidence: &Evidence, wrong: &mut Vec<String>) {
    let told: u64 = evidence
        .jobs
        .iter()
        .filter_map(|job| job["exported"].as_u64())
        .sum();
    if evidence.cell.traffic == Traffic::Backfill && told == 0 {
        wrong.push(format!("nothing bulk was sent: {:?}", evidence.jobs));
    }
    for job in &evidence.jobs {
        let number = |name: &str| job[name].as_u64().unwrap_or(u64::MAX);
        let sum = number("exported") + number("live") + number("left");
        if job["state"] != "done" || sum != number("total") {
            wrong.push(format!("a job does not add up: {job}"));
        }
    }
}

/// The name of the person that a message is about.
pub(crate) fn person(message: &Arrival) -> String {
    let name = &message.body["identityMap"]["crm"][0]["id"];
    name.as_str().expect("an identity").to_owned()
}

impl Chain<'_> {
    fn revisions(&self) -> Vec<u64> {
        self.first.iter().map(|one| one.revision & COUNTED).collect()
    }

    /// All that are known to have been decided.
    fn known(&self) -> BTreeSet<u64> {
        self.revisions()
            .into_iter()
            .chain(self.dead.iter().copied())
            .collect()
    }

    /// Revisions count from 1, and the last is never superseded.
    fn last(&self) -> u64 {
        self.known().last().copied().unwrap_or(0)
    }

    fn numbers(&self) -> Vec<u64> {
        let number = |one: &&Arrival| one.body["number"].as_u64().expect("a number");
        self.first.iter().map(number).collect()
    }
}
