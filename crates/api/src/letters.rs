//! Dead letters: found, shown as they would be sent, sent again, and purged.
//!
//! Identities show masked: who looks for why an export died needs to tell people apart, not to know them.

use crate::problem::Problem;
use crate::query::Parameters;
use crate::reading::reading;
use crate::state::State as Shared;
use axum::Json;
use axum::extract::{Path as Segments, State};
use axum::http::StatusCode;
use control::{Replay, Resend, Scope};
use model::{
    Cause, DataflowId, DataflowNo, DeadReason, Definitions, Export, ExportId, ExportSeq, ProfileId,
    SegmentId, Status, Timestamp,
};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use store::{DeadLetter, LetterKey, LetterPage, Replayed, Sought, Unreplayable};

/// Letters on a page, and the most one may ask for.
const PAGE: (u64, u64) = (100, 1000);
/// Letters looked at for one page, wanted or not.
const LOOK: usize = 10_000;
const FILTERS: [&str; 7] = [
    "dataflow", "reason", "since", "before", "segment", "from", "limit",
];

/// One page; `next` begins the page after it, which there may be although this one is empty.
#[derive(Debug, Serialize)]
pub(crate) struct Page {
    items: Vec<Letter>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// An export that was given up.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Letter {
    dataflow: DataflowId,
    number: u64,
    id: ExportId,
    /// As text: it has more digits than JSON numbers keep in many languages.
    profile: String,
    /// As exports write it.
    revision: String,
    causes: Vec<Cause>,
    decided_at: String,
    died_at: String,
    reason: DeadReason,
    /// What the destination said.
    answer: String,
    attempts: u8,
    memberships: Vec<(SegmentId, Status)>,
    /// Masked.
    identities: BTreeMap<String, Vec<String>>,
}

/// A letter and what would be sent.
#[derive(Debug, Serialize)]
pub(crate) struct Shown {
    #[serde(flatten)]
    letter: Letter,
    /// The body, but for its identities, which are masked.
    #[serde(skip_serializing_if = "Option::is_none")]
    request: Option<Box<RawValue>>,
    /// Why there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    unrenderable: Option<String>,
}

/// What became, or would become, of letters.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Outcome {
    /// Letters looked at.
    letters: u64,
    /// Replayed, resent or purged.
    done: u64,
    /// Left as they are, by reason.
    refused: BTreeMap<&'static str, u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// `GET /api/dead-letters`: by dataflow, oldest first.
pub(crate) async fn list(
    State(state): State<Arc<Shared>>,
    parameters: Parameters,
) -> Result<Json<Page>, Problem> {
    parameters.only(&FILTERS)?;
    let page = reading(move || found(&state, &parameters)).await?;
    let next = page.next.map(cursor);
    let items = page.letters.into_iter();
    let items = items.map(|(key, letter)| view(key, letter)).collect();
    Ok(Json(Page { items, next }))
}

/// `GET /api/dead-letters/{dataflow}/{number}`.
pub(crate) async fn show(
    State(state): State<Arc<Shared>>,
    Segments((dataflow, number)): Segments<(String, u64)>,
    parameters: Parameters,
) -> Result<Json<Shown>, Problem> {
    parameters.only(&[])?;
    reading(move || {
        let definitions = definitions(&state)?;
        let key = (numbered(&definitions, &dataflow)?, ExportSeq(number));
        let Some(letter) = state.api.store.letter(key)? else {
            return Err(Problem::not_found(
                format!("the dataflow {dataflow:?} has no dead letter {number}"),
                "GET /api/dead-letters lists them",
            ));
        };
        let mut export = letter.export.clone();
        mask(&mut export);
        let rendered = (state.api.render)(&export).and_then(|body| {
            let raw = RawValue::from_string(body);
            raw.map_err(|error| error.to_string())
        });
        let (request, unrenderable) = match rendered {
            Ok(body) => (Some(body), None),
            Err(why) => (None, Some(why)),
        };
        Ok(Json(Shown {
            letter: view(key, letter),
            request,
            unrenderable,
        }))
    })
    .await
}

