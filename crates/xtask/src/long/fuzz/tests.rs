use super::report;

#[test]
fn a_run_that_did_not_happen_has_no_report() {
    let line = "12 texts (3 mean something, 2 kept) and 12 JSONs (5 mean something, 2 kept), the longest answer took 1ms (seed 42)";
    let said = |line: &str, result: &str| {
        report(&format!(
            "running 1 test\n{line}\ntest result: {result}; 0 failed\n"
        ))
    };
    assert_eq!(said(line, "ok. 1 passed").as_deref(), Some(line));
    assert_eq!(said(line, "ok. 0 passed"), None);
    assert_eq!(said(line, "FAILED. 0 passed"), None);
    assert_eq!(said("", "ok. 1 passed"), None);
    assert_eq!(said("12 texts (3 mean something)", "ok. 1 passed"), None);
}
