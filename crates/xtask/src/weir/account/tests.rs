use super::{Account, View};

fn account(text: &str) -> Account {
    serde_json::from_str(text).unwrap()
}

#[test]
fn the_answer_of_the_server_is_understood() {
    let text = r#"{"dataflows":[{"id":"live","name":"Live","sending":true,"inFlight":0,"account":
        {"decided":5,"delivered":3,"pending":1,"suppressed":{},"dead":{"refused":1},"balanced":true}}]}"#;
    let view: View = serde_json::from_str(text).unwrap();
    let account = &view.dataflows[0].account;
    assert_eq!((account.decided, account.delivered, account.pending), (5, 3, 1));
    assert_eq!(account.dead["refused"], 1);
}

#[test]
fn an_export_that_was_given_up_is_told_of() {
    let good = account(r#"{"decided":5,"delivered":5,"pending":0,"suppressed":{},"dead":{}}"#);
    good.ensure_all_delivered().unwrap();
    let bad = account(r#"{"decided":5,"delivered":4,"pending":0,"suppressed":{},"dead":{"refused":1}}"#);
    let error = bad.ensure_all_delivered().unwrap_err().to_string();
    assert!(error.contains("refused"), "{error}");
}

#[test]
fn only_what_was_superseded_may_be_missing() {
    let account = |suppressed: &str, dead: u64| Account {
        decided: 10,
        delivered: 7,
        pending: 1,
        suppressed: [(suppressed.to_owned(), 2)].into(),
        dead: (0..dead).map(|_| ("refused".to_owned(), dead)).collect(),
    };
    account("superseded", 0).ensure_whole().unwrap();
    for wrong in [account("coalesced", 0), account("superseded", 1)] {
        let error = wrong.ensure_whole().unwrap_err().to_string();
        assert!(error.contains("exports are missing"), "{error}");
    }
}
