//! What every export says of itself: the `_weir` member, or the same beside the body.

use crate::render::text;
use model::Export;

/// One member of the envelope.
pub(crate) struct Member {
    /// As in `_weir`.
    pub(crate) name: &'static str,
    /// A bare text, or compact JSON.
    pub(crate) text: String,
    /// Whether `text` is a bare text, to be quoted in JSON.
    bare: bool,
}

/// The members in the order in which they are written.
///
/// `profile` and `revision` are 64-bit numbers, of which JavaScript and many JSON parsers keep 53 bits: they are
/// texts. A profile is compared for equality and is written as everywhere else; a revision is compared for
/// order and has always 20 digits, so that the order of the texts is the order of the numbers.
pub(crate) fn members(export: &Export) -> [Member; 8] {
    [
        bare("id", export.id().to_string()),
        bare("dataflow", export.dataflow.to_string()),
        bare("profile", export.profile.to_string()),
        bare("revision", format!("{:020}", export.revision.0)),
        list("causes", export.causes.iter(), |out, cause| {
            text(out, cause.as_str());
        }),
        list("transitions", export.transitions.iter(), |out, transition| {
            out.extend_from_slice(br#"{"at":"#);
            text(out, &transition.at.to_string());
            out.extend_from_slice(br#","segment":"#);
            text(out, transition.segment.as_str());
            out.extend_from_slice(br#","status":"#);
            text(out, transition.status.as_str());
            out.push(b'}');
        }),
        list("merged", export.merged.iter(), |out, profile| {
            text(out, &profile.to_string());
        }),
        bare("emittedAt", export.emitted_at.to_string()),
    ]
}

/// `"_weir":{...}`, without a comma.
pub(crate) fn write(out: &mut Vec<u8>, members: &[Member]) {
    out.extend_from_slice(br#""_weir":"#);
    for (index, member) in members.iter().enumerate() {
        out.push(if index == 0 { b'{' } else { b',' });
        text(out, member.name);
        out.push(b':');
        if member.bare {
            text(out, &member.text);
        } else {
            out.extend_from_slice(member.text.as_bytes());
        }
    }
    out.push(b'}');
}

fn bare(name: &'static str, text: String) -> Member {
    Member {
        name,
        text,
        bare: true,
    }
}

fn list<T>(name: &'static str, items: impl Iterator<Item = T>, write: impl Fn(&mut Vec<u8>, T)) -> Member {
    let mut json = vec![b'['];
    for (index, item) in items.enumerate() {
        if index > 0 {
            json.push(b',');
        }
        write(&mut json, item);
    }
    json.push(b']');
    let text = String::from_utf8_lossy(&json).into_owned();
    Member {
        name,
        text,
        bare: false,
    }
}
