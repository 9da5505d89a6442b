//! What people decided, and how they change it: the body is the YAML file of `weir apply`.

mod schemas;
mod view;

use crate::problem::Problem;
use crate::query::Parameters;
use crate::reading::reading;
use crate::state::State as Shared;
use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::StatusCode;
use control::{Choices, Outcome, Verdict};
use serde_json::Value;
use std::sync::Arc;
use view::View;

/// The largest file that is read, in bytes.
pub(crate) const MAX_FILE_BYTES: usize = 32 * 1024 * 1024;

/// `GET /api/definitions`: `{"version", "publishedAt", "definitions", "meanings"}`; `definitions` in the form of the file
/// that `POST` takes, `meanings` each segment in a sentence, `{"gold": {"en", "ko"}}`.
pub(crate) async fn show(
    State(state): State<Arc<Shared>>,
    parameters: Parameters,
) -> Result<Json<View>, Problem> {
    parameters.only(&[])?;
    let version = state.api.ingest.rules().version;
    reading(move || Ok(Json(View::of(&*state.catalogue.at(version)?)))).await
}

/// `POST /api/definitions?dryRun=true&file=NAME&backfill=false&reExport=true&exitSweep=true&reconcile=true`: makes the file in the body the whole of what is in force.
///
/// `{"outcome", "version", "changes", "report", "text"}`; `file` is what the report calls the file. 422 with the
/// report if the file has mistakes, 409 with `refusals` if what it asks for may not be done.
pub(crate) async fn apply(
    State(state): State<Arc<Shared>>,
    parameters: Parameters,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<Outcome>, Problem> {
    parameters.only(&["dryRun", "file", "backfill", "reExport", "exitSweep", "reconcile"])?;
    let choices = Choices {
        backfill: parameters.get("backfill").is_none() || parameters.flag("backfill")?,
        re_export: parameters.flag("reExport")?,
        exit_sweep: parameters.flag("exitSweep")?,
        reconcile: parameters.flag("reconcile")?,
    };
    let body = body.map_err(|rejection| {
        let what = format!("send one YAML file of at most {} MiB", MAX_FILE_BYTES >> 20);
        Problem::new(rejection.status(), "File not read", rejection.body_text(), what)
    })?;
    let file = parameters.get("file").unwrap_or("definitions.yaml");
    let control = &state.api.control;
    let outcome = if parameters.flag("dryRun")? {
        control.dry_run(file, body.into(), choices).await?
    } else {
        control.apply(file, body.into(), choices).await?
    };
    match &outcome.verdict {
        Verdict::Planned(_) | Verdict::Applied(_) => Ok(Json(outcome)),
        Verdict::Invalid => {
            let what = "mend the file; `weir check -f FILE` shows the same without a server";
            let (status, detail) = (StatusCode::UNPROCESSABLE_ENTITY, outcome.report.summary());
            Err(with_outcome(
                Problem::new(status, "Mistakes in the file", detail, what),
                &outcome,
            ))
        }
        Verdict::Refused(_) => {
            let detail = "the file is in order, but what it asks for may not be done; nothing changed";
            let what = "each refusal says what to do first";
            Err(with_outcome(
                Problem::new(StatusCode::CONFLICT, "Refused", detail, what),
                &outcome,
            ))
        }
    }
}

fn with_outcome(problem: Problem, outcome: &Outcome) -> Problem {
    match serde_json::to_value(outcome) {
        Ok(Value::Object(members)) => problem.with(members),
        _ => problem,
    }
}
