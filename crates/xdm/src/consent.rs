//! Whether a person opted out.

use crate::Value;

/// Whether these attributes opt out: `consents.collect.val` is `n`, or any of `privacyOptOuts` has `optOutType`
/// `general_opt_out` and `optOutValue` `out`. Without consents a person is not opted out.
///
/// Source: pql.md, "Profiles"; XDM's consent and privacy opt-out fields.
pub fn opted_out(attributes: &Value) -> bool {
    let is = |value: &Value, keys: &[&str], text: &str| matches!(value.get(keys), Some(Value::String(found)) if found == text);
    let general =
        |item: &Value| is(item, &["optOutType"], "general_opt_out") && is(item, &["optOutValue"], "out");
    let listed = match attributes.get(&["privacyOptOuts"]) {
        Some(Value::Array(items)) => items.iter().any(general),
        _ => false,
    };
    listed || is(attributes, &["consents", "collect", "val"], "n")
}

#[cfg(test)]
mod tests;
