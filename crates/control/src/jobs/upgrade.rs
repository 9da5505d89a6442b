//! Walks over all profiles and has those visited that were last evaluated under older rules.
//!
//! It is only the rest: whoever is touched by a message or a timer is brought to the rules then and there. A
//! publish that changes no segment leaves nothing to do.

use super::Error;
use crate::server::Next;
use evaluator::Rules;
use ingest::Handle;
use model::{ProfileId, RulesVersion};
use serde::Serialize;
use store::{Store, UpgradeProgress};

/// Profiles looked at in one read.
const PAGE: usize = 256;
/// Reads between two commits of the progress where nobody needs a visit.
const PAGES: usize = 16;

/// How far profiles are brought to the rules in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UpgradeState {
    /// The last publish that changed what a segment means.
    pub to: RulesVersion,
    /// Profiles looked at so far.
    pub visited: u64,
    /// Profiles ever made, about as many as are to be looked at.
    pub profiles: u64,
    /// Whether every profile is there.
    pub finished: bool,
}

/// The state of the job over `store` for `rules`.
pub(crate) fn state(store: &Store, rules: &Rules) -> store::Result<UpgradeState> {
    let progress = progress(store, rules)?;
    Ok(UpgradeState {
        to: progress.to,
        visited: progress.visited,
        profiles: store.meta().next_profile.saturating_sub(1),
        finished: progress.finished,
    })
}

/// The job.
pub(crate) struct Upgrading {
    store: Store,
    ingest: Handle,
}

impl Upgrading {
    pub(crate) fn new(store: Store, ingest: Handle) -> Self {
        Self { store, ingest }
    }

    /// Has up to a page of profiles visited.
    pub(crate) async fn step(&mut self) -> Result<Next, Error> {
        let mut progress = progress(&self.store, &self.ingest.rules())?;
        if progress.finished {
            return Ok(Next::Idle);
        }
        let mut stale = Vec::new();
        for _ in 0..PAGES {
            let page = self.store.profiles_from(progress.next, PAGE)?;
            progress.visited += page.len() as u64;
            progress.finished = page.len() < PAGE;
            if let Some((last, _)) = page.last() {
                progress.next = ProfileId::from_bits(last.to_bits() + 1);
            }
            stale.extend(
                page.into_iter()
                    .filter(|(_, rules)| *rules < progress.to)
                    .map(|(id, _)| id),
            );
            if progress.finished || stale.len() >= PAGE {
                break;
            }
        }
        self.ingest.visit(stale, progress).await?;
        Ok(if progress.finished { Next::Idle } else { Next::More })
    }
}

/// Where the job stands; at its beginning if it has not begun for these rules.
fn progress(store: &Store, rules: &Rules) -> store::Result<UpgradeProgress> {
    let to = last_change(rules);
    let begun = store.upgrade()?.filter(|progress| progress.to >= to);
    Ok(begun.unwrap_or(UpgradeProgress {
        to,
        next: ProfileId::from_bits(0),
        visited: 0,
        finished: to == RulesVersion(0),
    }))
}

/// The last publish that changed what some segment means, hidden ones included.
fn last_change(rules: &Rules) -> RulesVersion {
    let changed = rules
        .segments()
        .iter()
        .map(|segment| segment.changed_in.max(segment.baseline_in.unwrap_or_default()));
    changed.max().unwrap_or_default()
}
