//! What an export may have become by taking the place of bulk ones.
//!
//! The judge knows what was decided, and not what was pending when: so a live export may be sent as decided, or
//! with the causes, transitions, merged profiles and last exits of the bulk ones right before it in its chain.

use crate::judge::Expected;
use model::{Class, Status};
use std::collections::BTreeMap;

/// The export at `at`, as decided and with what it can have taken over: the last bulk one before it, the last two,
/// and so on.
pub(super) fn forms(exports: &[Expected], at: usize) -> Vec<Expected> {
    let mut forms = vec![exports[at].clone()];
    if exports[at].class == Class::Bulk {
        return forms;
    }
    let of_chain = |one: &&Expected| {
        one.dataflow == exports[at].dataflow
            && one.profile == exports[at].profile
            && one.class == Class::Bulk
            && one.revision < exports[at].revision
    };
    // The newest word on each segment that the export itself says nothing of.
    let mut mentioned = BTreeMap::new();
    for older in exports[..at].iter().rev().filter(of_chain) {
        let mut heir = forms[forms.len() - 1].clone();
        heir.causes.extend(&older.causes);
        heir.causes.sort_unstable();
        heir.causes.dedup();
        heir.transitions.splice(0..0, older.transitions.iter().cloned());
        heir.transitions.sort_by_key(|transition| transition.at);
        let merged = older.merged.iter().chain(&heir.merged).copied();
        heir.merged = merged.fold(Vec::new(), |mut all, id| {
            if !all.contains(&id) {
                all.push(id);
            }
            all
        });
        for shown in &older.memberships {
            if exports[at]
                .memberships
                .iter()
                .all(|own| own.segment != shown.segment)
            {
                mentioned.entry(&shown.segment).or_insert(shown);
            }
        }
        heir.memberships.clone_from(&exports[at].memberships);
        let exits = mentioned.values().filter(|shown| shown.status == Status::Exited);
        heir.memberships.extend(exits.map(|shown| (*shown).clone()));
        heir.memberships.sort_by(|a, b| a.segment.cmp(&b.segment));
        forms.push(heir);
    }
    forms
}
