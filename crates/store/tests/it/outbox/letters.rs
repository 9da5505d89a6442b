//! Dead letters: found, sent again, purged.

use super::{ALL, claim, decide, replay};
use crate::support::{at, batch, export, live, profile, settled, start_on};
use ::model::{Class, DataflowNo, DeadReason, ExportSeq, Lane, SegmentId};
use store::{LetterKey, Memory, OutboxOp, Outcome, Replayed, Sought, Store, Unreplayable};

const FIRST: LetterKey = (DataflowNo(0), ExportSeq(0));

/// Decides and kills exports of (dataflow, profile, revision), at 10, 20, .. ms.
async fn kill(store: &Store, which: &[(u32, u64, u64)]) {
    for (place, &(flow, who, revision)) in which.iter().enumerate() {
        let ops = vec![decide(live(flow), profile(who), revision)];
        store.commit(batch(store, ops)).await.unwrap();
        for one in store.claim(live(flow), at(0), ALL, ALL).unwrap() {
            let reason = if revision == 1 {
                DeadReason::Refused
            } else {
                DeadReason::Exhausted
            };
            let dead = Outcome::Dead {
                at: at((place as i64 + 1) * 10),
                reason,
                answer: "HTTP 400".to_owned(),
                attempts: 1,
            };
            store.settle(settled(one.seq, dead)).await.unwrap();
        }
    }
}

fn found(store: &Store, sought: &Sought) -> Vec<u64> {
    let page = store.letters(sought, FIRST, ALL, ALL).unwrap();
    assert_eq!(page.next, None);
    page.letters.iter().map(|((_, seq), _)| seq.0).collect()
}

#[tokio::test]
async fn letters_are_found_by_dataflow_reason_time_and_segment() {
    let running = start_on(Box::new(Memory::new())).unwrap();
    let store = &running.store;
    kill(store, &[(2, 1, 1), (1, 1, 1), (1, 2, 2), (2, 3, 2)]).await;
    let mut other = export(live(1), profile(4), 1);
    other.transitions.clear();
    other.memberships[0].segment = SegmentId::new("silver").unwrap();
    store
        .commit(batch(store, vec![OutboxOp::Export(other)]))
        .await
        .unwrap();
    let last = store.claim(live(1), at(0), ALL, ALL).unwrap().remove(0);
    let dead = Outcome::Dead {
        at: at(50),
        reason: DeadReason::Refused,
        answer: String::new(),
        attempts: 1,
    };
    store.settle(settled(last.seq, dead)).await.unwrap();

    let all = Sought::default();
    assert_eq!(found(store, &all), [2, 3, 5, 1, 4], "by dataflow, then by number");
    let one = Sought {
        dataflow: Some(DataflowNo(1)),
        ..all.clone()
    };
    assert_eq!(found(store, &one), [2, 3, 5]);
    let refused = Sought {
        reason: Some(DeadReason::Refused),
        ..all.clone()
    };
    assert_eq!(found(store, &refused), [2, 5, 1]);
    let between = Sought {
        since: Some(at(20)),
        before: Some(at(40)),
        ..all.clone()
    };
    assert_eq!(found(store, &between), [2, 3]);
    let silver = Sought {
        segment: Some(SegmentId::new("silver").unwrap()),
        ..all.clone()
    };
    assert_eq!(found(store, &silver), [5]);
    let gold = Sought {
        segment: Some(SegmentId::new("gold").unwrap()),
        ..one
    };
    assert_eq!(found(store, &gold), [2, 3], "shown or told of");

    let (mut from, mut paged, mut pages) = (Some(FIRST), Vec::new(), 0);
    while let Some(next) = from {
        let page = store.letters(&refused, next, 2, 2).unwrap();
        assert!(page.letters.len() <= 2);
        paged.extend(page.letters.iter().map(|((_, seq), _)| seq.0));
        from = page.next;
        pages += 1;
    }
    assert_eq!(
        (paged, pages),
        (vec![2, 5, 1], 3),
        "no page looks at more than two"
    );
    running.stop().await;
}

