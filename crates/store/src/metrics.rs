//! The names of what this crate counts.

use metrics::{Unit, describe_counter, describe_gauge, describe_histogram};

/// Seconds until a batch was durable.
pub const COMMIT_SECONDS: &str = "weir_commit_seconds";
/// Bytes of the log's files.
pub const LOG_BYTES: &str = "weir_log_bytes";
/// Bytes of those of them that the engine does not have whole.
pub const LOG_BEHIND_BYTES: &str = "weir_log_behind_bytes";
/// Memory of rows that the engine does not have.
pub const TABLE_BYTES: &str = "weir_table_bytes";
/// For how long the oldest row that the engine does not have has been waiting.
pub const CATCH_UP_LAG: &str = "weir_catch_up_lag_seconds";
/// Rows that the engine took in.
pub const CATCH_UP_ROWS: &str = "weir_catch_up_rows_total";
/// Seconds that commits were held back because the engine is behind.
pub const PAUSED_SECONDS: &str = "weir_commit_paused_seconds";

/// Tells the recorder what the names mean.
pub fn describe() {
    describe_histogram!(
        COMMIT_SECONDS,
        Unit::Seconds,
        "Seconds until a batch was in the log."
    );
    describe_gauge!(LOG_BYTES, Unit::Bytes, "Files of the log.");
    describe_gauge!(
        LOG_BEHIND_BYTES,
        Unit::Bytes,
        "Files of the log that the engine does not have whole."
    );
    describe_gauge!(
        TABLE_BYTES,
        Unit::Bytes,
        "Memory of rows that the engine does not have."
    );
    describe_gauge!(
        CATCH_UP_LAG,
        Unit::Seconds,
        "For how long the oldest row that the engine does not have has been waiting."
    );
    describe_counter!(CATCH_UP_ROWS, "Rows that the engine took in.");
    describe_histogram!(
        PAUSED_SECONDS,
        Unit::Seconds,
        "Seconds that commits were held back because the engine was behind."
    );
}
