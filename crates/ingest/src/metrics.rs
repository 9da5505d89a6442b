//! The names of what this crate counts.

use metrics::{Unit, describe_counter, describe_gauge, describe_histogram};

/// Messages by `outcome`: accepted, duplicate, bad, failed.
pub const MESSAGES: &str = "weir_messages_total";
/// Transitions by `status`.
pub const TRANSITIONS: &str = "weir_transitions_total";
/// Evaluation steps.
pub const STEPS: &str = "weir_evaluation_steps_total";
/// Segments that were evaluated: something of them flipped, or may have.
pub const EVALUATED_SEGMENTS: &str = "weir_evaluated_segments_total";
/// Parts of segments that no index answers (`docs/evaluation.md`), recomputed for one profile.
pub const FALLBACKS: &str = "weir_evaluation_fallbacks_total";
/// Profiles of which everything was evaluated: new, loaded, joined, or under other rules.
pub const BUILT: &str = "weir_evaluated_whole_total";
/// Exports decided.
pub const EXPORTS: &str = "weir_exports_decided_total";
/// Seconds a batch took to decide.
pub const EVALUATE_SECONDS: &str = "weir_evaluate_seconds";
/// Seconds a batch waited for its commit.
pub const COMMIT_SECONDS: &str = "weir_commit_wait_seconds";
/// Inputs in a batch.
pub const BATCH: &str = "weir_batch_inputs";
/// By how much the oldest due timer is late.
pub const TIMER_LAG: &str = "weir_timer_lag_seconds";
/// 1 while the wall clock is not believed.
pub const CLOCK_JUMPED: &str = "weir_clock_jumped";
/// Profiles that the audit held to the oracle (`docs/evaluation.md`).
pub const AUDITED: &str = "weir_audited_profiles_total";
/// Profiles that the audit left for the next time round.
pub const AUDIT_LEFT: &str = "weir_audit_left_total";
/// Memberships that are not what recomputation says. Anything but 0 is an alert.
pub const AUDIT_DIFFERENCES: &str = "weir_audit_differences_total";
/// Profiles that could not be read or recomputed. Anything but 0 is an alert.
pub const AUDIT_FAILURES: &str = "weir_audit_failures_total";
/// How long it took the last time to look at everybody.
pub const AUDIT_ROUND: &str = "weir_audit_round_seconds";

/// Tells the recorder what the names mean.
pub fn describe() {
    describe_counter!(MESSAGES, "Messages received, by outcome.");
    describe_counter!(TRANSITIONS, "Changes of segment membership, by new status.");
    describe_counter!(STEPS, "Evaluation steps made.");
    describe_counter!(
        EVALUATED_SEGMENTS,
        "Segments evaluated for a profile because something of them flipped, or may have."
    );
    describe_counter!(
        FALLBACKS,
        "Parts of segments that no index answers, recomputed for one profile."
    );
    describe_counter!(
        BUILT,
        "Profiles of which everything was evaluated: new, loaded, joined, or under other rules."
    );
    describe_counter!(EXPORTS, "Exports decided.");
    describe_histogram!(
        EVALUATE_SECONDS,
        Unit::Seconds,
        "Time to resolve, load, evaluate and plan a batch."
    );
    describe_histogram!(
        COMMIT_SECONDS,
        Unit::Seconds,
        "Time a batch waited for its commit."
    );
    describe_histogram!(BATCH, "Inputs in a batch.");
    describe_gauge!(
        TIMER_LAG,
        Unit::Seconds,
        "By how much the oldest due timer is late."
    );
    describe_gauge!(CLOCK_JUMPED, "1 while the wall clock is not believed.");
    describe_counter!(AUDITED, "Profiles that the audit held to full recomputation.");
    describe_counter!(
        AUDIT_LEFT,
        "Profiles that the audit left for the next time round: something was due, or a publish had not reached them."
    );
    describe_counter!(
        AUDIT_DIFFERENCES,
        "Memberships that are not what full recomputation says, counted whenever seen; anything but 0 is a defect."
    );
    describe_counter!(
        AUDIT_FAILURES,
        "Profiles that the audit could not read or recompute; anything but 0 is a defect."
    );
    describe_gauge!(
        AUDIT_ROUND,
        Unit::Seconds,
        "How long the audit took the last time to look at everybody."
    );
}
