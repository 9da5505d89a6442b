//! What a failure means: a table over the conditions of AMQP, the statuses of `$cbs` and `$management`, and I/O.

use crate::tls;
use azure_core_amqp::error::{AmqpErrorCondition as Condition, AmqpErrorKind};
use azure_core_amqp::{AmqpDescribedError, AmqpError};
use azure_messaging_eventhubs::EventHubsError;
use azure_messaging_eventhubs::error::ErrorKind;
use dispatcher::Verdict;
use std::error::Error;
use std::io;

/// What was going on when it failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// Connecting and showing the credentials. Nothing was sent yet, and nobody's export is to blame.
    Connect,
    /// Opening the link to a partition, or reading the properties of the hub.
    Attach,
    /// Sending.
    Send,
}

/// The class of a failure, in the words of the policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// The message will never be taken.
    Refused,
    /// It may be taken later.
    Transient,
    /// The namespace asks to slow down.
    Throttled,
    /// The namespace, the hub or the credentials cannot be used.
    Endpoint,
}

/// Why something was not delivered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Failure {
    pub(super) class: Class,
    /// For dead letters and operators; without secrets.
    pub(super) answer: String,
    /// Whether the link answered as it should: it can be used again.
    pub(super) clean: bool,
}

impl Failure {
    /// One after which the client is not to be trusted.
    pub(super) fn new(class: Class, answer: impl Into<String>) -> Self {
        let answer = answer.into();
        Self {
            class,
            answer,
            clean: false,
        }
    }

    /// One that came too late.
    pub(super) fn timeout(stage: Stage) -> Self {
        match stage {
            Stage::Connect => Self::new(
                Class::Endpoint,
                "the namespace did not let us in before the time was up",
            ),
            Stage::Attach => Self::new(Class::Transient, "the hub did not answer before the time was up"),
            // It may be stored, and the settlement lost on the way.
            Stage::Send => Self::new(Class::Transient, "no settlement before the time was up"),
        }
    }

    /// Judges an error of the SDK.
    pub(super) fn of(error: &(dyn Error + 'static), stage: Stage) -> Self {
        Self::new(classify(error, stage), words(error))
    }

    /// Judges the rejection of a transfer, after which the link goes on.
    pub(super) fn rejected(why: Option<AmqpDescribedError>) -> Self {
        let class = why
            .as_ref()
            .map_or(Class::Transient, |why| described(&why.condition, Stage::Send));
        let answer = why.map_or_else(|| "rejected without a reason".to_owned(), |why| text(&why));
        Self {
            class,
            answer,
            clean: true,
        }
    }

    /// Whether the namespace was reached and did not let us in.
    pub(super) fn is_about_access(&self) -> bool {
        const WORDS: [&str; 6] = [
            "unauthorized",
            "forbidden",
            "401",
            "403",
            "InvalidSignature",
            "ExpiredToken",
        ];
        self.class == Class::Endpoint && WORDS.iter().any(|word| self.answer.contains(word))
    }

    /// The verdict for an export that this happened to.
    pub(super) fn verdict(&self) -> Verdict {
        let answer = self.answer.clone();
        match self.class {
            Class::Refused => Verdict::Refused { answer },
            Class::Transient => Verdict::Transient { answer },
            Class::Throttled => Verdict::Throttled { after: None, answer },
            Class::Endpoint => Verdict::Endpoint { answer },
        }
    }
}

/// Walks the sources: the SDK wraps its errors in one another, in any order.
fn classify(error: &(dyn Error + 'static), stage: Stage) -> Class {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(class) = judged(error, stage) {
            return class;
        }
        next = error.source();
    }
    match stage {
        Stage::Connect => Class::Endpoint,
        Stage::Attach | Stage::Send => Class::Transient,
    }
}

/// What one error of the chain says for itself.
fn judged(error: &(dyn Error + 'static), stage: Stage) -> Option<Class> {
    if let Some(error) = error.downcast_ref::<AmqpError>() {
        return match error.kind() {
            AmqpErrorKind::AmqpDescribedError(why) => Some(described(&why.condition, stage)),
            AmqpErrorKind::ManagementStatusCode(status, _) => Some(answered((*status).into())),
            _ => None,
        };
    }
    if let Some(error) = error.downcast_ref::<EventHubsError>() {
        return match &error.kind {
            ErrorKind::SendRejected(Some(why)) => Some(described(&why.condition, stage)),
            _ => None,
        };
    }
    if let Some(error) = error.downcast_ref::<azure_core::Error>() {
        // Whatever keeps the sign-in from working, the exports wait.
        return matches!(error.kind(), azure_core::error::ErrorKind::Credential).then_some(Class::Endpoint);
    }
    let error = error.downcast_ref::<io::Error>()?;
    // Certificates that are not trusted arrive as invalid data.
    let certificate = error.kind() == io::ErrorKind::InvalidData;
    Some(if certificate || stage == Stage::Connect {
        Class::Endpoint
    } else {
        Class::Transient
    })
}

/// The conditions of AMQP and of the service.
fn described(condition: &Condition, stage: Stage) -> Class {
    match condition {
        Condition::ServerBusyError | Condition::ResourceLimitExceeded => Class::Throttled,
        Condition::UnauthorizedAccess
        | Condition::PublisherRevokedError
        | Condition::NotFound
        | Condition::ResourceDeleted
        | Condition::EntityDisabledError
        | Condition::ConnectionRedirect
        | Condition::LinkRedirect => Class::Endpoint,
        Condition::LinkPayloadSizeExceeded
        | Condition::ArgumentError
        | Condition::ArgumentOutOfRangeError
        | Condition::DecodeError
        | Condition::InvalidField => match stage {
            Stage::Send => Class::Refused,
            // No export was shown yet: it is what we asked for that is wrong.
            Stage::Connect | Stage::Attach => Class::Endpoint,
        },
        _ => Class::Transient,
    }
}

/// The statuses of `$cbs` and `$management`, which are those of HTTP.
fn answered(status: u16) -> Class {
    match status {
        429 => Class::Throttled,
        408 | 409 | 500.. => Class::Transient,
        _ => Class::Endpoint,
    }
}

/// What the service said, or else what the SDK made of it.
fn words(error: &(dyn Error + 'static)) -> String {
    let mut next = Some(error);
    let mut innermost = error;
    while let Some(error) = next {
        if let Some(AmqpErrorKind::AmqpDescribedError(why)) =
            error.downcast_ref::<AmqpError>().map(AmqpError::kind)
        {
            return text(why);
        }
        innermost = error;
        next = error.source();
    }
    // The first names the occasion, the last the cause.
    let (outer, inner) = (error.to_string(), tls::plainly(&innermost.to_string()));
    if outer.contains(&inner) {
        outer
    } else {
        format!("{outer}: {inner}")
    }
}

fn text(why: &AmqpDescribedError) -> String {
    let condition: &str = (&why.condition).into();
    match &why.description {
        Some(description) => format!("{condition}: {description}"),
        None => condition.to_owned(),
    }
}

#[cfg(test)]
mod tests;
