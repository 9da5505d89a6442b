//! The conjunct that no predicate spells out.

use super::clause::{Clause, Flip, Kind, Said};
use super::shown::json;
use crate::state::State;
use xdm::Value;

/// Where a person can have opted out.
const PLACES: [(&str, &[&str]); 2] = [
    ("consents.collect.val", &["consents", "collect", "val"]),
    ("privacyOptOuts", &["privacyOptOuts"]),
];

/// `not (optOut)`, with what the profile says of it.
pub(super) fn clause(state: &State) -> Clause {
    let attributes = state.attributes();
    let said = |(text, keys): (&str, &[&str])| {
        let value = attributes.get(keys).filter(|value| !matches!(value, Value::Null));
        let value = value.map(json);
        bare(Kind::Value, text, Said::Value { value })
    };
    let holds = !xdm::opted_out(attributes);
    // Consents do not change by themselves.
    let flips = Flip::Never;
    Clause {
        parts: PLACES.into_iter().map(said).collect(),
        ..bare(Kind::OptOut, "not (optOut)", Said::Condition { holds, flips })
    }
}

fn bare(kind: Kind, text: &str, said: Said) -> Clause {
    Clause::new(kind, text.to_owned(), None, said)
}
