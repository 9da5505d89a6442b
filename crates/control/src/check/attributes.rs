//! Mapped attributes against what profiles can have.

use crate::read::Drafts;
use crate::report::Report;
use xdm::{Schema, Why};

/// `profile`: the union of all schemas of class `profile`.
pub(super) fn check(drafts: &Drafts, profile: &Schema, report: &mut Report) {
    for dataflow in &drafts.dataflows {
        for path in &dataflow.attributes {
            match profile.resolve(&path.value.keys().collect::<Vec<_>>()) {
                Ok(found) if found.lists == 0 => {}
                Ok(_) => {
                    let message = format!(
                        "{} maps `{}`, which is inside a list, and a list is exported as a whole",
                        dataflow.what, path.value
                    );
                    report.error(path.span, message, "map the list itself");
                }
                Err(unknown) => {
                    let message = format!("{} maps `{}`: {unknown}", dataflow.what, path.value);
                    let help = match (&unknown.near, &unknown.why) {
                        (Some(near), _) => format!("did you mean `{near}`?"),
                        (None, Why::NoMember(members)) => {
                            crate::suggest::help("", members.iter().map(String::as_str), "its fields")
                        }
                        (None, Why::NoObject(_)) => "map what stands above it".to_owned(),
                    };
                    report.error(path.span, message, help);
                }
            }
        }
    }
}
