//! The page that lists the standard field groups.

use super::super::standard_field_groups;
use model::FieldGroup;
use std::path::PathBuf;

fn page() -> String {
    let head = "# Field groups that Weir knows\n\n\
                Adobe's, as far as segments use them, under Adobe's ids; a schema names them in `fieldGroups` ([schemas](schemas.md)). What a store \
                needs\nbeside them goes into a field group of its own. This page is made of `crates/xdm/field-groups` by a test of that crate.\n";
    standard_field_groups()
        .iter()
        .fold(head.to_owned(), |page, group| page + &section(group))
}

fn section(group: &FieldGroup) -> String {
    let classes: Vec<&str> = group.classes.iter().map(|class| class.word()).collect();
    let head = format!(
        "\n## {}\n\n{} ({}). {}\n\n| field | type | |\n|---|---|---|\n",
        group.id,
        group.title,
        classes.join(", "),
        group.description
    );
    let rows = group.fields.iter();
    rows.fold(head, |page, field| {
        page + &format!(
            "| `{}` | {} | {} |\n",
            field.path,
            field.scalar.word(),
            field.description
        )
    })
}

#[test]
fn the_page_is_made_of_the_data() {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/field-groups.md");
    if !file.exists() {
        std::fs::write(&file, page()).unwrap();
        panic!("{} was written: check it in", file.display());
    }
    let written = std::fs::read_to_string(&file).unwrap();
    assert!(
        written == page(),
        "a field group has changed: delete {}, run this again and check the page in",
        file.display()
    );
}
