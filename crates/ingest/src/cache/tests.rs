use super::entry::PERSON;
use super::{Cache, Entry, Taken};
use evaluator::State;
use model::{DatasetId, Event, Identity, Profile, ProfileId, RulesVersion, Seq, Timestamp};
use std::collections::VecDeque;
use std::sync::Arc;
use store::{Decisions, EventKey, Memory, ProfileDelta};

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

/// Lets profiles go when all there is has been stored.
fn shrink(cache: &mut Cache) {
    cache.begin();
    cache.shrink();
}

#[test]
fn who_is_used_stays_and_who_is_not_goes_first() {
    let mut cache = cache();
    for number in 0..1_000 {
        bring(&mut cache, number);
        shrink(&mut cache);
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
    shrink(&mut cache);
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
    shrink(&mut cache);
    assert!(cache.has(id(0)), "its first turn was another's");
    assert!(!cache.has(id(1)));
    assert_eq!(cache.turns.len(), ROOM, "a turn each");
}

/// What a batch decides that absorbs 1 into 0, and links one name and unlinks another.
fn decisions() -> Arc<Decisions> {
    let absorbed = ProfileDelta {
        id: id(1),
        absorbed_into: Some(id(0)),
        ..ProfileDelta::default()
    };
    Arc::new(Decisions {
        profiles: vec![absorbed],
        identities: vec![(named("x"), Some(id(0))), (named("y"), None)],
        ..Decisions::default()
    })
}

fn named(value: &str) -> Identity {
    Identity {
        namespace: "crm".into(),
        value: value.into(),
    }
}

#[test]
fn nobody_goes_before_the_store_has_them() {
    let mut cache = cache();
    let last = 2 * ROOM as u64;
    for batch in 0..20 {
        cache.begin();
        for number in 0..ROOM as u64 {
            bring(&mut cache, batch * ROOM as u64 + number);
        }
        cache.shrink();
        let of = |batch: u64| batch * ROOM as u64..(batch + 1) * ROOM as u64;
        let here = |numbers: std::ops::Range<u64>| numbers.filter(|number| cache.has(id(*number))).count();
        assert_eq!(here(of(batch)), ROOM, "{batch}: those it decided");
        if batch > 0 {
            assert_eq!(here(of(batch - 1)), ROOM, "{batch}: those on their way");
            cache.arrive();
        }
        assert!(cache.len() as u64 <= last, "{batch}: and nobody else");
        cache.depart(Arc::new(Decisions::default()));
    }
    cache.arrive();
    shrink(&mut cache);
    assert_eq!(cache.len(), ROOM, "when all have arrived the rest may go");
}

#[test]
fn the_store_is_not_believed_where_a_batch_on_its_way_says_otherwise() {
    let mut cache = cache();
    cache.depart(decisions());
    let mut name = String::new();
    let names = [named("x"), named("y"), named("z")];
    let found = cache.lookup(names.iter()).expect("a store");
    assert_eq!(found, [id(0)]);
    let owners: Vec<_> = names
        .iter()
        .map(|name_of| cache.owner(name_of, &mut name))
        .collect();
    assert_eq!(owners, [Some(id(0)), None, None]);
    let at = Timestamp::from_millis(7);
    assert!(!cache.is_due(id(1), at), "who is absorbed is not due any more");
    let mut entry = Entry::new(State::new(Profile::new(id(2), RulesVersion(1))), Some(at));
    entry.weigh();
    cache.put(Box::new(entry));
    assert!(cache.is_due(id(2), at));
    assert!(
        !cache.is_due(id(2), Timestamp::from_millis(6)),
        "its timer has moved"
    );
    assert!(cache.is_due(id(3), at), "of others the store knows best");
}

#[test]
fn a_change_weighs_what_it_brings() {
    let event = |seq: i64, bytes: usize| Event {
        owner: id(1),
        dataset: DatasetId::new("d").expect("an id"),
        id: seq.to_string().into(),
        timestamp: Timestamp::from_millis(seq),
        valid_until: None,
        seq: Seq(seq.unsigned_abs()),
        json: "x".repeat(bytes).into(),
    };
    let mut entry = Entry::new(State::new(Profile::new(id(1), RulesVersion(1))), None);
    entry.state.profile.events = (0..10).map(|seq| event(seq, 100)).collect();
    entry.weigh();
    let came: Vec<Event> = (10..13).map(|seq| event(seq, 500)).collect();
    entry.state.profile.events.extend(came.clone());
    drop(entry.state.profile.events.drain(..2));
    let forgotten = vec![EventKey::of(&event(0, 100)), EventKey::of(&event(1, 100))];
    entry.weigh_change(&ProfileDelta {
        events: came,
        forgotten,
        ..ProfileDelta::default()
    });
    let changed = entry.weighed;
    entry.weigh();
    assert_eq!(changed, entry.weighed);
    // A join brings events that are not new to the store.
    entry
        .state
        .profile
        .events
        .extend((20..25).map(|seq| event(seq, 9_000)));
    entry.weigh_change(&ProfileDelta::default());
    let joined = entry.weighed;
    entry.weigh();
    assert_eq!(joined, entry.weighed);
    assert!(joined > changed + 45_000);
}
