//! Who waits for a batch, and is told of it when it is durable, or will never be.

use super::send;
use crate::handle::{PageRequest, SubmitError};
use crate::input::{Answer, Item};
use crate::{Page, Permit};
use tokio::sync::oneshot;

/// A request: its items, the room it takes, and where the answers go.
pub(super) type ItemsRequest = (Vec<Item>, Permit, Answered);

/// Where the answers to items go.
type Answered = oneshot::Sender<Result<Vec<Answer>, SubmitError>>;

/// Where it is told whether something is durable.
type Told = oneshot::Sender<Result<(), SubmitError>>;

/// Those who wait for one batch.
#[derive(Default)]
pub(super) struct Asked {
    /// How many items each request has.
    items: Vec<(usize, Permit, Answered)>,
    visit: Option<Told>,
    page: Option<(Page, Told)>,
}

impl Asked {
    /// A step of the upgrade job.
    pub(super) fn visit(answer: Told) -> Self {
        Self {
            visit: Some(answer),
            ..Self::default()
        }
    }

    /// A page of a bulk job.
    pub(super) fn page(request: PageRequest) -> Self {
        let mut asked = Self::default();
        asked.add_page(request);
        asked
    }

    pub(super) fn add_page(&mut self, PageRequest { page, answer }: PageRequest) {
        self.page = Some((page, answer));
    }

    /// The page of a bulk job that is to be looked at.
    pub(super) fn has_page(&self) -> Option<&Page> {
        self.page.as_ref().map(|(page, _)| page)
    }

    /// Adds a request, and gives its items.
    pub(super) fn add(&mut self, (items, permit, answer): ItemsRequest) -> Vec<Item> {
        self.items.push((items.len(), permit, answer));
        items
    }

    /// All of it is durable. `answers` are those to all items that are.
    pub(super) fn tell(self, answers: &mut Vec<Answer>) {
        if !self.items.is_empty() {
            let mut answers = std::mem::take(answers).into_iter();
            for (count, _permit, answer) in self.items {
                send(answer, Ok(answers.by_ref().take(count).collect()));
            }
        }
        self.visit.into_iter().for_each(|answer| send(answer, Ok(())));
        self.page.into_iter().for_each(|(_, answer)| send(answer, Ok(())));
    }

    /// Not all of it is durable.
    pub(super) fn refuse(self, why: &SubmitError) {
        for (_, _permit, answer) in self.items {
            send(answer, Err(why.clone()));
        }
        let others = self.visit.into_iter().chain(self.page.map(|(_, answer)| answer));
        others.for_each(|answer| send(answer, Err(why.clone())));
    }
}
