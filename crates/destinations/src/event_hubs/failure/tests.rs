use super::*;
use azure_core_amqp::AmqpOrderedMap;
use std::str::FromStr;

fn condition(text: &str) -> AmqpDescribedError {
    let condition = Condition::from_str(text).unwrap();
    AmqpDescribedError::new(condition, Some("why".to_owned()), AmqpOrderedMap::new())
}

fn error_of(kind: AmqpErrorKind) -> EventHubsError {
    EventHubsError::from(AmqpError::from(kind))
}

#[test]
fn every_condition_has_its_class() {
    use Class::{Endpoint, Refused, Throttled, Transient};
    for (text, before_sending, sending) in [
        ("com.microsoft:server-busy", Throttled, Throttled),
        ("amqp:resource-limit-exceeded", Throttled, Throttled),
        ("amqp:unauthorized-access", Endpoint, Endpoint),
        ("com.microsoft:publisher-revoked", Endpoint, Endpoint),
        ("amqp:not-found", Endpoint, Endpoint),
        ("amqp:resource-deleted", Endpoint, Endpoint),
        ("com.microsoft:entity-disabled", Endpoint, Endpoint),
        ("amqp:connection:redirect", Endpoint, Endpoint),
        ("amqp:link:redirect", Endpoint, Endpoint),
        ("amqp:link:message-size-exceeded", Endpoint, Refused),
        ("com.microsoft:argument-error", Endpoint, Refused),
        ("com.microsoft:argument-out-of-range", Endpoint, Refused),
        ("amqp:decode-error", Endpoint, Refused),
        ("amqp:invalid-field", Endpoint, Refused),
        ("com.microsoft:timeout", Transient, Transient),
        ("amqp:internal-error", Transient, Transient),
        ("amqp:link:detach-forced", Transient, Transient),
        ("amqp:connection:forced", Transient, Transient),
        ("com.microsoft:operation-cancelled", Transient, Transient),
        ("amqp:not-allowed", Transient, Transient),
        ("example:never-heard-of", Transient, Transient),
    ] {
        for (stage, expected) in [
            (Stage::Connect, before_sending),
            (Stage::Attach, before_sending),
            (Stage::Send, sending),
        ] {
            let error = error_of(AmqpErrorKind::AmqpDescribedError(condition(text)));
            let failure = Failure::of(&error, stage);
            assert_eq!(
                (failure.class, failure.clean),
                (expected, false),
                "{text} {stage:?}"
            );
            assert_eq!(failure.answer, format!("{text}: why"));
        }
        let rejected = Failure::rejected(Some(condition(text)));
        assert_eq!((rejected.class, rejected.clean), (sending, true), "{text}");
    }
    assert_eq!(Failure::rejected(None).class, Transient);
}

#[test]
fn every_status_of_cbs_and_management_has_its_class() {
    for (status, expected) in [
        (400, Class::Endpoint),
        (401, Class::Endpoint),
        (403, Class::Endpoint),
        (404, Class::Endpoint),
        (408, Class::Transient),
        (410, Class::Endpoint),
        (429, Class::Throttled),
        (500, Class::Transient),
        (503, Class::Transient),
    ] {
        let error = error_of(AmqpErrorKind::ManagementStatusCode(status.into(), None));
        for stage in [Stage::Connect, Stage::Attach] {
            assert_eq!(Failure::of(&error, stage).class, expected, "{status} {stage:?}");
        }
    }
}

/// The SDK wraps in every order; the cause decides.
#[test]
fn a_cause_is_found_below_what_wraps_it() {
    let deep = || AmqpError::from(AmqpErrorKind::AmqpDescribedError(condition("amqp:not-found")));
    let other = azure_core::error::ErrorKind::Other;
    let once = azure_core::Error::with_error(other.clone(), deep(), "outside");
    let twice = AmqpError::from(azure_core::Error::with_error(
        other,
        AmqpError::from(once),
        "outside",
    ));
    let failure = Failure::of(&EventHubsError::from(twice), Stage::Send);
    assert_eq!(
        (failure.class, failure.answer.as_str()),
        (Class::Endpoint, "amqp:not-found: why")
    );
}

#[test]
fn input_and_output() {
    use io::ErrorKind as Io;
    for (kind, connecting, sending) in [
        (Io::ConnectionRefused, Class::Endpoint, Class::Transient),
        (Io::ConnectionReset, Class::Endpoint, Class::Transient),
        (Io::UnexpectedEof, Class::Endpoint, Class::Transient),
        // A certificate that is not trusted.
        (Io::InvalidData, Class::Endpoint, Class::Endpoint),
    ] {
        let error = AmqpError::from(azure_core::Error::from(io::Error::from(kind)));
        assert_eq!(Failure::of(&error, Stage::Connect).class, connecting, "{kind}");
        assert_eq!(Failure::of(&error, Stage::Send).class, sending, "{kind}");
    }
}

#[test]
fn what_nobody_knows_and_what_never_comes() {
    let error = error_of(AmqpErrorKind::IllegalDeliveryState);
    assert_eq!(Failure::of(&error, Stage::Connect).class, Class::Endpoint);
    assert_eq!(Failure::of(&error, Stage::Send).class, Class::Transient);
    let credential = azure_core::error::ErrorKind::Credential;
    let error = azure_core::Error::with_message(credential, "AADSTS7000215");
    assert_eq!(Failure::of(&error, Stage::Connect).class, Class::Endpoint);
    for (stage, expected) in [
        (Stage::Connect, Class::Endpoint),
        (Stage::Attach, Class::Transient),
        (Stage::Send, Class::Transient),
    ] {
        let late = Failure::timeout(stage);
        assert_eq!((late.class, late.clean), (expected, false));
    }
}
