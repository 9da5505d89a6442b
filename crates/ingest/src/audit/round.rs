//! Everybody in turn, by number, over and over.

use model::ProfileId;
use std::collections::VecDeque;
use std::time::Duration;
use store::Store;
use tokio::time::Instant;

/// Profiles looked up in one read.
const PAGE: usize = 64;
/// Few people are not looked at all the time.
const LEAST: Duration = Duration::from_secs(10);

/// One time round.
#[derive(Debug)]
pub(super) struct Round {
    begun: Instant,
    /// Where the next page begins; `None` after the last.
    from: Option<ProfileId>,
    page: VecDeque<ProfileId>,
}

impl Round {
    pub(super) fn new(now: Instant) -> Self {
        Self {
            begun: now,
            from: Some(ProfileId::from_bits(0)),
            page: VecDeque::new(),
        }
    }

    /// Who is next; `None` at the end of the round.
    pub(super) fn next(&mut self, store: &Store) -> Result<Option<ProfileId>, store::Error> {
        if self.page.is_empty()
            && let Some(from) = self.from
        {
            let page = store.profiles_from(from, PAGE)?;
            let last = page.last().filter(|_| page.len() == PAGE);
            self.from = last.map(|(id, _)| ProfileId::from_bits(id.to_bits() + 1));
            self.page = page.into_iter().map(|(id, _)| id).collect();
        }
        Ok(self.page.pop_front())
    }

    /// Ends it: gives how long it took, and when the next begins.
    pub(super) fn end(&mut self, now: Instant) -> (Duration, Instant) {
        let took = now.duration_since(self.begun);
        let again = now.max(self.begun + LEAST);
        *self = Self::new(again);
        (took, again)
    }
}
