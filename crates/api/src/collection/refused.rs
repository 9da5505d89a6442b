//! Refusals in Adobe's shape.

use super::intake::Bad;
use axum::Json;
use axum::http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use ingest::{Refusal, SubmitError};
use serde_json::{Value, json};
use xdm::Violation;

/// A request that is refused as a whole: `{"type", "status", "title", "report": {"message", "cause"}}`,
/// `cause` where violations of a schema were asked for.
///
/// Source: adobe-and-dynamics.md b6 and D8.
#[derive(Debug)]
pub(crate) struct Refused {
    status: StatusCode,
    message: String,
    /// Seconds after which the same request may succeed.
    retry_after: Option<u16>,
    /// What the schema does not allow, where the sender asks for it.
    violations: Vec<Violation>,
}

const TYPE: &str = "http://ns.adobe.com/adobecloud/problem/data-collection-service/inlet";

impl Refused {
    pub(crate) fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self {
            status,
            message: message.into(),
            retry_after: None,
            violations: Vec::new(),
        }
    }

    /// The same request may succeed later; nothing of it was accepted.
    pub(super) fn later(message: impl Into<String>, seconds: u16) -> Self {
        Self {
            retry_after: Some(seconds),
            ..Self::new(StatusCode::SERVICE_UNAVAILABLE, message)
        }
    }

    pub(super) fn defect() -> Self {
        let message = "the request could not be taken because of a defect of Weir; its log says more";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, message)
    }

    fn title(&self) -> &'static str {
        match self.status {
            StatusCode::BAD_REQUEST => "Message cannot be read",
            StatusCode::UNAUTHORIZED => "No access to the inlet",
            StatusCode::FORBIDDEN => "Another sandbox",
            StatusCode::NOT_FOUND => "Unknown inlet",
            StatusCode::METHOD_NOT_ALLOWED => "Method not allowed",
            StatusCode::REQUEST_TIMEOUT => "Body too slow",
            StatusCode::PAYLOAD_TOO_LARGE => "Message too large",
            StatusCode::UNSUPPORTED_MEDIA_TYPE => "Media type not taken",
            StatusCode::UNPROCESSABLE_ENTITY => "Message not acceptable",
            StatusCode::NOT_IMPLEMENTED => "Not built yet",
            StatusCode::SERVICE_UNAVAILABLE => "Not now",
            _ => "Internal error",
        }
    }
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        let seconds = match refusal {
            Refusal::TooLarge { .. } => return Self::new(StatusCode::PAYLOAD_TOO_LARGE, refusal.to_string()),
            Refusal::Full => 1,
            Refusal::Store(_) | Refusal::Stopping => 5,
            Refusal::Queue { .. } => 10,
            Refusal::LowSpace { .. } => 30,
        };
        Self::later(refusal.to_string(), seconds)
    }
}

impl From<SubmitError> for Refused {
    fn from(error: SubmitError) -> Self {
        Self::later(format!("{error}; send the request again"), 5)
    }
}

impl Refused {
    /// One message that was not taken; with `report` each violation of its schema has its pointer.
    pub(super) fn bad(bad: Bad, report: bool) -> Self {
        Self {
            violations: if report { bad.violations } else { Vec::new() },
            ..Self::new(bad.status, bad.reason)
        }
    }
}

/// One violation in Adobe's shape. Source: adobe-and-dynamics.md b6.
fn validation(violation: &Violation) -> Value {
    json!({
        "schemaLocation": "#",
        "pointerToViolation": format!("#{}", violation.pointer),
        "causingExceptions": [],
        "keyword": violation.keyword,
        "message": violation.message,
    })
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let mut body = json!({
            "type": TYPE,
            "status": self.status.as_u16(),
            "title": self.title(),
            "report": {"message": self.message},
        });
        if !self.violations.is_empty() {
            let violations: Vec<Value> = self.violations.iter().map(validation).collect();
            body["title"] = json!("Invalid XDM Message Format");
            body["report"]["cause"] = json!({"_streamingValidation": violations});
        }
        let mut response = (self.status, Json(body)).into_response();
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(RETRY_AFTER, seconds.into());
        }
        if self.status == StatusCode::UNAUTHORIZED {
            response
                .headers_mut()
                .insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}
