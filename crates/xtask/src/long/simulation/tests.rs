use super::complaint;

#[test]
fn only_a_test_that_ran_and_passed_is_good() {
    let ran = "test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 40 filtered out";
    let renamed = "test result: ok. 0 passed; 0 failed; 0 ignored; 0 measured; 41 filtered out";
    assert_eq!(complaint(3, true, ran), None);
    assert!(
        complaint(3, true, renamed)
            .unwrap()
            .starts_with("seed 3 was not run:")
    );
    assert!(
        complaint(3, false, "it broke")
            .unwrap()
            .starts_with("seed 3 fails:\nit broke")
    );
}
