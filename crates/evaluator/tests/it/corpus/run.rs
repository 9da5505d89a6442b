//! A case against the oracle.

use super::case::{
    Case, File, Happened, Person, Profile, Row, Said, Table, instant, instant_or_never, value,
};
use super::replay;
use evaluator::oracle::{EventView, Outcome, View, recompute};
use model::{Duration, SegmentId, Timestamp, ZoneName};
use pql::{Program, Severity};
use std::collections::BTreeMap;

/// More steps than any case needs: an outcome that moves on by a millisecond at a time would go on for ever.
const STEPS: usize = 5_000;

const INSTANT: Duration = Duration::from_millis(1);

pub(super) fn check(file: &File, case: &Case) -> Result<(), String> {
    if let Some(said) = &case.refused {
        return refused(expression(case), said);
    }
    if let Some(said) = &case.warned {
        return warned(expression(case), said);
    }
    if let Some(table) = &case.table {
        return tabled(case, table);
    }
    if !case.messages.is_empty() {
        return replay::check(case);
    }
    let subject = Subject::new(case, &profile(file, case)?.read()?)?;
    match &case.timeline {
        Some(timeline) => subject.lives(timeline, case.end.as_deref()),
        None => subject.holds(case),
    }
}

fn expression(case: &Case) -> &str {
    case.expression.as_deref().unwrap_or_default()
}

pub(super) fn profile(file: &File, case: &Case) -> Result<Profile, String> {
    match (&case.profile, &case.person) {
        (Some(profile), _) => Ok(profile.clone()),
        (_, Some(person)) => file
            .profiles
            .get(person)
            .cloned()
            .ok_or_else(|| format!("nobody is called {person}")),
        _ => Ok(Profile::default()),
    }
}

/// What is evaluated: an expression with the segments it refers to, and a person.
pub(super) struct Subject {
    program: Program,
    others: BTreeMap<String, Program>,
    exclude_opt_out: bool,
    person: Person,
}

impl Subject {
    pub(super) fn new(case: &Case, person: &Person) -> Result<Self, String> {
        let compiled = |(id, segment): (&String, &super::case::Segment)| {
            Ok((
                id.clone(),
                program(&segment.expression, segment.time_zone.as_deref())?,
            ))
        };
        Ok(Self {
            program: program(expression(case), case.time_zone.as_deref())?,
            others: case
                .segments
                .iter()
                .map(compiled)
                .collect::<Result<_, String>>()?,
            exclude_opt_out: case.exclude_opt_out,
            person: person.clone(),
        })
    }

    /// What holds now, and until when that is certain, of all that was asked.
    pub(super) fn at(&self, now: Timestamp) -> Outcome {
        let mut outcome = self.evaluate(&self.program, now);
        for other in self.others.values() {
            outcome.until = outcome.until.min(self.evaluate(other, now).until);
        }
        outcome.holds &= !(self.exclude_opt_out && xdm::opted_out(&self.person.attributes));
        outcome
    }

    fn evaluate(&self, program: &Program, now: Timestamp) -> Outcome {
        let arrived = self.person.events.iter().filter(|event| event.received <= now);
        let events: Vec<EventView<'_>> = arrived.map(Happened::view).collect();
        let member = |id: &SegmentId| {
            let other = self.others.get(id.as_str());
            other.is_some_and(|other| self.evaluate(other, now).holds)
        };
        recompute(
            program,
            &View {
                now,
                retention: self.person.retention,
                attributes: &self.person.attributes,
                identities: &self.person.identities,
                events: &events,
                in_segment: &member,
            },
        )
    }

    /// The first instant after `now` at which the outcome is another one by itself.
    pub(super) fn flips(&self, now: Timestamp) -> Result<Timestamp, String> {
        let first = self.at(now);
        let (mut at, mut outcome) = (now, first);
        for _ in 0..STEPS {
            if outcome.until <= at {
                return Err(format!("at {at} it is certain until {} only", outcome.until));
            }
            // An event that arrives is no change by itself, but the next of a life all the same.
            let arrivals = self.person.events.iter().map(|event| event.received);
            at = arrivals
                .filter(|arrival| *arrival > at)
                .fold(outcome.until, Timestamp::min);
            if at == Timestamp::MAX {
                return Ok(at);
            }
            outcome = self.at(at);
            if outcome.holds != first.holds {
                return Ok(at);
            }
        }
        Err(format!("after {STEPS} steps, at {at}, it has not flipped"))
    }

    fn holds(&self, case: &Case) -> Result<(), String> {
        let now = instant(case.now.as_deref().unwrap_or_default())?;
        let outcome = self.at(now);
        differs(
            &format!("at {now}"),
            case.holds == Some(outcome.holds),
            outcome.holds,
        )?;
        let until = instant_or_never(case.until.as_deref().unwrap_or_default())?;
        let flips = self.flips(now)?;
        if flips != until {
            return Err(format!(
                "it should be {} until {}, and is until {}",
                outcome.holds,
                shown(until),
                shown(flips)
            ));
        }
        Ok(())
    }

    /// Holds a whole life to the oracle: from flip to flip, and again just before, at and between the flips.
    fn lives(&self, timeline: &[(String, bool)], end: Option<&str>) -> Result<(), String> {
        let wanted = read(timeline)?;
        let end = end.map_or(Ok(Timestamp::MAX), instant)?;
        let (mut at, mut holds) = *wanted.first().ok_or("a timeline has a beginning")?;
        differs(&format!("at {at}"), self.at(at).holds == holds, !holds)?;
        let mut found = vec![(at, holds)];
        loop {
            at = self.flips(at).or_else(|error| {
                if end == Timestamp::MAX {
                    Err(error)
                } else {
                    Ok(end)
                }
            })?;
            if at >= end {
                break;
            }
            holds = !holds;
            found.push((at, holds));
        }
        if found != wanted {
            let lines: Vec<String> = found
                .iter()
                .map(|(at, holds)| format!("[\"{at}\", {holds}]"))
                .collect();
            return Err(format!("its life is {}", lines.join(", ")));
        }
        probe(&wanted, |at| self.at(at).holds)
    }
}

