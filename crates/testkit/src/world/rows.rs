//! What is stored when nothing is going on: a row for everything that is there, and none for what is gone.

use super::World;
use model::ProfileId;
use store::Space;

impl World {
    pub(super) fn check_rows(&self) {
        let store = &self.life().store;
        let stats = store.stats().expect("the store can be read");
        let rows = stats.spaces;
        let of = |space: Space| {
            let found = rows.iter().find(|(other, _)| *other == space);
            found.map_or(0, |(_, stats)| stats.rows)
        };

        let dataflows = store.dataflows().expect("the store can be read");
        let accounts = dataflows
            .iter()
            .map(|no| store.account(*no).expect("the store can be read"));
        let pending: u64 = accounts.map(|account| account.pending).sum();
        assert_eq!(
            of(Space::Exports),
            pending,
            "rows of exports that nothing leads to: {rows:?}"
        );
        // A chain may be there without exports of its own, to wait for those of an absorbed profile.
        assert!(
            pending > 0 || of(Space::Chains) == 0,
            "chains, and nothing pending: {rows:?}"
        );

        let ids: Vec<ProfileId> = self.judge.ids();
        let profiles = store.load(&ids).expect("the store can be read");
        let sum = |of: fn(&model::Profile) -> usize| profiles.iter().flatten().map(of).sum::<usize>() as u64;
        assert_eq!(of(Space::Profiles), ids.len() as u64, "{rows:?}");
        assert_eq!(of(Space::IdentityLists), ids.len() as u64, "{rows:?}");
        assert_eq!(
            of(Space::Identities),
            sum(|profile| profile.identities.len()),
            "{rows:?}"
        );
        assert_eq!(
            of(Space::Fragments),
            sum(|profile| profile.fragments.len()),
            "{rows:?}"
        );
        assert_eq!(of(Space::Events), sum(|profile| profile.events.len()), "{rows:?}");
        let timed = sum(|profile| usize::from(profile.hot.next_due.is_some()));
        assert_eq!(
            of(Space::Timers),
            timed,
            "one timer a profile that has a next due: {rows:?}"
        );
    }
}
