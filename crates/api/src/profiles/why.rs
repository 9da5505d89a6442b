//! Why a person is in a segment or not, and whether a person would be in one that nobody saved yet.

use super::{find, identity};
use crate::problem::Problem;
use crate::query::Parameters;
use crate::reading::reading;
use crate::state::State as Shared;
use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::StatusCode;
use control::{Asked, Why, WhyError};
use model::{DataflowId, IdError, Identity, SegmentId};
use serde_json::{Map, Value};
use std::sync::Arc;

/// The longest predicate that is read, in bytes: what a segment may be written in is shorter by far.
const MAX_EXPRESSION_BYTES: usize = 256 * 1024;

/// `GET /api/profiles/why?namespace=email&value=a@b.test&segment=gold&dataflow=crm`: the segment part by part, with what
/// each is of this person; with a dataflow, the segment and its filter.
pub(crate) async fn why(
    State(state): State<Arc<Shared>>,
    parameters: Parameters,
) -> Result<Json<Why>, Problem> {
    parameters.only(&["namespace", "value", "segment", "dataflow"])?;
    let who = who(&parameters)?;
    let no_id = |name: &str, error: IdError| {
        let detail = format!("`{name}` is no id: {error}");
        Problem::parameter(detail, "write the id as in the definitions")
    };
    let segment = parameters.required("segment", "gold")?;
    let segment = SegmentId::new(segment).map_err(|error| no_id("segment", error))?;
    let dataflow = parameters.get("dataflow").map(DataflowId::new).transpose();
    let dataflow = dataflow.map_err(|error| no_id("dataflow", error))?;
    answer(state, who, Asked::Segment { segment, dataflow }).await
}

/// `POST /api/profiles/why?namespace=email&value=a@b.test&timeZone=Asia/Seoul&excludeOptOut=false` with PQL as the body: the same of a
/// predicate that is not saved. Nothing is changed.
pub(crate) async fn would(
    State(state): State<Arc<Shared>>,
    parameters: Parameters,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<Why>, Problem> {
    parameters.only(&["namespace", "value", "timeZone", "excludeOptOut"])?;
    let who = who(&parameters)?;
    let exclude_opt_out = parameters.get("excludeOptOut").is_none() || parameters.flag("excludeOptOut")?;
    let time_zone = parameters.get("timeZone").map(control::zone_named).transpose();
    let time_zone = time_zone
        .map_err(|help| Problem::parameter("`timeZone` names no zone".to_owned(), help))?
        .unwrap_or_default();
    let unread = |status, detail: String| {
        let most = MAX_EXPRESSION_BYTES >> 10;
        let what = format!("send the predicate as text in UTF-8, of at most {most} KiB");
        Problem::new(status, "Expression not read", detail, what)
    };
    let body = body.map_err(|rejection| unread(rejection.status(), rejection.body_text()))?;
    if body.len() > MAX_EXPRESSION_BYTES {
        let detail = format!("the body has {} bytes", body.len());
        return Err(unread(StatusCode::PAYLOAD_TOO_LARGE, detail));
    }
    let text = String::from_utf8(body.into())
        .map_err(|error| unread(StatusCode::BAD_REQUEST, format!("the body is no text: {error}")))?;
    let asked = Asked::Expression {
        text,
        time_zone,
        exclude_opt_out,
    };
    answer(state, who, asked).await
}

fn who(parameters: &Parameters) -> Result<Identity, Problem> {
    let namespace = parameters.required("namespace", "email")?;
    Ok(identity(namespace, parameters.required("value", "a@b.test")?))
}

async fn answer(state: Arc<Shared>, who: Identity, asked: Asked) -> Result<Json<Why>, Problem> {
    reading(move || {
        let definitions = state.catalogue.at(state.api.ingest.rules().version)?;
        let profile = find(&state, &who)?;
        let why = state.api.control.why(&definitions, profile, &asked);
        why.map(Json).map_err(problem)
    })
    .await
}

fn problem(error: WhyError) -> Problem {
    let detail = error.to_string();
    match error {
        WhyError::NotMapped { .. } => Problem::not_found(
            detail,
            "leave the dataflow out, or name one that maps the segment",
        ),
        WhyError::NoSegment { near, .. } | WhyError::NoDataflow { near, .. } => {
            let what = near.map_or_else(
                || "GET /api/definitions lists segments and dataflows".to_owned(),
                |near| format!("did you mean `{near}`?"),
            );
            Problem::not_found(detail, what)
        }
        WhyError::Expression(report) => {
            let text = Value::String(report.to_string());
            let mut more = Map::new();
            more.insert("text".to_owned(), text);
            if let Ok(report) = serde_json::to_value(&*report) {
                more.insert("report".to_owned(), report);
            }
            let what = "mend the predicate; `text` says what is wrong and where";
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            Problem::new(status, "Mistakes in the predicate", detail, what).with(more)
        }
    }
}
