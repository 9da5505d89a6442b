//! Why a person is in a segment or not: what the store says, beside what evaluating now says.

use super::{Control, Shared};
use crate::check::Checked;
use crate::expression::check_expression;
use crate::report::Report;
use crate::suggest::nearest;
use evaluator::explain::{Explanation, Question, Turn};
use evaluator::{Rules, State, explain};
use ingest::ClockState;
use model::{
    Dataflow, DataflowId, Definitions, Mapping, Profile, RulesVersion, SegmentDefinition, SegmentId,
    SegmentNo, SegmentState, Status, Timestamp, ZoneName,
};
use pql::Program;
use serde::{Serialize, Serializer};
use xdm::Schemas;

/// What is asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// A segment of the definitions, in whatever state.
    Segment {
        /// Which.
        segment: SegmentId,
        /// As a dataflow sees it that maps it: with its filter.
        dataflow: Option<DataflowId>,
    },
    /// A predicate that nobody saved.
    Expression {
        /// PQL, as text or as JSON.
        text: String,
        /// Whose days, months and years it speaks of.
        time_zone: ZoneName,
        /// Whether who opted out is left out.
        exclude_opt_out: bool,
    },
}

/// Why a question has no answer.
#[derive(Debug, thiserror::Error)]
pub enum WhyError {
    /// There is no such segment.
    #[error("there is no segment `{id}`")]
    NoSegment {
        /// What was asked for.
        id: SegmentId,
        /// The nearest that there is.
        near: Option<String>,
    },
    /// There is no such dataflow.
    #[error("there is no dataflow `{id}`")]
    NoDataflow {
        /// What was asked for.
        id: DataflowId,
        /// The nearest that there is.
        near: Option<String>,
    },
    /// The dataflow does not map the segment.
    #[error("dataflow `{dataflow}` does not map segment `{segment}`")]
    NotMapped {
        /// Which dataflow.
        dataflow: DataflowId,
        /// Which segment.
        segment: SegmentId,
    },
    /// The predicate does not parse.
    #[error("{}", .0.summary())]
    Expression(Box<Report>),
}

/// Why a person is in a segment or not.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Why {
    profile: String,
    /// Nothing for a predicate that nobody saved.
    #[serde(skip_serializing_if = "Option::is_none")]
    segment: Option<Named>,
    /// The dataflow as which it is seen, and what that was told.
    #[serde(skip_serializing_if = "Option::is_none")]
    dataflow: Option<Seen>,
    /// The predicate as it is written.
    source: String,
    /// What the store says; nothing for what is not evaluated.
    #[serde(skip_serializing_if = "Option::is_none")]
    stored: Option<Stored>,
    /// The definitions in force.
    definitions: RulesVersion,
    /// What evaluating now says.
    #[serde(flatten)]
    explanation: Explanation,
    /// Why it flips when it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<Cause>,
    /// What else there is to know, in sentences: above all why store and evaluation differ.
    notes: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Named {
    id: SegmentId,
    name: String,
    state: SegmentState,
}

/// A dataflow that maps the segment.
#[derive(Debug, Serialize)]
struct Seen {
    id: DataflowId,
    /// What is asked beside the segment.
    #[serde(skip_serializing_if = "Option::is_none")]
    filter: Option<String>,
    /// Whether its last export of the profile showed the segment as realized; nothing if it never was told of the profile.
    #[serde(skip_serializing_if = "Option::is_none")]
    told: Option<bool>,
}

/// What is kept of a profile's standing in a segment.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Stored {
    /// Whether it is a member.
    member: bool,
    /// The status, if it ever was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<Status>,
    /// Since when it has that status.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "instant")]
    since: Option<Timestamp>,
    /// The definitions by which the profile was last evaluated.
    definitions: RulesVersion,
    /// When it was.
    #[serde(serialize_with = "instant_of")]
    evaluated: Timestamp,
}

/// The clause that flips when the whole does.
#[derive(Debug, Serialize)]
struct Cause {
    clause: String,
    /// Whether it holds now.
    holds: bool,
    turns: Vec<Turn>,
}