#[tokio::test]
async fn a_replay_repeats_id_and_bytes_and_gives_way_to_live() {
    let running = start_on(Box::new(Memory::new())).unwrap();
    let store = &running.store;
    kill(store, &[(1, 1, 1), (1, 2, 1)]).await;
    let letters = vec![(DataflowNo(1), ExportSeq(1)), (DataflowNo(1), ExportSeq(2))];
    let recorded = store.letter(letters[0]).unwrap().unwrap().export;
    let checked = store.replay_check(&letters).unwrap();
    let told = replay(store, &letters).await.unwrap();
    assert_eq!((told.exported, checked.replayed), (2, 2));
    let account = store.account(DataflowNo(1)).unwrap();
    assert!(account.balanced());
    assert_eq!((account.decided, account.pending, account.dead.len()), (2, 2, 0));
    assert_eq!(store.letter(letters[0]).unwrap(), None);
    store
        .commit(batch(store, vec![decide(live(1), profile(2), 2)]))
        .await
        .unwrap();
    let bulk = Lane {
        class: Class::Bulk,
        ..live(1)
    };
    let again = store.claim(bulk, at(0), ALL, ALL).unwrap();
    assert_eq!(again.len(), 1, "the other gave its place to a live one");
    assert_eq!(claim(store, 0), [(2, 2)]);
    let sent = &again[0].export;
    assert_eq!(sent.id(), recorded.id());
    assert_eq!(
        (&sent.attributes, &sent.memberships, &sent.causes, sent.emitted_at),
        (
            &recorded.attributes,
            &recorded.memberships,
            &recorded.causes,
            recorded.emitted_at
        )
    );
    let checked = store.replay_check(&letters).unwrap();
    assert_eq!(checked.refused.get(&Unreplayable::Gone), Some(&2));
    let told = replay(store, &letters).await.unwrap();
    assert_eq!((told.exported, told.left), (0, 2));
    running.stop().await;
}

#[tokio::test]
async fn what_was_overtaken_is_not_sent_again() {
    let running = start_on(Box::new(Memory::new())).unwrap();
    let store = &running.store;
    kill(store, &[(1, 1, 1), (1, 1, 2), (2, 1, 1)]).await;
    let keys: Vec<LetterKey> = [(1, 1), (1, 2), (2, 3)]
        .map(|(flow, seq)| (DataflowNo(flow), ExportSeq(seq)))
        .to_vec();
    let refused = |why, count| Replayed {
        replayed: 0,
        refused: [(why, count)].into(),
    };
    // Newer first: the older one is overtaken while that is pending, and after.
    assert_eq!(replay(store, &keys[1..2]).await.unwrap().exported, 1);
    let overtaken = refused(Unreplayable::Overtaken, 1);
    assert_eq!(store.replay_check(&keys[..1]).unwrap(), overtaken);
    assert_eq!(replay(store, &keys[..1]).await.unwrap().left, 1);
    let bulk = Lane {
        class: Class::Bulk,
        ..live(1)
    };
    let sent = store.claim(bulk, at(0), ALL, ALL).unwrap().remove(0);
    store.settle(settled(sent.seq, Outcome::Delivered)).await.unwrap();
    assert_eq!(store.replay_check(&keys[..1]).unwrap(), overtaken);
    assert_eq!(replay(store, &keys[..1]).await.unwrap().left, 1);
    assert_eq!(
        replay(store, &keys[2..]).await.unwrap().exported,
        1,
        "another dataflow was told nothing newer"
    );
    running.stop().await;
}

#[tokio::test]
async fn an_export_that_expires_while_it_waits_to_be_tried_again_keeps_its_attempts() {
    let running = start_on(Box::new(Memory::new())).unwrap();
    let store = &running.store;
    store
        .commit(batch(store, vec![decide(live(1), profile(1), 1)]))
        .await
        .unwrap();
    let seq = store.claim(live(1), at(0), ALL, ALL).unwrap()[0].seq;
    let again = Outcome::Again {
        due: at(30_000),
        attempts: 2,
        throttled_since: None,
    };
    store.settle(settled(seq, again)).await.unwrap();
    let expired = Outcome::Dead {
        at: at(20_000),
        reason: DeadReason::Expired,
        answer: String::new(),
        attempts: 0,
    };
    store.give_up(DataflowNo(1), vec![seq], expired).await.unwrap();
    let letter = store.letter((DataflowNo(1), seq)).unwrap().unwrap();
    assert_eq!((letter.reason, letter.attempts), (DeadReason::Expired, 2));
    running.stop().await;
}
