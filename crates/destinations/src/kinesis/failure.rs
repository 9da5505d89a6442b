//! What a failure of Kinesis means: a table of codes, and the way there.

use crate::tls;
use aws_sdk_kinesis::config::http::HttpResponse;
use aws_sdk_kinesis::error::{ErrorMetadata, ProvideErrorMetadata, SdkError};
use dispatcher::Verdict;
use std::error::Error;
use std::io::ErrorKind;

/// Answers are kept up to this many characters: a refused signature can be answered with the whole request.
const ANSWER: usize = 300;

/// What a failure means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// Flow control.
    Throttled,
    /// May succeed later.
    Transient,
    /// Nobody is let in with these credentials.
    Credentials,
    /// The stream or its key cannot be used, or is not reached.
    Endpoint,
    /// This request would be refused again.
    Refused,
}

/// Codes of calls and of records. Amazon gives them with and without `Exception` at their end; here they are without.
const CODES: &[(&str, Class)] = &[
    ("ProvisionedThroughputExceeded", Class::Throttled),
    ("LimitExceeded", Class::Throttled),
    ("Throttling", Class::Throttled),
    ("ThrottledException", Class::Throttled),
    ("RequestThrottled", Class::Throttled),
    ("RequestLimitExceeded", Class::Throttled),
    ("TooManyRequests", Class::Throttled),
    ("SlowDown", Class::Throttled),
    ("KMSThrottling", Class::Throttled),
    ("InternalFailure", Class::Transient),
    ("InternalServerError", Class::Transient),
    ("InternalServiceError", Class::Transient),
    ("ServiceUnavailable", Class::Transient),
    ("RequestTimeout", Class::Transient),
    ("ResourceInUse", Class::Transient),
    ("UnrecognizedClient", Class::Credentials),
    ("InvalidClientTokenId", Class::Credentials),
    ("InvalidAccessKeyId", Class::Credentials),
    ("InvalidSignature", Class::Credentials),
    ("SignatureDoesNotMatch", Class::Credentials),
    ("IncompleteSignature", Class::Credentials),
    ("MissingAuthenticationToken", Class::Credentials),
    ("ExpiredToken", Class::Credentials),
    ("RequestExpired", Class::Credentials),
    ("NotAuthorized", Class::Credentials),
    ("OptInRequired", Class::Credentials),
    ("AccessDenied", Class::Credentials),
    ("KMSAccessDenied", Class::Endpoint),
    ("KMSDisabled", Class::Endpoint),
    ("KMSInvalidState", Class::Endpoint),
    ("KMSNotFound", Class::Endpoint),
    ("KMSOptInRequired", Class::Endpoint),
    ("ResourceNotFound", Class::Endpoint),
    ("InvalidArgument", Class::Refused),
    ("Validation", Class::Refused),
    ("Serialization", Class::Refused),
];

/// A failure of a call or of one of its records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Failure {
    pub(super) class: Class,
    /// The service's own words; no secret.
    pub(super) answer: String,
}

impl Failure {
    pub(super) fn new(class: Class, answer: impl Into<String>) -> Self {
        let mut answer: String = answer.into();
        // What follows a line break repeats the request.
        let end = answer.find(['\r', '\n']).unwrap_or(answer.len()).min(ANSWER);
        answer.truncate(answer.floor_char_boundary(end));
        Self { class, answer }
    }

    pub(super) fn transient(answer: &str) -> Self {
        Self::new(Class::Transient, answer)
    }

    /// What a code means; one that is not known by the status of the answer, if there is one.
    pub(super) fn of_code(code: &str, status: Option<u16>, message: &str) -> Self {
        let plain = code.strip_suffix("Exception").unwrap_or(code);
        let known = CODES.iter().find(|(known, _)| *known == plain || *known == code);
        let class = known.map_or_else(|| by_status(status), |(_, class)| *class);
        let name = if code.is_empty() {
            "an answer without a code"
        } else {
            code
        };
        let place = status.filter(|_| code.is_empty() || known.is_none());
        let place = place.map(|status| format!(" ({status})")).unwrap_or_default();
        let colon = if message.is_empty() { "" } else { ": " };
        Self::new(class, format!("{name}{place}{colon}{message}"))
    }