/// A timeline, whose instants must not go back and whose outcomes must alternate.
pub(super) fn read(timeline: &[(String, bool)]) -> Result<Vec<(Timestamp, bool)>, String> {
    let read = |(at, holds): &(String, bool)| Ok((instant(at)?, *holds));
    let read: Vec<(Timestamp, bool)> = timeline.iter().map(read).collect::<Result<_, String>>()?;
    for pair in read.windows(2) {
        if pair[0].0 > pair[1].0 || pair[0].1 == pair[1].1 {
            return Err(format!("no life goes on at {} like that", pair[1].0));
        }
    }
    Ok(read)
}

/// Whether a life looks as it should just before, at and between its flips.
fn probe(wanted: &[(Timestamp, bool)], holds: impl Fn(Timestamp) -> bool) -> Result<(), String> {
    for (index, (at, expected)) in wanted.iter().enumerate() {
        differs(&format!("at {at}"), holds(*at) == *expected, !expected)?;
        let Some((next, _)) = wanted.get(index + 1) else {
            continue;
        };
        let middle = *at + Duration::from_millis(next.since(*at).millis() / 2);
        for probe in [middle, *next - INSTANT] {
            differs(&format!("at {probe}"), holds(probe) == *expected, !expected)?;
        }
    }
    Ok(())
}

fn differs(when: &str, same: bool, found: bool) -> Result<(), String> {
    if same {
        Ok(())
    } else {
        Err(format!("{when} it is {found}"))
    }
}

pub(super) fn shown(instant: Timestamp) -> String {
    if instant == Timestamp::MAX {
        "never".to_owned()
    } else {
        instant.to_string()
    }
}

pub(super) fn program(text: &str, zone: Option<&str>) -> Result<Program, String> {
    let parsed = pql::parse(text);
    let said = parsed
        .diagnostics
        .iter()
        .map(|said| said.message.clone())
        .collect::<Vec<_>>();
    let program = parsed
        .program
        .ok_or_else(|| format!("{text}: {}", said.join(" ")))?;
    let Some(zone) = zone else { return Ok(program) };
    let zone = ZoneName::new(zone).and_then(|zone| zone.zone());
    Ok(program.in_zone(zone.ok_or("there is no such zone")?))
}

fn tabled(case: &Case, table: &Table) -> Result<(), String> {
    let mut failures = Vec::new();
    for row in &table.rows {
        let found = cells(case, table, row)?;
        if found != row.holds {
            failures.push(format!("{} is {found:?}", row.attributes.get()));
        }
    }
    if failures.is_empty() {
        Ok(())
    } else {
        Err(failures.join("; "))
    }
}

/// What each column gives for a row; it must give that for ever.
pub(super) fn cells(case: &Case, table: &Table, row: &Row) -> Result<Vec<bool>, String> {
    let now = instant(case.now.as_deref().unwrap_or_default())?;
    let person = Person {
        attributes: value(row.attributes.get())?,
        ..Profile::default().read()?
    };
    let cell = |column: &String| {
        let of = Case {
            expression: Some(column.clone()),
            ..case.clone()
        };
        let subject = Subject::new(&of, &person)?;
        match subject.flips(now)? {
            Timestamp::MAX => Ok(subject.at(now).holds),
            until => Err(format!("{column} is no cell of a table: it flips at {until}")),
        }
    };
    table.columns.iter().map(cell).collect()
}

/// The errors of a text are these, and no others.
fn refused(text: &str, wanted: &[Said]) -> Result<(), String> {
    let (sound, mut said) = said(text)?;
    if sound {
        return Err("it is not refused".to_owned());
    }
    said.retain(|said| said.kind == "error");
    meet(text, wanted, &said)
}

/// A text is taken, and this is all that is said of it.
fn warned(text: &str, wanted: &[Said]) -> Result<(), String> {
    let (sound, said) = said(text)?;
    if !sound {
        return Err("it is refused".to_owned());
    }
    meet(text, wanted, &said)
}

/// Whether what is wanted is said, each at its place: other implementations may point further around it.
fn meet(text: &str, wanted: &[Said], found: &[Said]) -> Result<(), String> {
    if wanted.is_empty() {
        return Err("nothing is said of it".to_owned());
    }
    for one in wanted {
        if text.get(one.span.0..one.span.1) != Some(one.at.as_str()) {
            return Err(format!("`{}` does not stand at {:?}", one.at, one.span));
        }
    }
    if wanted == found {
        Ok(())
    } else {
        Err(format!("what is said is {found:?}"))
    }
}

fn said(text: &str) -> Result<(bool, Vec<Said>), String> {
    let parsed = pql::parse(text);
    let kind = |severity| match severity {
        Severity::Error => "error",
        Severity::Warning | Severity::Lint => "warning",
    };
    let mut all = Vec::new();
    for one in &parsed.diagnostics {
        let span = (one.span.start, one.span.end);
        let at = text.get(span.0..span.1).ok_or("a span cuts a letter")?;
        all.push(Said {
            span,
            at: at.to_owned(),
            kind: kind(one.severity).to_owned(),
        });
    }
    Ok((parsed.program.is_some(), all))
}

impl Happened {
    fn view(&self) -> EventView<'_> {
        EventView {
            timestamp: self.timestamp,
            valid_until: self.valid_until,
            value: &self.value,
        }
    }
}
