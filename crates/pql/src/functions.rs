//! The functions of PQL: those that are built, and those that are only known.

use crate::Diagnostic;
use crate::suggest::nearest;
use crate::syntax::Key;

/// Those that are built, as they are written.
pub(crate) const BUILT: [&str; 10] = [
    "count",
    "sum",
    "equals",
    "in",
    "notIn",
    "intersects",
    "isNull",
    "isNotNull",
    "inSegment",
    "get",
];

/// Those that Adobe documents and that are not built yet.
const KNOWN: [&str; 38] = [
    "average",
    "min",
    "max",
    "like",
    "startsWith",
    "doesNotStartWith",
    "endsWith",
    "doesNotEndWith",
    "contains",
    "doesNotContain",
    "notEqualTo",
    "matches",
    "regexGroup",
    "subsetOf",
    "supersetOf",
    "includes",
    "distinct",
    "groupBy",
    "filter",
    "map",
    "topN",
    "bottomN",
    "head",
    "intersection",
    "keys",
    "values",
    "date",
    "now",
    "today",
    "yesterday",
    "tomorrow",
    "currentMonth",
    "getMonth",
    "currentYear",
    "getYear",
    "currentDayOfMonth",
    "getDayOfMonth",
    "chain",
];

/// Whether PQL has a function of this name.
pub(crate) fn is_function(name: &str) -> bool {
    BUILT.contains(&name) || KNOWN.contains(&name)
}

/// Why a call of `name` means nothing here.
pub(crate) fn refuse(name: &Key) -> Diagnostic {
    if KNOWN.contains(&name.text.as_str()) {
        return Diagnostic::not_built(name.span, &format!("`{}`", name.text));
    }
    let diagnostic = Diagnostic::error(name.span, format!("There is no function `{}`.", name.text));
    match nearest(&name.text, BUILT.into_iter().chain(KNOWN)) {
        Some(near) => diagnostic.fix(near),
        None => diagnostic,
    }
}