impl Control {
    /// Tells why `profile`, as it is stored, is in a segment or not. `definitions` are those in force.
    pub fn why(&self, definitions: &Definitions, profile: Profile, asked: &Asked) -> Result<Why, WhyError> {
        let Shared { ingest, clock, .. } = &*self.shared;
        let rules = ingest.rules();
        let now = ingest.evaluation_time(clock.now()).max(profile.hot.stepped);
        let mut why = match asked {
            Asked::Segment { segment, dataflow } => {
                let state = State::new(profile);
                of_segment(&rules, definitions, &state, (segment, dataflow.as_ref()), now)
            }
            Asked::Expression {
                text,
                time_zone,
                exclude_opt_out,
            } => {
                let schemas = Schemas::compile(&definitions.field_groups, &definitions.schemas);
                let schemas = schemas.ok().filter(|_| !definitions.schemas.is_empty());
                let program = parse("the expression", text, time_zone, schemas.as_ref())?;
                let state = State::new(profile);
                let question = Question {
                    program: &program,
                    exclude_opt_out: *exclude_opt_out,
                    source: Some(text),
                };
                let why = Why::new(&rules, &state, &question, now);
                Ok(why.noting(unknown(&program, &rules, definitions)))
            }
        }?;
        if let ClockState::Jumped { wall, trusted } = ingest.clock() {
            why.notes.push(format!(
                "The wall clock shows {wall} and is not trusted: evaluation goes by {trusted} until an operator says that the clock is right."
            ));
        }
        Ok(why)
    }
}

fn of_segment(
    rules: &Rules,
    definitions: &Definitions,
    state: &State,
    (id, dataflow): (&SegmentId, Option<&DataflowId>),
    now: Timestamp,
) -> Result<Why, WhyError> {
    let Some(definition) = definitions.segments.iter().find(|known| known.id == *id) else {
        let known = definitions.segments.iter().map(|known| known.id.as_str());
        return Err(WhyError::NoSegment {
            id: id.clone(),
            near: nearest(id.as_str(), known).map(str::to_owned),
        });
    };
    let mapped = dataflow
        .map(|dataflow| mapped(definitions, id, dataflow))
        .transpose()?;
    let filtered = mapped.and_then(|(flow, mapping)| flow.filter.as_deref().zip(mapping.hidden));
    let no = filtered.map_or(definition.no, |(_, hidden)| hidden);
    let evaluated = rules.segment(no);
    let parsed;
    let program = if let Some(segment) = evaluated {
        &segment.program
    } else {
        let zone = &definition.time_zone;
        let alone = parse(&format!("segment {id}"), &definition.expression, zone, None)?;
        parsed = match filtered {
            Some((filter, _)) => Program::and(alone, parse("the filter", filter, zone, None)?),
            None => alone,
        };
        &parsed
    };
    let source = filtered.is_none().then_some(definition.expression.as_str());
    let question = Question {
        program,
        exclude_opt_out: definition.exclude_opt_out,
        source,
    };
    let mut why = Why::new(rules, state, &question, now);
    match evaluated {
        None => why.notes.push(not_evaluated(definition)),
        Some(segment) => {
            let stored = stored(state, no);
            if stored.member != why.explanation.holds {
                why.notes.push(difference(state, segment, rules, now));
            }
            why.stored = Some(stored);
        }
    }
    if let Some((flow, _)) = mapped {
        let ledger = state.profile.hot.ledger.iter();
        let entry = ledger.into_iter().find(|entry| entry.dataflow == flow.no);
        why.dataflow = Some(Seen {
            id: flow.id.clone(),
            filter: flow.filter.clone(),
            told: entry.map(|entry| entry.told.contains(&no)),
        });
    }
    why.segment = Some(Named {
        id: id.clone(),
        name: definition.name.clone(),
        state: definition.state,
    });
    let missing = unknown(program, rules, definitions);
    Ok(why.noting(missing))
}

/// The dataflow of this name, and how it maps the segment.
fn mapped<'d>(
    definitions: &'d Definitions,
    segment: &SegmentId,
    dataflow: &DataflowId,
) -> Result<(&'d Dataflow, &'d Mapping), WhyError> {
    let flows = || definitions.dataflows.iter();
    let Some(flow) = flows().find(|flow| flow.id == *dataflow) else {
        return Err(WhyError::NoDataflow {
            id: dataflow.clone(),
            near: nearest(dataflow.as_str(), flows().map(|flow| flow.id.as_str())).map(str::to_owned),
        });
    };
    let mapping = flow.segments.iter().find(|mapping| mapping.segment == *segment);
    let mapping = mapping.ok_or_else(|| WhyError::NotMapped {
        dataflow: dataflow.clone(),
        segment: segment.clone(),
    })?;
    Ok((flow, mapping))
}

