//! Which requests were on their way when, and for whom: to find the one that caused an export.

use model::Timestamp;
use std::collections::{HashMap, VecDeque};

/// Requests by the people they were about.
#[derive(Debug, Default)]
pub(super) struct Asked(HashMap<String, VecDeque<Request>>);

/// A request about somebody.
#[derive(Clone, Copy, Debug)]
pub(super) struct Request {
    sent: Timestamp,
    /// `None` while it is on its way.
    pub(super) answered: Option<Timestamp>,
}

impl Asked {
    pub(super) fn sent(&mut self, names: &[&str], at: Timestamp) {
        for name in names {
            let request = Request {
                sent: at,
                answered: None,
            };
            self.0.entry((*name).to_owned()).or_default().push_back(request);
        }
    }

    pub(super) fn answered(&mut self, names: &[&str], sent: Timestamp, at: Timestamp) {
        for name in names {
            let requests = self.0.get_mut(*name).into_iter().flatten();
            for request in requests.filter(|request| request.sent == sent) {
                request.answered = Some(at);
            }
        }
    }

    /// The request about one of `names` during which something was decided at `decided`, if there is one: a message
    /// is decided on after it was sent, and before it is answered.
    pub(super) fn find<'a>(
        &self,
        names: impl Iterator<Item = &'a str>,
        decided: Timestamp,
    ) -> Option<Request> {
        let mut requests = names.filter_map(|name| self.0.get(name)).flatten();
        let during = |request: &&Request| {
            request.sent <= decided && request.answered.is_none_or(|answered| decided <= answered)
        };
        requests.find(during).copied()
    }

    /// Forgets what was answered before `before`.
    pub(super) fn forget(&mut self, before: Timestamp) {
        self.0.retain(|_, requests| {
            requests.retain(|request| request.answered.is_none_or(|answered| answered >= before));
            !requests.is_empty()
        });
    }
}