/// `POST /api/dead-letters/replay?dataflow=D&as=recorded|current`: a job that sends all that are sought again, as they were
/// recorded; or that resends the current state of their profiles. 202 with the job, or 200 with `{}` if there are none.
/// With `dryRun` what it would do now.
pub(crate) async fn replay(
    State(state): State<Arc<Shared>>,
    parameters: Parameters,
) -> Result<(StatusCode, Json<serde_json::Value>), Problem> {
    parameters.only(&[&FILTERS[..5], &["as", "dryRun"]].concat())?;
    let dataflow = parameters.required("dataflow", "loyalty")?.to_owned();
    let dry = parameters.flag("dryRun")?;
    let recorded = match parameters.get("as") {
        None | Some("recorded") => true,
        Some("current") => false,
        Some(other) => {
            let what = format!("`as` is {other:?}");
            return Err(Problem::parameter(what, "write `as=recorded` or `as=current`"));
        }
    };
    let shared = Arc::clone(&state);
    let sought = reading(move || Chosen::of(&shared, &parameters, dry && recorded)).await?;
    if dry {
        let Replayed { replayed, refused } = sought.told;
        let outcome = Outcome {
            letters: sought.letters.len() as u64,
            done: if recorded {
                replayed
            } else {
                sought.profiles.len() as u64
            },
            refused: refused
                .into_iter()
                .map(|(why, count)| (word(why), count))
                .collect(),
            next: None,
        };
        return answer(StatusCode::OK, &outcome);
    }
    let dataflow = DataflowId::new(&dataflow).map_err(|_| unknown(&dataflow))?;
    let (rate, error_budget) = (None, None);
    let made = if recorded {
        let letters = sought.letters;
        let replay = Replay {
            dataflow,
            letters,
            rate,
            error_budget,
        };
        state.api.control.replay(&replay).await?
    } else {
        let scope = Scope::Profiles(sought.profiles.into_iter().collect());
        let resend = Resend {
            dataflow,
            scope,
            rate,
            error_budget,
        };
        state.api.control.resend(&resend).await?
    };
    match made {
        Some(job) => answer(StatusCode::ACCEPTED, &job),
        None => answer(StatusCode::OK, &serde_json::json!({})),
    }
}

fn answer(
    status: StatusCode,
    body: &impl Serialize,
) -> Result<(StatusCode, Json<serde_json::Value>), Problem> {
    let body = serde_json::to_value(body).map_err(|error| Problem::unavailable(error.to_string()))?;
    Ok((status, Json(body)))
}

/// All letters that a replay is for.
#[derive(Default)]
struct Chosen {
    letters: Vec<ExportSeq>,
    profiles: BTreeSet<ProfileId>,
    /// What a replay as recorded would do, if asked.
    told: Replayed,
}

impl Chosen {
    fn of(state: &Shared, parameters: &Parameters, check: bool) -> Result<Self, Problem> {
        let mut chosen = Self::default();
        let sought = sought(state, parameters)?;
        let mut from = Some(LetterKey::default());
        while let Some(first) = from {
            let page = state.api.store.letters(&sought, first, LOOK, LOOK)?;
            let keys: Vec<LetterKey> = page.letters.iter().map(|(key, _)| *key).collect();
            if check {
                chosen.told.add(&state.api.store.replay_check(&keys)?);
            }
            chosen.letters.extend(keys.iter().map(|(_, number)| *number));
            let profiles = page.letters.iter().map(|(_, letter)| letter.export.profile);
            chosen.profiles.extend(profiles);
            from = page.next;
        }
        Ok(chosen)
    }
}

/// `POST /api/dead-letters/purge`: a page of letters of one dataflow is deleted; how they died stays counted.
pub(crate) async fn purge(
    State(state): State<Arc<Shared>>,
    parameters: Parameters,
) -> Result<Json<Outcome>, Problem> {
    parameters.only(&[&FILTERS[..], &["dryRun"]].concat())?;
    parameters.required("dataflow", "loyalty")?;
    let dry = parameters.flag("dryRun")?;
    let shared = Arc::clone(&state);
    let page = reading(move || found(&shared, &parameters)).await?;
    let letters = page.letters.len() as u64;
    let keys = page.letters.iter().map(|(key, _)| *key).collect();
    let done = if dry {
        letters
    } else {
        state.api.store.purge(keys).await?
    };
    Ok(Json(Outcome {
        letters,
        done,
        next: page.next.map(cursor),
        ..Outcome::default()
    }))
}

