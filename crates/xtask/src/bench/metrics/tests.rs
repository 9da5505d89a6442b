use super::{Totals, Work, sum};

const TEXT: &str = "\
# HELP weir_commit_wait_seconds_sum Time spent.
# TYPE weir_commit_wait_seconds_sum histogram
weir_commit_wait_seconds_sum 1.5
weir_evaluate_seconds_sum{stage=\"evaluate\"} 2.25 1700000000000
weir_evaluate_seconds_sum{stage=\"plan\"} 0.5
weir_evaluate_seconds_sum_other 100
weir_evaluate_seconds_sum2 100
weir_evaluation_steps_total 12
weir_transitions_total{status=\"realized\"} 4
weir_transitions_total{status=\"exited\"} 3
";

#[test]
fn labels_are_added_and_longer_names_are_others() {
    let totals = Totals::parse(TEXT);
    assert_eq!((totals.evaluate, totals.commit), (Some(2.75), Some(1.5)));
    assert_eq!(sum(TEXT, "weir_evaluate"), None);
}

#[test]
fn work_is_what_came_between() {
    let (start, end) = (
        Totals::parse("weir_commit_wait_seconds_sum 0.5\n"),
        Totals::parse(TEXT),
    );
    let work = Work {
        evaluate: 2.75,
        commit: 1.0,
        steps: 12.0,
        transitions: 7.0,
    };
    assert_eq!(end.since(start).unwrap(), work);
}

#[test]
fn a_name_that_is_not_there_in_the_end_is_an_error() {
    let totals = Totals::parse("weir_commit_wait_seconds_sum 1\n");
    assert_eq!(
        totals.since(totals).unwrap_err().to_string(),
        "/metrics does not show weir_evaluate_seconds_sum"
    );
}
