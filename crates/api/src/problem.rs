//! How the routes for people and tools refuse: what it is, what exactly, and what to do.

use axum::Json;
use axum::http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

/// `{"status", "title", "detail", "whatToDo"}` and, for some, more members.
#[derive(Debug)]
pub(crate) struct Problem {
    status: StatusCode,
    title: &'static str,
    detail: String,
    what_to_do: String,
    more: Map<String, Value>,
}

impl Problem {
    pub(crate) fn new(
        status: StatusCode,
        title: &'static str,
        detail: impl Into<String>,
        what_to_do: impl Into<String>,
    ) -> Self {
        let (detail, what_to_do) = (detail.into(), what_to_do.into());
        Self {
            status,
            title,
            detail,
            what_to_do,
            more: Map::new(),
        }
    }

    /// Adds members.
    pub(crate) fn with(self, more: Map<String, Value>) -> Self {
        Self { more, ..self }
    }

    /// Without a token, or with a wrong one.
    pub(crate) fn unauthorized(detail: &str, what_to_do: &str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "No access", detail, what_to_do)
    }

    /// The server cannot do it at the moment.
    pub(crate) fn unavailable(detail: impl Into<String>) -> Self {
        let what = "send it again later; /readyz says what is the matter";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "Not now", detail, what)
    }

    /// A parameter is missing or means nothing.
    pub(crate) fn parameter(detail: impl Into<String>, what_to_do: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "Bad parameter", detail, what_to_do)
    }

    pub(crate) fn not_found(detail: impl Into<String>, what_to_do: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "Not found", detail, what_to_do)
    }
}

impl From<store::Error> for Problem {
    fn from(error: store::Error) -> Self {
        tracing::error!(%error, "a request could not be answered from the store");
        Self::unavailable(error.to_string())
    }
}

impl From<control::Error> for Problem {
    fn from(error: control::Error) -> Self {
        match error {
            control::Error::Store(error) => error.into(),
            other => Self::unavailable(other.to_string()),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut body = json!({
            "status": self.status.as_u16(),
            "title": self.title,
            "detail": self.detail,
            "whatToDo": self.what_to_do,
        });
        if let Value::Object(members) = &mut body {
            members.extend(self.more);
        }
        let mut response = (self.status, Json(body)).into_response();
        let headers = response.headers_mut();
        match self.status {
            StatusCode::UNAUTHORIZED => {
                headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            StatusCode::SERVICE_UNAVAILABLE => {
                headers.insert(RETRY_AFTER, HeaderValue::from_static("5"));
            }
            _ => {}
        }
        response
    }
}
