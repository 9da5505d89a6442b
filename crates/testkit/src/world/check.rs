//! What must hold after every operation: invariants 2 to 4 and 6 to 8 of `ARCHITECTURE.md`. (The fifth is the
//! shape of the crates.)

use super::{World, heirs};
use crate::decided::{expected, profile_difference};
use crate::judge::Expected;
use crate::peer::Sent;
use crate::script::Answer;
use model::{
    Account, Class, DataflowId, DataflowNo, DeadReason, Definitions, ExportSeq, ProfileId, QueueBounds,
    SuppressedReason, Timestamp,
};
use std::collections::{BTreeMap, BTreeSet};
use store::DeadLetter;

/// A dataflow by name, and a profile.
type Chain = (String, ProfileId);

/// What was looked at already.
#[derive(Default)]
pub(super) struct Seen {
    /// How much of what was sent.
    sent: usize,
    /// How much of what was decided, and where in the judge's list each export is.
    decided: BTreeMap<(Chain, u64), usize>,
    /// The last revision sent.
    last: BTreeMap<Chain, u64>,
    /// Chains of absorbed profiles whose survivor has been sent something since: over for good.
    over: BTreeSet<Chain>,
    /// Dataflows that were gone for a while: only these may give exports up without trying.
    removed: BTreeSet<DataflowNo>,
    /// How many profiles this life has audited.
    pub(super) audited: u64,
    /// What destinations answered to each export, with the life of the server.
    answers: BTreeMap<(Chain, u64), Vec<(u32, Answer)>>,
}

impl World {
    pub(super) fn check(&mut self) {
        self.check_audit();
        self.check_profiles();
        self.check_sent();
        self.check_accounts();
    }

    /// How much waits, on dataflows that are gone too.
    pub(super) fn pending(&self) -> u64 {
        let store = &self.life().store;
        let dataflows = store.dataflows().expect("the store can be read");
        let account = |no: &DataflowNo| store.account(*no).expect("the store can be read");
        dataflows.iter().map(|no| account(no).pending).sum()
    }

    fn definitions(&self) -> Definitions {
        self.life().store.definitions().expect("the store can be read")
    }

    /// 2: the server finds nothing wrong with itself.
    fn check_audit(&mut self) {
        let audited = self.life().audited();
        assert_eq!((audited.differences, audited.failures), (0, 0), "the audit");
        self.lived.audited += (audited.profiles - self.seen.audited) as usize;
        self.seen.audited = audited.profiles;
    }

    /// 2 and 3: profiles, memberships and transitions are what recomputation from nothing gives; and 4: what was
    /// acknowledged is there.
    fn check_profiles(&self) {
        let store = &self.life().store;
        let ids = store
            .profiles_from(ProfileId::from_bits(0), usize::MAX)
            .expect("the store can be read");
        let ids: Vec<ProfileId> = ids.into_iter().map(|(id, _)| id).collect();
        assert_eq!(ids, self.judge.ids(), "the profiles there are");
        let mut must: BTreeMap<ProfileId, Vec<String>> = BTreeMap::new();
        for t in self.judge.transitions() {
            let survivor = self.judge.survivor(t.profile).expect("somebody went on");
            must.entry(survivor)
                .or_default()
                .push(line(t.at, t.segment.as_str(), t.status.as_str()));
        }
        for profile in store
            .load(&ids)
            .expect("the store can be read")
            .into_iter()
            .flatten()
        {
            if let Some(difference) = profile_difference(&self.judge, &profile, &self.names) {
                panic!("{difference}");
            }
            let history = store
                .history(profile.id, usize::MAX)
                .expect("the store can be read");
            let judged = history.iter().filter_map(|t| self.names.judged(profile.id, t));
            let mut is: Vec<String> = judged
                .map(|t| line(t.at, t.segment.as_str(), t.status.as_str()))
                .collect();
            let mut must = must.remove(&profile.id).unwrap_or_default();
            is.sort();
            must.sort();
            assert_eq!(is, must, "the transitions of profile {}", profile.id);
        }
    }

