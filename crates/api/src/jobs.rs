//! `/api/jobs`: bulk jobs, what there is of them and what people do with them.

use crate::problem::Problem;
use crate::query::Parameters;
use crate::reading::reading;
use crate::state::State as Shared;
use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use control::{JobAction, JobRefusal, JobView, Resend, Scope};
use model::{DataflowId, Identity, JobNo, ProfileId, SegmentId, Timestamp};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The most profiles that one resend may list.
const MOST_LISTED: usize = 100_000;

/// `{"jobs": [..]}`.
#[derive(Debug, Serialize)]
pub(crate) struct Jobs {
    jobs: Vec<JobView>,
}

/// What is asked to be sent again: all, or what one of the scopes names.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Asked {
    dataflow: DataflowId,
    segment: Option<SegmentId>,
    changed_from: Option<String>,
    changed_before: Option<String>,
    profiles: Option<Vec<u64>>,
    identities: Option<Vec<Identity>>,
    rate: Option<u32>,
    error_budget: Option<u64>,
}

/// `GET /api/jobs?dataflow=ID&state=running`: bulk jobs, the latest last.
pub(crate) async fn list(
    State(state): State<Arc<Shared>>,
    parameters: Parameters,
) -> Result<Json<Jobs>, Problem> {
    parameters.only(&["dataflow", "state"])?;
    let wanted = |name: &str| parameters.get(name).map(str::to_owned);
    let (dataflow, in_state) = (wanted("dataflow"), wanted("state"));
    reading(move || {
        let mut jobs = state.api.control.jobs()?;
        jobs.retain(|job| dataflow.as_ref().is_none_or(|wanted| *wanted == job.dataflow));
        jobs.retain(|job| in_state.as_ref().is_none_or(|wanted| wanted == job.state));
        Ok(Json(Jobs { jobs }))
    })
    .await
}

/// `GET /api/jobs/{job}`.
pub(crate) async fn show(
    State(state): State<Arc<Shared>>,
    Path(job): Path<String>,
    parameters: Parameters,
) -> Result<Json<JobView>, Problem> {
    parameters.only(&[])?;
    let no = number(&job)?;
    reading(move || {
        let found = state.api.control.job(no)?;
        found.map(Json).ok_or_else(|| unknown(no))
    })
    .await
}

/// `POST /api/jobs` with `{"dataflow", "segment" | "changedFrom" + "changedBefore" | "profiles" | "identities",
/// "rate", "errorBudget"}`: has the current state sent again, of everybody if no scope is named. 202 with the job, or 200
/// with `{}` if there is nobody to look at.
pub(crate) async fn resend(
    State(state): State<Arc<Shared>>,
    parameters: Parameters,
    body: Result<Bytes, BytesRejection>,
) -> Result<(StatusCode, Json<serde_json::Value>), Problem> {
    parameters.only(&[])?;
    let example = "send JSON such as {\"dataflow\": \"loyalty\", \"segment\": \"gold\"}";
    let bad = |detail: String| Problem::new(StatusCode::BAD_REQUEST, "Bad request", detail, example);
    let body = body.map_err(|rejection| bad(rejection.body_text()))?;
    let asked: Asked = serde_json::from_slice(&body).map_err(|error| bad(error.to_string()))?;
    let (shared, rate, error_budget) = (Arc::clone(&state), asked.rate, asked.error_budget);
    if rate == Some(0) {
        return Err(bad("`rate` is 0, and the job would never end".to_owned()));
    }
    let dataflow = asked.dataflow.clone();
    let scope = reading(move || scope(&shared, asked)).await?;
    let resend = Resend {
        dataflow,
        scope,
        rate,
        error_budget,
    };
    let made = state.api.control.resend(&resend).await?;
    let status = made.as_ref().map_or(StatusCode::OK, |_| StatusCode::ACCEPTED);
    let shown = made.map_or_else(|| Ok(serde_json::json!({})), serde_json::to_value);
    let shown = shown.map_err(|error| Problem::unavailable(error.to_string()))?;
    Ok((status, Json(shown)))
}

