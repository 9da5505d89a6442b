use super::{CASES, CRATES, NEEDED, Property, complaint, in_crate, in_text};
use crate::cargo;
use std::collections::BTreeSet;
use std::path::PathBuf;

const SOURCE: &str = "
fn helper() {}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.max(2_000), ..ProptestConfig::default() })]

    /// It holds.
    #[test]
    fn one(a in 0..3) {
        if a > 1 {
        }
    }

    #[test]
    fn another(
        b in any::<u8>(),
    ) {
    }
}

mod inner {
    proptest! {
        #[test]
        fn third(a in 0..3) {}
    }

    fn no_property() {}
}
";

#[test]
fn properties_are_found_and_nothing_else() {
    assert_eq!(in_text(SOURCE).unwrap(), ["one", "another", "third"]);
}

#[test]
fn a_property_that_fixes_its_cases_is_refused() {
    let fixed = SOURCE.replace(
        "ProptestConfig { cases: ProptestConfig::default().cases.max(2_000), ..ProptestConfig::default() }",
        "ProptestConfig::with_cases(2_000)",
    );
    assert_ne!(fixed, SOURCE);
    let error = in_text(&fixed).unwrap_err().to_string();
    assert!(error.contains("fixes how many cases"), "{error}");
}

#[test]
fn a_block_that_holds_nothing_is_refused() {
    assert!(in_text("proptest! {\n}\n").is_err());
}

/// None of them fixes its cases, each is told by its name, and those that must be there are.
#[test]
fn the_properties_of_the_pure_core_take_as_many_cases_as_they_are_given() {
    let metadata = cargo::metadata().unwrap();
    let mut found = Vec::new();
    for package in CRATES {
        let names = in_crate(&metadata, package).unwrap();
        let once: BTreeSet<&String> = names.iter().collect();
        assert_eq!(
            once.len(),
            names.len(),
            "two properties of {package} have one name: {names:?}"
        );
        found.extend(names);
    }
    for needed in NEEDED {
        assert!(found.iter().any(|name| name == needed), "{needed}");
    }
}

#[test]
fn only_a_test_that_ran_and_passed_is_good() {
    let ran = "test result: ok. 1 passed; 0 failed";
    assert_eq!(complaint(true, ran), None);
    assert!(complaint(true, "test result: ok. 0 passed; 0 failed").is_some());
    assert!(complaint(false, "it broke").is_some());
}

/// `true` ends well and says nothing: that is no property that held.
#[test]
fn a_program_that_runs_no_test_is_a_complaint() {
    let property = Property {
        package: "xdm",
        name: "tests::one".to_owned(),
        program: PathBuf::from("true"),
    };
    assert!(property.run(10).unwrap().is_some(), "{CASES}");
}
