//! `timeZone`: whose days, months and years a segment speaks of.

use super::fields::Fields;
use crate::report::Report;
use crate::suggest::nearest;
use model::ZoneName;

/// The zone of `timeZone`; UTC without the key, or, reported, where there is no such zone.
pub(super) fn of(fields: &mut Fields<'_>, report: &mut Report) -> ZoneName {
    let Some(text) = fields.text("timeZone", report) else {
        return ZoneName::default();
    };
    named(&text.value).unwrap_or_else(|help| {
        let message = format!(
            "`timeZone` of {} is `{}`, and there is no such zone",
            fields.what, text.value
        );
        report.error(text.span, message, help);
        ZoneName::default()
    })
}

/// The zone of this name; the error is what to do where there is no such zone.
pub fn named(word: &str) -> Result<ZoneName, String> {
    ZoneName::new(word).ok_or_else(|| help(word))
}

/// What was meant: a zone with a slip in it, a city, or an offset.
fn help(word: &str) -> String {
    let all = ZoneName::all();
    let names = || all.iter().map(String::as_str);
    let city = |name: &&str| {
        name.rsplit('/')
            .next()
            .is_some_and(|city| nearest(word, [city]).is_some())
    };
    if let Some(near) = nearest(word, names()).or_else(|| names().find(city)) {
        return format!("did you mean `{near}`?");
    }
    if word.starts_with(['+', '-']) || word.contains(':') {
        return "an offset knows no changes of the clocks: write the name of a zone, such as `Asia/Seoul`"
            .to_owned();
    }
    "write the name of a zone in the IANA database, such as `Asia/Seoul`, or take the line out: days are then those of UTC".to_owned()
}

#[cfg(test)]
mod tests;