/// `POST /api/jobs/{job}/pause`, `/resume` and `/cancel`.
pub(crate) async fn act(
    State(state): State<Arc<Shared>>,
    Path((job, action)): Path<(String, String)>,
    parameters: Parameters,
) -> Result<Json<JobView>, Problem> {
    let no = number(&job)?;
    let action = match action.as_str() {
        "pause" => JobAction::Pause,
        "resume" => JobAction::Resume,
        "cancel" => JobAction::Cancel,
        "rate" => {
            parameters.only(&["perSecond"])?;
            let rate = parameters.number("perSecond", 0, u64::from(u32::MAX))?;
            JobAction::Rate(u32::try_from(rate).ok().filter(|rate| *rate > 0))
        }
        other => {
            let what = "a job takes pause, resume, cancel and rate";
            return Err(Problem::not_found(format!("a job has no action {other:?}"), what));
        }
    };
    if !matches!(action, JobAction::Rate(_)) {
        parameters.only(&[])?;
    }
    Ok(Json(state.api.control.act(no, action).await?))
}

fn number(job: &str) -> Result<JobNo, Problem> {
    let what = "a job is named by its number, as GET /api/jobs shows it";
    job.parse()
        .map(JobNo)
        .map_err(|_| Problem::parameter(format!("{job:?} is no job"), what))
}

fn unknown(no: JobNo) -> Problem {
    Problem::not_found(format!("there is no job {no}"), "GET /api/jobs lists all")
}

fn scope(state: &Shared, asked: Asked) -> Result<Scope, Problem> {
    let Asked {
        segment,
        changed_from,
        changed_before,
        profiles,
        identities,
        ..
    } = asked;
    let changed = changed_from.is_some() || changed_before.is_some();
    let named = [
        segment.is_some(),
        changed,
        profiles.is_some(),
        identities.is_some(),
    ];
    if named.iter().filter(|named| **named).count() > 1 {
        return Err(Problem::parameter(
            "two scopes are named",
            "name one of segment, changedFrom with changedBefore, profiles and identities",
        ));
    }
    if let Some(segment) = segment {
        return Ok(Scope::Segment(segment));
    }
    if changed {
        let from = instant("changedFrom", changed_from, Timestamp::MIN)?;
        return Ok(Scope::Changed(
            from,
            instant("changedBefore", changed_before, Timestamp::MAX)?,
        ));
    }
    let listed = profiles.as_ref().map_or(0, Vec::len) + identities.as_ref().map_or(0, Vec::len);
    if listed > MOST_LISTED {
        let what = format!("list at most {MOST_LISTED} at a time, or name a segment");
        return Err(Problem::parameter(format!("{listed} profiles are listed"), what));
    }
    if let Some(profiles) = profiles {
        return Ok(Scope::Profiles(
            profiles.into_iter().map(ProfileId::from_bits).collect(),
        ));
    }
    let Some(identities) = identities else {
        return Ok(Scope::All);
    };
    let found = state.api.store.profiles_of(&identities)?;
    if let Some(missing) = identities.iter().zip(&found).find(|(_, found)| found.is_none()) {
        return Err(Problem::not_found(
            format!("no profile has the identity {}", missing.0.namespace),
            "take out the identities that nobody has; nothing was sent again",
        ));
    }
    Ok(Scope::Profiles(found.into_iter().flatten().collect()))
}

fn instant(name: &str, text: Option<String>, default: Timestamp) -> Result<Timestamp, Problem> {
    let Some(text) = text else { return Ok(default) };
    Timestamp::parse(&text).ok_or_else(|| {
        let what = "write an instant such as 2026-01-11T21:24:39Z";
        Problem::parameter(format!("`{name}` is {text:?}"), what)
    })
}

impl From<JobRefusal> for Problem {
    fn from(refusal: JobRefusal) -> Self {
        let detail = refusal.to_string();
        match refusal {
            JobRefusal::Server(error) => error.into(),
            JobRefusal::Resend(_) => Self::new(
                StatusCode::CONFLICT,
                "Refused",
                detail,
                "GET /api/definitions shows what is in force",
            ),
            JobRefusal::Job(ingest::JobError::Unknown(no)) => unknown(no),
            JobRefusal::Job(ingest::JobError::Submit(_)) => Self::unavailable(detail),
            JobRefusal::Job(_) => Self::new(
                StatusCode::CONFLICT,
                "Refused",
                detail,
                "GET /api/jobs shows where jobs stand",
            ),
        }
    }
}
