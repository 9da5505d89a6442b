use super::{Given, Report, STEPS, Site, Step, choose, run_all, summary};
use crate::cargo::Metadata;
use anyhow::bail;
use std::collections::BTreeSet;
use std::time::Duration;

const GOOD: Step = Step {
    name: "good",
    about: "passes",
    run: |site| Ok(format!("{} seeds", site.given.seeds)),
};
const BAD: Step = Step {
    name: "bad",
    about: "fails",
    run: |_| bail!("it broke"),
};

fn site() -> Site {
    Site {
        metadata: Metadata::default(),
        given: Given {
            kit: None,
            seed: 42,
            profiles: None,
            updates: None,
            weir: None,
            seeds: 7,
            cases: 10,
            minutes: 1,
        },
    }
}

#[test]
fn a_failure_is_told_and_the_next_step_runs() {
    let reports = run_all(&[&BAD, &GOOD], &site());
    let results: Vec<bool> = reports.iter().map(|report| report.result.is_ok()).collect();
    assert_eq!(results, [false, true]);
    assert_eq!(reports[1].result.as_ref().unwrap(), "7 seeds");
}

#[test]
fn the_summary_shows_every_step() {
    let report = |name, result| Report {
        name,
        took: Duration::from_secs(61),
        result,
    };
    let other = Step {
        name: "other",
        ..GOOD
    };
    let reports = [
        report("good", Ok("7 seeds".to_owned())),
        report("bad", Err(anyhow::anyhow!("it broke\nin detail"))),
    ];
    assert_eq!(
        summary(&[GOOD, BAD, other], &reports),
        "\n\
         good         passed       1 min 01 s  7 seeds\n\
         bad          FAILED       1 min 01 s  it broke\n\
         other        left out\n\
         1 passed, 1 failed, 1 left out\n"
    );
}

#[test]
fn steps_are_chosen_by_name() {
    let names = |names: &[&str]| -> Vec<String> { names.iter().map(|&name| name.to_owned()).collect() };
    let steps = [GOOD, BAD];
    assert_eq!(choose(&steps, &[]).unwrap().len(), 2);
    assert_eq!(choose(&steps, &names(&["bad"])).unwrap()[0].name, "bad");
    let error = choose(&steps, &names(&["worse"])).err().unwrap();
    assert_eq!(error.to_string(), "there is no step `worse`; there are good, bad");
}

#[test]
fn names_are_told_apart() {
    let names: BTreeSet<&str> = STEPS.iter().map(|step| step.name).collect();
    assert_eq!(names.len(), STEPS.len());
}

#[test]
fn a_step_without_its_kit_fails_and_says_what_to_give() {
    let error = (super::workload::STEP.run)(&site()).unwrap_err();
    assert!(error.to_string().contains("--kit DIR"), "{error}");
}
