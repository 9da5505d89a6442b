use super::{Spent, sum};

const TEXT: &str = "\
# HELP weir_commit_wait_seconds_total Time spent.
# TYPE weir_commit_wait_seconds_total counter
weir_commit_wait_seconds_total 1.5
weir_evaluate_seconds_total{stage=\"evaluate\"} 2.25 1700000000000
weir_evaluate_seconds_total{stage=\"plan\"} 0.5
weir_evaluate_seconds_total_other 100
weir_evaluate_seconds_total2 100
";

#[test]
fn labels_are_added_and_longer_names_are_others() {
    let spent = Spent::parse(TEXT).unwrap();
    assert_eq!((spent.evaluate, spent.commit), (2.75, 1.5));
    assert_eq!(sum(TEXT, "weir_evaluate"), None);
}

#[test]
fn a_name_that_is_not_there_is_an_error() {
    let error = Spent::parse("weir_commit_wait_seconds_total 1\n").unwrap_err();
    assert_eq!(
        error.to_string(),
        "/metrics does not show weir_evaluate_seconds_total"
    );
}