impl Why {
    fn new(rules: &Rules, state: &State, question: &Question<'_>, now: Timestamp) -> Self {
        let explanation = explain(rules, state, question, now);
        let cause = explanation.cause().map(|clause| Cause {
            clause: clause.text.clone(),
            holds: clause.holds(),
            turns: clause.turns.clone(),
        });
        Self {
            profile: state.profile.id.to_string(),
            segment: None,
            dataflow: None,
            source: question
                .source
                .map_or_else(|| question.program.to_string(), str::to_owned),
            stored: None,
            definitions: rules.version,
            explanation,
            cause,
            notes: Vec::new(),
        }
    }

    fn noting(mut self, more: Vec<String>) -> Self {
        self.notes.extend(more);
        self
    }
}

fn stored(state: &State, no: SegmentNo) -> Stored {
    let membership = state.membership(no);
    Stored {
        member: state.realized(no),
        status: membership.map(|membership| membership.status),
        since: membership.map(|membership| membership.since),
        definitions: state.profile.hot.rules,
        evaluated: state.stepped(),
    }
}

fn not_evaluated(definition: &SegmentDefinition) -> String {
    let what = match definition.state {
        SegmentState::Published => "just published, and not in force yet",
        SegmentState::Draft => "a draft",
        SegmentState::Inactive => "inactive",
        SegmentState::Archived => "archived",
    };
    format!("The segment is {what}: nobody is in it. This is what it would say if it were in force.")
}

/// Why the store says another thing than evaluating now.
fn difference(state: &State, segment: &evaluator::Segment, rules: &Rules, now: Timestamp) -> String {
    let hot = &state.profile.hot;
    let (at, version) = (hot.stepped, hot.rules);
    if version < segment.changed_in {
        return format!(
            "The profile was last evaluated at {at} under definitions {version}, and definitions {} changed the segment, or one \
             it refers to. The profile is brought to definitions {} by the upgrade job, or by whatever comes first.",
            segment.changed_in, rules.version
        );
    }
    match hot.next_due {
        Some(due) if due <= now => format!(
            "The profile has a timer that was due at {due} and is not acted on yet: that takes about a second, longer while a \
             flood of them is worked off."
        ),
        _ => format!(
            "The profile was last evaluated at {at} under definitions {version}, and nothing is due that explains the \
             difference. If it is still there when you ask again, it is a defect of Weir: please report it with this answer."
        ),
    }
}

/// What is said of segments that are referred to and not in force.
fn unknown(program: &Program, rules: &Rules, definitions: &Definitions) -> Vec<String> {
    let missing = program
        .segments()
        .into_iter()
        .filter(|id| rules.position(id).is_none());
    let sentence = |id: SegmentId| {
        if definitions.segments.iter().any(|known| known.id == id) {
            return format!("Segment `{id}` is not in force, so nobody is in it.");
        }
        let known = definitions.segments.iter().map(|known| known.id.as_str());
        let near =
            nearest(id.as_str(), known).map_or_else(String::new, |near| format!(" Did you mean `{near}`?"));
        format!("There is no segment `{id}`, so nobody is in it.{near}")
    };
    missing.map(sentence).collect()
}

/// What an expression means in a zone; in a typed store its paths must be those of the schemas.
fn parse(
    name: &str,
    expression: &str,
    zone: &ZoneName,
    schemas: Option<&Schemas>,
) -> Result<Program, WhyError> {
    let Checked { desired, report } = check_expression(name, expression.to_owned(), schemas);
    let program = desired.ok_or_else(|| WhyError::Expression(Box::new(report)))?;
    // One that this program does not know stopped it at its start.
    Ok(match zone.zone() {
        Some(zone) => program.in_zone(zone),
        None => program,
    })
}

#[expect(clippy::ref_option, reason = "serde wants it so")]
fn instant<S: Serializer>(instant: &Option<Timestamp>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&instant.unwrap_or_default())
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde wants it so")]
fn instant_of<S: Serializer>(instant: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(instant)
}

#[cfg(test)]
mod tests;
