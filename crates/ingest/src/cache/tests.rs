use super::{Cache, Entry, PERSON, Taken};
use evaluator::State;
use model::{Profile, ProfileId, RulesVersion};
use std::collections::VecDeque;
use store::Memory;

const ROOM: usize = 100;

/// A cache with room for a hundred profiles, and no other has a profile.
fn cache() -> Cache {
    let (store, _committer) =
        store::open_on(Box::new(Memory::new()), &store::Options::default()).expect("a store");
    Cache::over(store, ROOM * PERSON)
}

fn id(number: u64) -> ProfileId {
    ProfileId::new(1, number)
}

fn bring(cache: &mut Cache, number: u64) {
    let mut entry = Entry::new(State::new(Profile::new(id(number), RulesVersion(1))), None);
    entry.weigh();
    cache.put(Box::new(entry));
}

fn use_again(cache: &mut Cache, number: u64) {
    let Taken::Now(entry) = cache.take(id(number), 0) else {
        panic!("{number} is not here");
    };
    cache.put(entry);
}

#[test]
fn who_is_used_stays_and_who_is_not_goes_first() {
    let mut cache = cache();
    for number in 0..1_000 {
        bring(&mut cache, number);
        cache.shrink();
        for used in 0..10.min(number) {
            use_again(&mut cache, used);
        }
        let oldest = (number + 1).saturating_sub(ROOM as u64);
        assert_eq!(
            cache.len(),
            ROOM.min(number as usize + 1),
            "no more and no fewer than fit"
        );
        assert!(
            number < 20 || (0..10).all(|used| cache.has(id(used))),
            "{number}: who is used is here"
        );
        assert!(
            oldest < 20 || !cache.has(id(oldest - 1)),
            "{number}: who is not has gone in turn"
        );
    }
    assert!(cache.turns.len() <= ROOM, "a turn each");
}

#[test]
fn a_batch_does_not_pay_for_all_that_was_used_before() {
    let mut cache = cache();
    cache.capacity = usize::MAX;
    for number in 0..10_000 {
        bring(&mut cache, number);
    }
    for number in 0..10_000 {
        use_again(&mut cache, number);
    }
    cache.capacity = 10_000 * PERSON;
    bring(&mut cache, 10_000);
    let before: VecDeque<_> = cache.turns.clone();
    cache.shrink();
    let moved = (0..)
        .zip(&cache.turns)
        .find(|(_, turn)| **turn == before[before.len() - 1]);
    assert_eq!(cache.len(), 10_000);
    assert_eq!(
        moved.map(|(at, _)| before.len() - 1 - at),
        Some(super::SPARED + 1)
    );
}

#[test]
fn who_left_and_came_again_waits_for_the_new_turn() {
    let mut cache = cache();
    for number in 0..ROOM as u64 {
        bring(&mut cache, number);
    }
    cache.remove(id(0));
    bring(&mut cache, 0);
    bring(&mut cache, 1_000);
    cache.shrink();
    assert!(cache.has(id(0)), "its first turn was another's");
    assert!(!cache.has(id(1)));
    assert_eq!(cache.turns.len(), ROOM, "a turn each");
}
