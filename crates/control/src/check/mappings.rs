//! What dataflows name: their destination and their segments.

use super::{Index, standing};
use crate::read::Drafts;
use crate::report::Report;
use crate::suggest;
use model::SegmentState;

pub(super) fn check(drafts: &Drafts, index: &Index<'_>, report: &mut Report) {
    for dataflow in &drafts.dataflows {
        if let Some(word) = &dataflow.destination
            && !drafts.destination_ids.contains(&word.value)
        {
            let message = format!(
                "{} sends to destination `{}`, which this file does not define",
                dataflow.what, word.value
            );
            let known = drafts.destination_ids.iter().map(String::as_str);
            report.error(
                word.span,
                message,
                suggest::help(&word.value, known, "destinations"),
            );
        }
        for word in &dataflow.segments {
            match index.segment(&word.value) {
                Some(segment) if segment.state == SegmentState::Published => {}
                Some(segment) => {
                    let message = format!(
                        "{} maps segment `{}`, which is {} and so not evaluated",
                        dataflow.what,
                        word.value,
                        standing(segment.state)
                    );
                    report.error(
                        word.span,
                        message,
                        "set its `state: published`, or take it out here",
                    );
                }
                None => {
                    let message = format!(
                        "{} maps segment `{}`, which this file does not define",
                        dataflow.what, word.value
                    );
                    report.error(word.span, message, index.help(&word.value));
                }
            }
        }
    }
}
