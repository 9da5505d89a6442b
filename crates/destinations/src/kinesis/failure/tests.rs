use super::{ANSWER, CODES, Class, Failure};
use dispatcher::Verdict;
use std::collections::BTreeSet;

#[test]
fn codes_of_the_service() {
    use Class::{Credentials, Endpoint, Refused, Throttled, Transient};
    for (code, class) in [
        ("ProvisionedThroughputExceededException", Throttled),
        ("LimitExceededException", Throttled),
        ("ThrottlingException", Throttled),
        ("Throttling", Throttled),
        ("ThrottledException", Throttled),
        ("RequestLimitExceeded", Throttled),
        ("KMSThrottlingException", Throttled),
        ("InternalFailure", Transient),
        ("InternalFailureException", Transient),
        ("ServiceUnavailable", Transient),
        ("RequestTimeoutException", Transient),
        ("ResourceInUseException", Transient),
        ("UnrecognizedClientException", Credentials),
        ("InvalidSignatureException", Credentials),
        ("ExpiredToken", Credentials),
        ("ExpiredTokenException", Credentials),
        ("MissingAuthenticationToken", Credentials),
        ("AccessDeniedException", Credentials),
        ("KMSAccessDeniedException", Endpoint),
        ("KMSDisabledException", Endpoint),
        ("ResourceNotFoundException", Endpoint),
        ("InvalidArgumentException", Refused),
        ("ValidationException", Refused),
    ] {
        // The status does not matter where the code is known.
        for status in [None, Some(400), Some(500)] {
            assert_eq!(
                Failure::of_code(code, status, "m").class,
                class,
                "{code} {status:?}"
            );
        }
    }
}

#[test]
fn no_code_is_in_the_table_twice() {
    let codes: BTreeSet<&str> = CODES.iter().map(|(code, _)| *code).collect();
    assert_eq!(codes.len(), CODES.len());
}

#[test]
fn a_code_that_nobody_knows_goes_by_its_status() {
    for (status, class) in [
        (Some(400), Class::Refused),
        (Some(403), Class::Credentials),
        (Some(404), Class::Refused),
        (Some(408), Class::Transient),
        (Some(413), Class::Refused),
        (Some(429), Class::Throttled),
        (Some(500), Class::Transient),
        (Some(503), Class::Transient),
        (None, Class::Transient),
    ] {
        assert_eq!(Failure::of_code("Strange", status, "").class, class, "{status:?}");
        assert_eq!(Failure::of_code("", status, "").class, class, "{status:?}");
    }
}

#[test]
fn what_is_wrong_with_many_may_be_wrong_with_one() {
    let refused = Failure::new(Class::Refused, "no");
    assert_eq!(refused.clone().of_many(2).class, Class::Transient);
    assert_eq!(refused.of_many(1).class, Class::Refused);
    assert_eq!(
        Failure::new(Class::Throttled, "no").of_many(2).class,
        Class::Throttled
    );
}

#[test]
fn an_answer_is_one_short_line() {
    let text = format!(
        "does not match\nx-amz-security-token:hunter2 {}",
        "x".repeat(1000)
    );
    let failure = Failure::of_code("InvalidSignatureException", Some(403), &text);
    assert_eq!(failure.answer, "InvalidSignatureException: does not match");
    assert_eq!(
        Failure::new(Class::Transient, "é".repeat(1000)).answer.len(),
        ANSWER
    );
    assert_eq!(
        failure.verdict(),
        Verdict::Endpoint {
            answer: failure.answer.clone()
        }
    );
}
