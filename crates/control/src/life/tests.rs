use super::LIFE;

#[test]
fn the_documentation_holds_the_same_table() {
    let page = include_str!("../../../../docs/dataflow-life.md");
    assert!(
        page.contains(&format!("```text\n{LIFE}```\n")),
        "docs/dataflow-life.md is behind"
    );
}