    /// 3 and 4: what was sent was decided, durable and right; 7: in order, one at a time, after those who were
    /// absorbed; and never again after it was taken, unless a crash came between.
    fn check_sent(&mut self) {
        for (at, export) in self
            .judge
            .exports()
            .iter()
            .enumerate()
            .skip(self.seen.decided.len())
        {
            let chain = (export.dataflow.to_string(), export.profile);
            self.seen.decided.insert((chain, export.revision), at);
        }
        self.lived.decided = self.seen.decided.len();
        for sent in self.peers.sent(self.seen.sent) {
            self.seen.sent += 1;
            self.lived.sent += 1;
            self.lived.digest = digest(self.lived.digest, &sent);
            self.check_one_sent(&sent);
        }
    }

    fn check_one_sent(&mut self, sent: &Sent) {
        let chain: Chain = (sent.dataflow.clone(), sent.profile);
        let key = (chain.clone(), sent.revision);
        let at = self.seen.decided.get(&key);
        let at = *at.unwrap_or_else(|| panic!("sent, but never decided: {sent:?}"));
        let export = &self.judge.exports()[at];
        let forms = heirs::forms(self.judge.exports(), at);
        if forms.iter().all(|form| form.body() != sent.body) {
            assert_eq!(
                sent.body,
                export.body(),
                "the message of {key:?}, nor of {} heirs",
                forms.len() - 1
            );
        }
        assert_eq!(sent.id, export.id(), "the id of {key:?}");
        assert!(!sent.overtakes, "two at a time of one profile: {sent:?}");
        let last = self.seen.last.insert(chain.clone(), sent.revision).unwrap_or(0);
        assert!(
            sent.revision >= last,
            "revision {} after {last}: {sent:?}",
            sent.revision
        );
        assert!(
            !self.seen.over.contains(&chain),
            "sent after its survivor: {sent:?}"
        );
        let joins = self.judge.joins().iter();
        for join in joins.filter(|join| join.survivor == sent.profile && join.exports <= at) {
            let over = join
                .absorbed
                .iter()
                .map(|absorbed| (sent.dataflow.clone(), *absorbed));
            self.seen.over.extend(over);
        }
        let answers = self.seen.answers.entry(key).or_default();
        let taken = answers.contains(&(sent.life, Answer::Deliver));
        assert!(!taken, "sent again although it was taken: {sent:?}");
        answers.push((sent.life, sent.answer));
    }

    /// 8: the account is balanced, and counts what was decided; 6: three counted attempts and no more.
    fn check_accounts(&mut self) {
        self.lived.dead = 0;
        let definitions = self.definitions();
        let flows = definitions.dataflows.iter().map(|flow| (&flow.id, flow.no));
        let removed = definitions.retired.iter().map(|(id, no)| (id, *no));
        self.seen.removed.extend(removed.clone().map(|(_, no)| no));
        for (id, no) in flows.chain(removed) {
            let store = &self.life().store;
            let account = store.account(no).expect("the store can be read");
            assert!(account.balanced(), "dataflow {id}: {account:?}");
            let of_flow = |(chain, _): &&(Chain, u64)| chain.0 == id.as_str();
            let decided = self.seen.decided.keys().filter(of_flow).count();
            assert_eq!(
                account.decided, decided as u64,
                "decided on dataflow {id}: {account:?}"
            );
            let letters = store
                .dead_letters(no, ExportSeq(0), usize::MAX)
                .expect("the store can be read");
            assert_eq!(
                account.dead.values().sum::<u64>(),
                letters.len() as u64,
                "dead letters of {id}"
            );
            for (_, letter) in &letters {
                self.check_dead(letter);
            }
            self.lived.dead += letters.len();
            self.check_fates((id, no), &account, &letters);
        }
    }

