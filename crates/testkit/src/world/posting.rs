//! Posting, and finding out what became of posts that nobody answered.

use super::World;
use crate::judge::Heard;
use crate::replay::item;
use crate::script::Post;
use ingest::Answer;
use model::Timestamp;
use std::sync::Arc;
use tokio::task::JoinSet;

/// Posts that were handed in together.
pub(super) struct Request {
    /// The place of the first, and behind the last, among all of the operation.
    from: usize,
    to: usize,
    /// `None` if nobody knows.
    answers: Option<Vec<Answer>>,
    /// When the answer came: at the instant of the batch, since answering takes no time.
    at: Timestamp,
}

impl World {
    /// Posts and waits for the answers.
    pub(super) async fn post(&mut self, posts: &[Post]) {
        let (now, requests) = (self.clock.now(), self.submit(posts));
        let mut requests = requests.join_all().await;
        requests.sort_by_key(|request| request.from);
        self.heal().await;
        self.hear(posts, &requests, now);
    }

    /// Posts in requests of any size, each in a task of its own; they arrive in order.
    pub(super) fn submit(&mut self, posts: &[Post]) -> JoinSet<Request> {
        let mut requests = JoinSet::new();
        let mut from = 0;
        while from < posts.len() {
            let to = posts.len().min(from + self.dice.usize(1..4));
            let answer = self.life().submit(posts[from..to].iter().map(item).collect());
            let clock = Arc::clone(&self.clock);
            requests.spawn(async move {
                Request {
                    from,
                    to,
                    answers: answer.await,
                    at: clock.now(),
                }
            });
            from = to;
        }
        requests
    }

    /// Tells the judge of the posts that are durable: those that were answered, and of the others as many as the
    /// store has counted besides. These were handed in at `now`, and the first of them were committed first.
    pub(super) fn hear(&mut self, posts: &[Post], requests: &[Request], now: Timestamp) {
        let counters = self
            .life()
            .store
            .message_counters()
            .expect("the store can be read");
        let durable: u64 = counters
            .iter()
            .map(|(_, of)| of.accepted + of.duplicate + of.bad)
            .sum();
        let acknowledged = requests.iter().filter(|request| request.answers.is_some());
        let acknowledged: usize = acknowledged.map(|request| request.to - request.from).sum();
        let more = durable.checked_sub(self.known + acknowledged as u64);
        let mut more = more.expect("what was acknowledged is not lost") as usize;
        self.known = durable;
        for request in requests {
            let posts = &posts[request.from..request.to];
            if let Some(answers) = &request.answers {
                for (post, answer) in posts.iter().zip(answers) {
                    let heard = self.judge.post(post, request.at);
                    assert!(
                        same(answer, heard),
                        "answered {answer:?}, expected {heard:?}: {post}"
                    );
                    self.lived.answered += 1;
                }
            } else if more > 0 {
                let durable = &posts[..more.min(posts.len())];
                more -= durable.len();
                self.lived.unanswered_but_durable += durable.len();
                for post in durable {
                    self.judge.post(post, now);
                }
            }
        }
        assert_eq!(more, 0, "posts are counted that nobody made");
    }
}

/// All requests in order: those that were done, and between them those of which nobody knows.
pub(super) fn with_the_lost(mut done: Vec<Request>, posts: usize) -> Vec<Request> {
    done.sort_by_key(|request| request.from);
    let mut all: Vec<Request> = Vec::new();
    let mut from = 0;
    for request in done {
        if from < request.from {
            all.push(Request {
                from,
                to: request.from,
                answers: None,
                at: request.at,
            });
        }
        from = request.to;
        all.push(request);
    }
    if from < posts {
        all.push(Request {
            from,
            to: posts,
            answers: None,
            at: Timestamp::MAX,
        });
    }
    all
}

fn same(answer: &Answer, heard: Heard) -> bool {
    match answer {
        Answer::Accepted => heard == Heard::Accepted,
        Answer::Duplicate => heard == Heard::Duplicate,
        Answer::Bad(_) => heard == Heard::Bad,
        Answer::Failed(_) => false,
    }
}
