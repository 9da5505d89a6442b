//! Names of what the dispatcher counts and measures. Labels are dataflows, destinations, kinds and classes,
//! never profiles or segments.

use metrics::{Unit, describe_counter, describe_gauge, describe_histogram};

/// Exports sent, by `kind` and `verdict` (delivered, refused, transient, throttled, endpoint): each try counts.
pub const SEND_ATTEMPTS: &str = "weir_send_attempts_total";
/// Calls made, by `kind`.
pub const CALLS: &str = "weir_calls_total";
/// How long a call took, by `kind`.
pub const SEND_SECONDS: &str = "weir_send_seconds";
/// How long a call waited for its rate, by `destination`.
pub const SEND_WAIT_SECONDS: &str = "weir_send_wait_seconds";
/// Exports accepted by their destination, by `dataflow`.
pub const EXPORTS_DELIVERED: &str = "weir_exports_delivered_total";
/// Exports that became dead letters, by `dataflow` and `reason`.
pub const EXPORTS_DEAD: &str = "weir_exports_dead_total";
/// Exports put back to be tried again, by `dataflow`.
pub const EXPORTS_RETRIED: &str = "weir_exports_retried_total";
/// From decision to acceptance, by `dataflow`.
pub const EXPORT_SECONDS: &str = "weir_export_seconds";
/// 1 while the breaker of a `destination` is open, else 0.
pub const BREAKER_OPEN: &str = "weir_breaker_open";
/// Calls in flight, by `destination`.
pub const CALLS_IN_FLIGHT: &str = "weir_calls_in_flight";

/// Tells the recorder what the names mean. Call it once, after the recorder is installed.
pub fn describe() {
    describe_counter!(
        SEND_ATTEMPTS,
        Unit::Count,
        "Exports sent, each try counted, by verdict"
    );
    describe_counter!(CALLS, Unit::Count, "Calls made to destinations");
    describe_histogram!(SEND_SECONDS, Unit::Seconds, "Duration of a call to a destination");
    describe_histogram!(
        SEND_WAIT_SECONDS,
        Unit::Seconds,
        "Wait of a call for the rates of its destination"
    );
    describe_counter!(
        EXPORTS_DELIVERED,
        Unit::Count,
        "Exports accepted by their destination"
    );
    describe_counter!(
        EXPORTS_DEAD,
        Unit::Count,
        "Exports that became dead letters, by reason"
    );
    describe_counter!(EXPORTS_RETRIED, Unit::Count, "Exports put back to be tried again");
    describe_histogram!(EXPORT_SECONDS, Unit::Seconds, "From decision to acceptance");
    describe_gauge!(
        BREAKER_OPEN,
        Unit::Count,
        "1 while the breaker of a destination is open"
    );
    describe_gauge!(CALLS_IN_FLIGHT, Unit::Count, "Calls in flight");
}