fn sought(state: &Shared, parameters: &Parameters) -> Result<Sought, Problem> {
    let definitions = definitions(state)?;
    let dataflow = parameters.get("dataflow").map(|id| numbered(&definitions, id));
    Ok(Sought {
        dataflow: dataflow.transpose()?,
        reason: parsed(parameters, "reason", "refused", |text| {
            let word = serde::de::value::StrDeserializer::<serde::de::value::Error>::new(text);
            DeadReason::deserialize(word).ok()
        })?,
        since: parsed(parameters, "since", "2026-01-31T08:00:00Z", instant)?,
        before: parsed(parameters, "before", "2026-01-31T08:00:00Z", instant)?,
        segment: parsed(parameters, "segment", "gold", |text| SegmentId::new(text).ok())?,
    })
}

fn found(state: &Shared, parameters: &Parameters) -> Result<LetterPage, Problem> {
    let sought = sought(state, parameters)?;
    let from = parsed(parameters, "from", "1.1", |text| {
        let (dataflow, number) = text.split_once('.')?;
        Some((
            DataflowNo(dataflow.parse().ok()?),
            ExportSeq(number.parse().ok()?),
        ))
    })?;
    let limit = parameters.number("limit", PAGE.0, PAGE.1)?.max(1) as usize;
    let from = from.unwrap_or_default();
    Ok(state.api.store.letters(&sought, from, limit, LOOK)?)
}

fn definitions(state: &Shared) -> Result<Arc<Definitions>, Problem> {
    Ok(state.catalogue.at(state.api.ingest.rules().version)?)
}

fn numbered(definitions: &Definitions, id: &str) -> Result<DataflowNo, Problem> {
    let dataflow = definitions.dataflows.iter().find(|flow| flow.id.as_str() == id);
    dataflow.map(|flow| flow.no).ok_or_else(|| unknown(id))
}

fn unknown(dataflow: &str) -> Problem {
    Problem::not_found(
        format!("there is no dataflow {dataflow:?}"),
        "GET /api/dataflows lists them",
    )
}

fn parsed<T>(
    parameters: &Parameters,
    name: &str,
    example: &str,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<Option<T>, Problem> {
    let Some(text) = parameters.get(name) else {
        return Ok(None);
    };
    parse(text).map(Some).ok_or_else(|| {
        Problem::parameter(
            format!("`{name}` is {text:?}"),
            format!("write it as in `{name}={example}`"),
        )
    })
}

fn instant(text: &str) -> Option<Timestamp> {
    Timestamp::parse(text)
}

/// Where a page begins, as text: clients hand it back as it is.
fn cursor((dataflow, number): LetterKey) -> String {
    format!("{dataflow}.{number}")
}

fn word(why: Unreplayable) -> &'static str {
    match why {
        Unreplayable::Gone => "gone",
        Unreplayable::Overtaken => "overtaken",
        Unreplayable::Absorbed => "absorbed",
        Unreplayable::NoRoom => "noRoom",
    }
}

fn view((_, number): LetterKey, letter: DeadLetter) -> Letter {
    let DeadLetter {
        mut export,
        at,
        reason,
        answer,
        attempts,
    } = letter;
    mask(&mut export);
    Letter {
        id: export.id(),
        dataflow: export.dataflow,
        number: number.0,
        profile: export.profile.to_string(),
        revision: format!("{:020}", export.revision.0),
        causes: export.causes,
        decided_at: export.emitted_at.to_string(),
        died_at: at.to_string(),
        reason,
        answer,
        attempts,
        memberships: export
            .memberships
            .into_iter()
            .map(|shown| (shown.segment, shown.status))
            .collect(),
        identities: export.identities,
    }
}

/// Leaves of each identity its first two characters.
fn mask(export: &mut Export) {
    for value in export.identities.values_mut().flatten() {
        let shown: String = value.chars().take(2).collect();
        *value = format!("{shown}***");
    }
}
