use super::{Counted, counted};

#[test]
fn what_both_tests_delivered_is_added_up() {
    let said = "running 2 tests\n\
        60001 exports delivered in 54 cells in 170 s: Tally { delivered: 60001, repeats: 3 }\n\
        test campaign::one ... ok\n\
        50000 exports delivered in 56 cells in 200 s: Tally { delivered: 50000, repeats: 9 }\n";
    let expected = Counted {
        exports: 110_001,
        cells: 110,
    };
    assert_eq!(counted(said).unwrap(), expected);
    assert_eq!(counted("running 0 tests\n").unwrap(), Counted::default());
    assert!(counted("many exports delivered in all cells").is_err());
}