    /// What an error of the SDK means.
    pub(super) fn of<E>(error: &SdkError<E, HttpResponse>) -> Self
    where
        E: ProvideErrorMetadata + Error + Send + Sync + 'static,
    {
        let status = error.raw_response().map(|response| response.status().as_u16());
        match error {
            SdkError::ServiceError(service) => {
                let error = service.err();
                Self::of_code(
                    error.code().unwrap_or_default(),
                    status,
                    error.message().unwrap_or_default(),
                )
            }
            SdkError::TimeoutError(_) => Self::transient("no answer in time"),
            SdkError::ResponseError(_) => Self::transient("an answer that cannot be read"),
            SdkError::DispatchFailure(_) => not_sent(error),
            _ => Self::new(
                Class::Endpoint,
                format!("no request could be made: {}", innermost(error)),
            ),
        }
    }

    /// The same for a call of many records: one of them may be what is wrong with all. As an attempt that failed they
    /// are tried again, at the end each by itself.
    pub(super) fn of_many(mut self, records: usize) -> Self {
        if records > 1 && self.class == Class::Refused {
            self.class = Class::Transient;
        }
        self
    }

    pub(super) fn is_about_credentials(&self) -> bool {
        self.class == Class::Credentials
    }

    pub(super) fn is_throttled(&self) -> bool {
        self.class == Class::Throttled
    }

    pub(super) fn verdict(&self) -> Verdict {
        let answer = self.answer.clone();
        match self.class {
            Class::Throttled => Verdict::Throttled { after: None, answer },
            Class::Transient => Verdict::Transient { answer },
            Class::Credentials | Class::Endpoint => Verdict::Endpoint { answer },
            Class::Refused => Verdict::Refused { answer },
        }
    }
}

fn by_status(status: Option<u16>) -> Class {
    match status {
        Some(429) => Class::Throttled,
        Some(401 | 403) => Class::Credentials,
        Some(400 | 402 | 404..=407 | 409..=428 | 430..=499) => Class::Refused,
        // A record's own code that nobody knows: better tried again than thrown away.
        _ => Class::Transient,
    }
}

/// A request that could not be sent, or whose answer did not come.
fn not_sent(error: &(dyn Error + 'static)) -> Failure {
    let chain = chain(error);
    let says = |words: &str| chain.iter().any(|error| error.to_string().contains(words));
    // Of whoever gives credentials, which is asked before the stream is.
    if says("credentials") || says("identity resolver") {
        return Failure::new(
            Class::Credentials,
            format!("no credentials: {}", innermost(error)),
        );
    }
    // Before there is a connection, or on it?
    let connecting = ["(Connect)", "connect timeout", "dns error", "tcp connect"];
    let io = chain
        .iter()
        .find_map(|error| error.downcast_ref::<std::io::Error>())
        .map(std::io::Error::kind);
    let refused = matches!(
        io,
        Some(
            ErrorKind::ConnectionRefused
                | ErrorKind::HostUnreachable
                | ErrorKind::NetworkUnreachable
                | ErrorKind::AddrNotAvailable
                | ErrorKind::InvalidData
        )
    );
    if refused || connecting.into_iter().any(says) {
        return Failure::new(Class::Endpoint, format!("cannot connect: {}", innermost(error)));
    }
    Failure::transient(&format!("the connection broke: {}", innermost(error)))
}

/// What is behind it all, in words.
fn innermost(error: &(dyn Error + 'static)) -> String {
    let chain = chain(error);
    let cause = *chain.last().expect("an error is in its own chain");
    if let Some(answer) = cause.downcast_ref::<ErrorMetadata>() {
        let (code, message) = (
            answer.code().unwrap_or_default(),
            answer.message().unwrap_or_default(),
        );
        return format!("{code}: {message}");
    }
    // A list of all that was tried follows, line by line.
    let words = cause.to_string();
    tls::plainly(words.split(" Attempted:").next().unwrap_or_default())
}

/// The error and what caused it, and so on.
fn chain<'a>(error: &'a (dyn Error + 'static)) -> Vec<&'a (dyn Error + 'static)> {
    let (mut chain, mut next) = (Vec::new(), Some(error));
    while let Some(error) = next {
        chain.push(error);
        next = error.source();
    }
    chain
}

#[cfg(test)]
mod tests;
