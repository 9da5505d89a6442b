//! What a marketer reads who writes a rule wrongly, word for word.

use super::checked;
use crate::report::Severity;

/// The typed example of the docs with this rule in place of one of its own.
fn definitions(rule: &str) -> String {
    let example = include_str!("../../../../../docs/examples/retail.yaml");
    let (before, rest) = example
        .split_once("    pql: loyalty.points >= 1000\n")
        .expect("a rule");
    let lines: Vec<String> = rule.lines().map(|line| format!("      {line}\n")).collect();
    format!("{before}    pql: |\n{}{rest}", lines.concat())
}

/// Rules with one mistake or several, each with all that is said of it: the answers are reviewed as a marketer reads them.
/// Plain words; what is wrong, why, and what to write instead.
#[test]
fn wrong_rules_are_explained() {
    let rules: Vec<&str> = include_str!("../../../fixtures/wrong_rules.txt")
        .trim_end()
        .split("\n\n")
        .collect();
    assert!(rules.len() >= 60, "{}", rules.len());
    let mut page = String::new();
    for rule in rules {
        let report = checked(&definitions(rule)).report;
        assert!(!report.diagnostics().is_empty(), "nothing is said of {rule}");
        let text = report.to_string();
        let (said, _) = text.trim_end().rsplit_once('\n').expect("a summary");
        page.extend([
            said.trim_end(),
            "\n\n----------------------------------------\n\n",
        ]);
    }
    insta::assert_snapshot!(page);
}

/// What is not evaluated may name what the schemas had once; a text that means nothing is a mistake all the same.
#[test]
fn an_archived_rule_may_name_what_is_gone() {
    let of = |rule: &str, state: &str| {
        let text = definitions(rule).replace(
            "name: Gold members",
            &format!("name: Gold members\n    state: {state}"),
        );
        let text = text.replace("segments: [gold, big-spender]", "segments: [big-spender]");
        let report = checked(&text).report;
        (report.count(Severity::Error), report.count(Severity::Warning))
    };
    assert_eq!(of("loyalty.stars > 3", "published"), (1, 0));
    assert_eq!(of("loyalty.stars > 3", "archived"), (0, 1));
    assert_eq!(of("loyalty.stars >> 3", "archived"), (1, 0));
}

/// A rule over columns of all widths: the caret of each mistake stands below it.
#[test]
fn mistakes_in_one_rule_are_all_said() {
    let report = checked(&definitions(
        "homeAddress.contry = \"서울\" and\n\tloyalty.pionts > 1 and 이름 = 1",
    ))
    .report;
    assert_eq!(report.count(Severity::Error), 3, "{report}");
}

/// What stands at the place of a mistake, with the fix in its place, is right: a program can take it.
#[test]
fn a_fix_is_data() {
    let text = definitions("loyalty.points > 3 and homeAddress.contry = \"서울\"");
    let report = checked(&text).report;
    let json = serde_json::to_value(&report).expect("json");
    let said = &json["diagnostics"][0];
    let line = text
        .lines()
        .nth(said["line"].as_u64().expect("a line") as usize - 1)
        .expect("the line");
    let column = |name: &str| said[name].as_u64().expect("a column") as usize - 1;
    let chars: Vec<char> = line.chars().collect();
    let (before, rest) = chars.split_at(column("column"));
    let (wrong, after) = rest.split_at(column("endColumn") - before.len());
    assert_eq!(wrong.iter().collect::<String>(), "homeAddress.contry");
    let mended = format!(
        "{}{}{}",
        before.iter().collect::<String>(),
        said["fix"].as_str().expect("a fix"),
        after.iter().collect::<String>()
    );
    assert_eq!(checked(&text.replace(line, &mended)).report.diagnostics(), []);
}
