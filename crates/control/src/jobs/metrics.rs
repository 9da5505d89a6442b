//! The names of what jobs count.

use metrics::describe_counter;

/// Profiles that bulk jobs have looked at.
pub const JOB_PROFILES: &str = "weir_job_profiles_total";

/// Tells the recorder what the names mean.
pub fn describe() {
    describe_counter!(JOB_PROFILES, "Profiles that bulk jobs have looked at.");
}
