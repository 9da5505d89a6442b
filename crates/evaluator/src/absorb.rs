//! A join: what the survivor takes over from a profile that turned out to be the same person.

use crate::State;
use crate::rules::Rules;
use model::{LedgerEntry, Membership, Status, Timestamp};

/// Moves everything of `others` into `survivor`. Rows are not re-keyed: the survivor lists their owners.
///
/// Baseline is the union of memberships: realized if any was, with the earlier `since` among those of the winning
/// status. The ledger keeps the survivor's revision, unites what was told and takes the later commit.
pub(crate) fn absorb(rules: &Rules, survivor: &mut State, others: Vec<State>, now: Timestamp) {
    // Once, by the version under which the survivor itself was evaluated: after the first join it has the oldest.
    drop_unbased(rules, survivor);
    survivor.findings = None;
    for other in others {
        absorb_one(rules, survivor, other, now);
    }
}

fn absorb_one(rules: &Rules, survivor: &mut State, mut other: State, now: Timestamp) {
    for state in [&mut *survivor, &mut other] {
        state.look_over();
        state.forget(|event| rules.forgotten(event), now);
    }
    drop_unbased(rules, &mut other);
    unite_memberships(survivor, &other);
    for entry in &other.profile.hot.ledger {
        unite_ledger(&mut survivor.profile.hot.ledger, entry);
    }
    let hot = &mut survivor.profile.hot;
    hot.absorbed.push(other.profile.id);
    hot.absorbed.extend(&other.profile.hot.absorbed);
    hot.absorbed.sort_unstable();
    hot.rules = hot.rules.min(other.profile.hot.rules);
    hot.evicted += other.profile.hot.evicted;

    survivor.take_identities(std::mem::take(&mut other.profile.identities));
    take_fragments(survivor, &mut other);
    take_events(survivor, other);
}

/// A hidden segment under which a profile was never evaluated since its mapping says nothing there.
fn drop_unbased(rules: &Rules, state: &mut State) {
    let evaluated = state.profile.hot.rules;
    state.drop_memberships(|no| {
        let baseline = rules.segment(no).and_then(|s| s.baseline_in);
        baseline.is_some_and(|publish| evaluated < publish)
    });
}

fn unite_memberships(survivor: &mut State, other: &State) {
    for theirs in &other.profile.hot.memberships {
        let united = match survivor.membership(theirs.segment) {
            Some(ours) if ours.status == theirs.status => Membership {
                since: ours.since.min(theirs.since),
                ..*ours
            },
            Some(ours) if ours.status == Status::Realized => *ours,
            _ => *theirs,
        };
        survivor.set_membership(united);
    }
}

fn unite_ledger(ledger: &mut Vec<LedgerEntry>, theirs: &LedgerEntry) {
    match ledger.binary_search_by_key(&theirs.dataflow, |entry| entry.dataflow) {
        Ok(at) => {
            let ours = &mut ledger[at];
            ours.commit = ours.commit.max(theirs.commit);
            ours.told.extend(&theirs.told);
            ours.told.sort_unstable();
            ours.told.dedup();
        }
        // The survivor never exported there: its own revisions begin at the beginning.
        Err(at) => ledger.insert(
            at,
            LedgerEntry {
                revision: model::Revision::default(),
                ..theirs.clone()
            },
        ),
    }
}

fn take_fragments(survivor: &mut State, other: &mut State) {
    let first = survivor.take_fragments(std::mem::take(&mut other.profile.fragments));
    let theirs = std::mem::take(&mut other.touched.fragments);
    survivor
        .touched
        .fragments
        .extend(theirs.into_iter().map(|at| first + at));
}

/// Takes over the events; of two with the same dataset and id the first accepted counts, the other is let go.
fn take_events(survivor: &mut State, other: State) {
    let State { profile, touched, .. } = other;
    survivor.touched.events.extend(touched.events);
    survivor.touched.forgotten.extend(touched.forgotten);
    survivor.take_events(profile.events);
    let mut first = std::collections::HashMap::new();
    for event in &survivor.profile.events {
        let seq = first
            .entry((event.dataset.clone(), event.id.clone()))
            .or_insert(event.seq);
        *seq = event.seq.min(*seq);
    }
    survivor.let_go(|event| first.get(&(event.dataset.clone(), event.id.clone())) != Some(&event.seq));
}