    /// 8, by the ids: what is no dead letter was taken by its destination, unless it waits or was given up with its
    /// dataflow; and no more is counted as delivered.
    fn check_fates(
        &self,
        (id, no): (&DataflowId, DataflowNo),
        account: &Account,
        letters: &[(ExportSeq, DeadLetter)],
    ) {
        let superseded = account.suppressed.get(&SuppressedReason::Superseded);
        let superseded = superseded.copied().unwrap_or_default();
        let given_up = account.suppressed.values().sum::<u64>() - superseded;
        let removed = self.seen.removed.contains(&no);
        assert!(
            removed || given_up == 0,
            "given up on dataflow {id}, which was always there: {account:?}"
        );
        let dead: BTreeSet<(ProfileId, u64)> = letters
            .iter()
            .map(|(_, letter)| expected(&letter.export))
            .map(|export| (export.profile, export.revision))
            .collect();
        let living = self.seen.decided.keys();
        let living = living.filter(|((flow, profile), revision)| {
            flow == id.as_str() && !dead.contains(&(*profile, *revision))
        });
        let was_taken = |key: &&(Chain, u64)| {
            let answers = self.seen.answers.get(*key);
            answers.is_some_and(|answers| answers.iter().any(|(_, answer)| *answer == Answer::Deliver))
        };
        let (taken, open): (Vec<_>, Vec<_>) = living.partition(was_taken);
        assert!(
            account.delivered <= taken.len() as u64,
            "counted, but not delivered: {account:?}"
        );
        let left = account.pending + given_up;
        let of_no_heir = open.iter().filter(|key| !self.has_heir(key)).count();
        assert!(
            of_no_heir as u64 <= left && open.len() as u64 <= left + superseded,
            "neither delivered nor dead nor waiting: {open:?}, {account:?}"
        );
        if left == 0 {
            // One that was taken can be superseded too, if its settlement was lost.
            assert_eq!(
                account.delivered + superseded,
                (taken.len() + open.len()) as u64,
                "dataflow {id}: {account:?}"
            );
        }
    }

    /// Whether an export is bulk and a live one of its chain came after it.
    fn has_heir(&self, (chain, revision): &(Chain, u64)) -> bool {
        let exports = self.judge.exports();
        let bulk = exports[self.seen.decided[&(chain.clone(), *revision)]].class == Class::Bulk;
        let mut later = self
            .seen
            .decided
            .range((chain.clone(), revision + 1)..=(chain.clone(), u64::MAX));
        bulk && later.any(|(_, at)| exports[*at].class == Class::Live)
    }

    fn check_dead(&self, letter: &DeadLetter) {
        let export: Expected = expected(&letter.export);
        let key = ((export.dataflow.to_string(), export.profile), export.revision);
        let at = self.seen.decided.get(&key);
        let at = *at.unwrap_or_else(|| panic!("dead, but never decided: {letter:?}"));
        let mut forms = heirs::forms(self.judge.exports(), at);
        for form in &mut forms {
            form.transitions.sort_by(|a, b| a.segment.cmp(&b.segment));
        }
        assert!(
            forms.contains(&export),
            "a dead letter: {export:?}, and not one of {forms:?}"
        );
        let answers = self.seen.answers.get(&key).map(Vec::as_slice).unwrap_or_default();
        let failed = |(_, answer): &&(u32, Answer)| {
            matches!(answer, Answer::Transient | Answer::Hang | Answer::LostAnswer)
        };
        match letter.reason {
            DeadReason::Refused => {
                let refused = answers
                    .last()
                    .is_some_and(|(_, answer)| *answer == Answer::Refused);
                assert!(refused && letter.attempts < 3, "{letter:?} after {answers:?}");
            }
            DeadReason::Exhausted => {
                let tries = answers.iter().filter(failed).count();
                assert!(tries >= 3 && letter.attempts == 3, "{letter:?} after {answers:?}");
            }
            // It waited since its commit, which was not before its instant.
            DeadReason::Expired => {
                let waited = letter.at.since(letter.export.emitted_at);
                let tries = answers.iter().filter(failed).count();
                assert!(
                    waited >= QueueBounds::default().age && usize::from(letter.attempts) <= tries,
                    "{letter:?} after {answers:?}"
                );
            }
            _ => panic!("nothing here dies like this: {letter:?}"),
        }
    }
}

/// FNV-1a, as the one that needs no dependency.
fn digest(before: u64, sent: &Sent) -> u64 {
    let text = format!("{} {:?} {} {}", sent.id, sent.answer, sent.life, sent.body);
    text.bytes().fold(before ^ 0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

fn line(at: Timestamp, segment: &str, status: &str) -> String {
    format!("{at} {segment} {status}")
}
