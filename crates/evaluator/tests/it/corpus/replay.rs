//! A case told in messages, against the steps of a profile: what arrives, what is due, and the transitions they make.

use super::case::{Case, Message, instant, retention};
use super::run::read;
use crate::person::{Person, definitions, flow, segment};
use model::{
    Body, DatasetId, Definitions, Duration, Export, SegmentDefinition, SegmentId, Status, Timestamp, ZoneName,
};

/// The segment that the case is about.
const IT: &str = "it";

pub(super) fn check(case: &Case) -> Result<(), String> {
    let wanted = read(case.timeline.as_deref().unwrap_or_default())?;
    let mut person = Person::new(&world(case)?);
    let mut life = Vec::new();
    for message in &case.messages {
        let at = instant(&message.at)?;
        let exports = post(&mut person, at, message)?;
        note(&mut life, &exports);
        if life.is_empty() {
            life.push((at, false));
        }
    }
    let last = wanted.iter().chain(&life).map(|(at, _)| *at).max();
    let end = case
        .end
        .as_deref()
        .map_or_else(|| Ok(last.unwrap_or_default() + Duration::days(366)), instant)?;
    note(&mut life, &person.wait(end.millis()));
    if life == wanted {
        return Ok(());
    }
    let lines: Vec<String> = life
        .iter()
        .map(|(at, holds)| format!("[\"{at}\", {holds}]"))
        .collect();
    Err(format!("its life is {}", lines.join(", ")))
}

/// The segment, those that it asks for, and a dataflow that tells of every transition.
fn world(case: &Case) -> Result<Definitions, String> {
    let zoned = |no: u32, id: &str, expression: &str, zone: Option<&str>| {
        let time_zone = zone.map_or(Some(ZoneName::default()), ZoneName::new);
        Ok::<_, String>(SegmentDefinition {
            time_zone: time_zone.ok_or("there is no such zone")?,
            exclude_opt_out: false,
            ..segment(no, id, expression)
        })
    };
    let expression = case.expression.as_deref().unwrap_or_default();
    let mut it = zoned(0, IT, expression, case.time_zone.as_deref())?;
    it.exclude_opt_out = case.exclude_opt_out;
    let mut segments = vec![it];
    for (no, (id, other)) in (1..).zip(&case.segments) {
        segments.push(zoned(no, id, &other.expression, other.time_zone.as_deref())?);
    }
    Ok(Definitions {
        retention: retention(case.retention_ms),
        ..definitions(segments, vec![flow(&[IT], &[])])
    })
}

/// As on the way in, a duplicate changes nothing but that time has passed.
fn post(person: &mut Person, at: Timestamp, message: &Message) -> Result<Vec<Export>, String> {
    let name = message.dataset.as_deref().unwrap_or("d");
    let dataset = DatasetId::new(name).map_err(|error| error.to_string())?;
    let text = message.entity.get();
    let parsed = xdm::parse_entity(text.as_bytes(), &dataset).map_err(|bad| format!("{text}: {bad}"))?;
    let mut exports = person.wait(at.millis());
    let duplicate = match &parsed.body {
        Body::Event(event) => {
            let retention = person.rules.retention_of(&dataset);
            person.state.remembers(&dataset, &event.id, retention, at)
        }
        Body::Record(_) => false,
    };
    if !duplicate {
        exports.extend(person.post_to(name, at.millis(), text));
    }
    Ok(exports)
}

fn note(life: &mut Vec<(Timestamp, bool)>, exports: &[Export]) {
    let it = SegmentId::new(IT).expect("an id");
    let told = exports.iter().flat_map(|export| &export.transitions);
    life.extend(
        told.filter(|transition| transition.segment == it)
            .map(|transition| (transition.at, transition.status == Status::Realized)),
    );
}
