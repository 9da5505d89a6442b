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
/// Exports that are pending, by `dataflow`.
pub const QUEUE_EXPORTS: &str = "weir_queue_exports";
/// Their bytes as stored, by `dataflow`.
pub const QUEUE_BYTES: &str = "weir_queue_bytes";
/// Their bytes over what the dataflow may keep, by `dataflow`: at 0.8 jobs wait, at 1 its policy decides.
pub const QUEUE_FILL: &str = "weir_queue_fill_ratio";
/// How long the export waits that waits longest, by `dataflow`.
pub const QUEUE_OLDEST_SECONDS: &str = "weir_queue_oldest_seconds";
/// Dead letters that are kept, by `dataflow`.
pub const DEAD_LETTERS: &str = "weir_dead_letters";
/// Their bytes as stored, by `dataflow`.
pub const DEAD_LETTER_BYTES: &str = "weir_dead_letter_bytes";
/// Exports decided and not accounted for by the rows, by `dataflow`: anything but 0 is a defect.
pub const ACCOUNT_IMBALANCE: &str = "weir_account_imbalance";
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
    describe_gauge!(QUEUE_EXPORTS, Unit::Count, "Exports that are pending");
    describe_gauge!(QUEUE_BYTES, Unit::Bytes, "Pending exports as stored");
    describe_gauge!(QUEUE_FILL, "Pending bytes over what the dataflow may keep");
    describe_gauge!(
        QUEUE_OLDEST_SECONDS,
        Unit::Seconds,
        "Wait of the oldest pending export"
    );
    describe_gauge!(DEAD_LETTERS, Unit::Count, "Dead letters that are kept");
    describe_gauge!(DEAD_LETTER_BYTES, Unit::Bytes, "Dead letters as stored");
    describe_gauge!(
        ACCOUNT_IMBALANCE,
        Unit::Count,
        "Exports decided and not accounted for by the rows"
    );
    describe_gauge!(
        BREAKER_OPEN,
        Unit::Count,
        "1 while the breaker of a destination is open"
    );
    describe_gauge!(CALLS_IN_FLIGHT, Unit::Count, "Calls in flight");
}
