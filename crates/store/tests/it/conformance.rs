//! What every engine must do, run over all of them.

use crate::support::{at, batch, event, everything, identity, options, person, places, profile, start_on};
use model::{DataflowNo, ExportSeq, RulesVersion, Timestamp};
use store::{Batch, ProfileDelta, Space};

#[test]
fn rows_are_one_ordered_map() {
    for (name, _folder, place) in places(&options()) {
        let engine = place().open().unwrap();
        let mut first = Batch::default();
        for n in 0..100_u8 {
            first.put(vec![b'P', n], vec![n]);
        }
        engine.commit(first).unwrap();
        engine.catch_up().unwrap();
        let mut second = Batch::default();
        second.delete(vec![b'P', 7]);
        second.put(vec![b'P', 8], b"new".to_vec());
        engine.commit(second).unwrap();

        assert_eq!(engine.get(&[b'P', 7]).unwrap(), None, "{name}");
        assert_eq!(engine.get(&[b'P', 8]).unwrap(), Some(b"new".to_vec()), "{name}");
        let found = engine.multi_get(&[[b'P', 9].into(), [b'P', 200].into()]).unwrap();
        assert_eq!(found, [Some(vec![9]), None], "{name}");
        let keys =
            |rows: Vec<(Vec<u8>, Vec<u8>)>| rows.into_iter().map(|(key, _)| key[1]).collect::<Vec<_>>();
        let range = vec![b'P', 5]..vec![b'P', 12];
        assert_eq!(
            keys(engine.scan(range.clone(), 4, false).unwrap()),
            [5, 6, 8, 9],
            "{name}"
        );
        assert_eq!(
            keys(engine.scan(range, 4, true).unwrap()),
            [11, 10, 9, 8],
            "{name}"
        );
        let backwards = vec![b'P', 12]..vec![b'P', 5];
        assert_eq!(engine.scan(backwards, 4, false).unwrap(), [], "{name}");
    }
}

#[tokio::test]
async fn what_is_committed_is_read_back_and_survives_a_reopen() {
    for (name, _folder, place) in places(&options()) {
        let running = start_on(place()).unwrap();
        let decisions = everything(&running.store);
        running.store.commit(decisions.clone()).await.unwrap();
        let store = &running.store;
        let check = |store: &store::Store| {
            let found = store.profiles_of(&[identity(2), identity(9)]).unwrap();
            assert_eq!(found, [Some(profile(2)), None], "{name}");
            let loaded = store.load(&[profile(3), profile(9)]).unwrap();
            let whole = loaded[0].as_ref().unwrap();
            let delta = person(3, 5_003);
            assert_eq!(Some(&whole.hot), delta.hot.as_ref(), "{name}");
            assert_eq!(Some(&whole.identities), delta.identities.as_ref(), "{name}");
            assert_eq!(whole.fragments, delta.fragments, "{name}");
            let times: Vec<i64> = whole
                .events
                .iter()
                .map(|event| event.timestamp.millis())
                .collect();
            assert_eq!(times, [600, 700], "{name}: events come by time");
            assert!(loaded[1].is_none(), "{name}");
            let due = store.timers_due(at(5_002), 10).unwrap();
            assert_eq!(due, [(at(5_001), profile(1)), (at(5_002), profile(2))], "{name}");
            let walk = store.profiles_from(profile(2), 1).unwrap();
            assert_eq!(walk, [(profile(2), RulesVersion(3))], "{name}");
            assert_eq!(
                store.history(profile(1), 5).unwrap(),
                decisions.transitions[0].1,
                "{name}"
            );
            assert_eq!(
                store.dead_messages(0, 5).unwrap()[0].1,
                decisions.dead_messages[0],
                "{name}"
            );
            assert_eq!(store.message_counters().unwrap(), decisions.messages, "{name}");
            assert!(
                store
                    .has_event(&[profile(9), profile(3)], &decisions.messages[0].0, "e700")
                    .unwrap()
            );
            assert!(
                !store
                    .has_event(&[profile(9)], &decisions.messages[0].0, "e700")
                    .unwrap()
            );
            let account = store.account(DataflowNo(1)).unwrap();
            assert_eq!((account.decided, account.pending), (2, 2), "{name}");
            assert_eq!(store.meta().clock, at(1_000), "{name}");
            assert_eq!(store.meta().next_export, ExportSeq(4), "{name}");
        };
        check(store);
        let stats = store.stats().unwrap();
        running.stop().await;

        let again = start_on(place()).unwrap();
        check(&again.store);
        assert_eq!(again.store.stats().unwrap().spaces, stats.spaces, "{name}");
        let filled = stats.spaces.iter().filter(|(_, space)| space.rows > 0).count();
        let never = [
            Space::Aliases,
            Space::DeadLetters,
            Space::Graves,
            Space::Definitions,
            Space::Jobs,
            Space::Candidates,
            Space::Upgrade,
        ];
        assert_eq!(
            filled,
            Space::ALL.len() - never.len(),
            "{name}: a batch reaches every other key space"
        );
        again.stop().await;
    }
}

#[tokio::test]
async fn a_timer_row_follows_the_next_due() {
    for (name, _folder, place) in places(&options()) {
        let running = start_on(place()).unwrap();
        let store = &running.store;
        store.commit(everything(store)).await.unwrap();
        let mut moved = person(1, 9_000);
        moved.old_due = Some(at(5_001));
        let mut same = person(2, 5_002);
        same.old_due = Some(at(5_002));
        let mut ended = person(3, 0);
        ended.old_due = Some(at(5_003));
        ended.hot.as_mut().unwrap().next_due = None;
        let mut next = batch(store, Vec::new());
        next.profiles = vec![moved, same, ended];
        store.commit(next).await.unwrap();
        let due = store.timers_due(Timestamp::MAX, 10).unwrap();
        assert_eq!(due, [(at(5_002), profile(2)), (at(9_000), profile(1))], "{name}");
        running.stop().await;
    }
}

#[tokio::test]
async fn a_join_leaves_an_alias_and_moves_nothing() {
    for (name, _folder, place) in places(&options()) {
        let running = start_on(place()).unwrap();
        let store = &running.store;
        store.commit(everything(store)).await.unwrap();
        // 2 is absorbed into 1, later 1 is found to be nobody's survivor of 3: 3 into 1 as well.
        for (absorbed, all) in [(2, vec![2]), (3, vec![2, 3])] {
            let mut survivor = person(1, 5_001);
            survivor.hot.as_mut().unwrap().absorbed = all.iter().map(|&n| profile(n)).collect();
            survivor.events.clear();
            let gone = ProfileDelta {
                id: profile(absorbed),
                old_due: Some(at(5_000 + absorbed.cast_signed())),
                absorbed_into: Some(profile(1)),
                ..ProfileDelta::default()
            };
            let mut next = batch(store, Vec::new());
            next.profiles = vec![survivor, gone];
            next.identities = vec![(identity(absorbed), Some(profile(1)))];
            store.commit(next).await.unwrap();
        }
        assert_eq!(store.survivor(profile(3)).unwrap(), Some(profile(1)), "{name}");
        assert_eq!(store.survivor(profile(1)).unwrap(), Some(profile(1)), "{name}");
        assert_eq!(store.survivor(profile(9)).unwrap(), None, "{name}");
        let loaded = store.load(&[profile(1), profile(2)]).unwrap();
        let whole = loaded[0].as_ref().unwrap();
        assert_eq!((whole.fragments.len(), whole.events.len()), (3, 6), "{name}");
        assert!(loaded[1].is_none(), "{name}: an absorbed profile is not loaded");
        assert_eq!(
            store.timers_due(Timestamp::MAX, 9).unwrap(),
            [(at(5_001), profile(1))],
            "{name}"
        );
        assert_eq!(store.profiles_from(profile(0), 9).unwrap().len(), 1, "{name}");
        running.stop().await;
    }
}

#[tokio::test]
async fn forgotten_events_are_forgotten_as_duplicates_too() {
    for (name, _folder, place) in places(&options()) {
        let running = start_on(place()).unwrap();
        let store = &running.store;
        store.commit(everything(store)).await.unwrap();
        let old = event(1, 600);
        let mut next = batch(store, Vec::new());
        next.profiles = vec![ProfileDelta {
            id: profile(1),
            forgotten: vec![store::EventKey::of(&old)],
            ..ProfileDelta::default()
        }];
        store.commit(next).await.unwrap();
        let left = store.load(&[profile(1)]).unwrap().remove(0).unwrap();
        assert_eq!(left.events, [event(1, 700)], "{name}");
        assert!(
            !store.has_event(&[profile(1)], &old.dataset, &old.id).unwrap(),
            "{name}"
        );
        running.stop().await;
    }
}

#[test]
fn values_of_any_size_are_kept_replaced_and_deleted() {
    let sizes = [0, 4_096, 4_097, 1 << 20];
    for (name, _folder, place) in places(&options()) {
        for &before in &sizes {
            for after in sizes.iter().copied().map(Some).chain([None]) {
                let engine = place().open().unwrap();
                for (key, size, byte) in [(1, Some(before), 7), (2, Some(70_000), 8), (1, after, 9)] {
                    let mut batch = Batch::default();
                    match size {
                        Some(size) => batch.put(vec![b'B', key], vec![byte; size]),
                        None => batch.delete(vec![b'B', key]),
                    }
                    engine.commit(batch).unwrap();
                    engine.catch_up().unwrap();
                }
                drop(engine);
                let engine = place().open().unwrap();
                let one = after.map(|size| vec![9; size]);
                assert_eq!(
                    engine.get(b"B\x01").unwrap(),
                    one,
                    "{name}: {before} to {after:?}"
                );
                let mut wanted: Vec<_> = one.map(|value| (b"B\x01".to_vec(), value)).into_iter().collect();
                wanted.push((b"B\x02".to_vec(), vec![8; 70_000]));
                assert_eq!(
                    engine.scan(vec![0]..vec![0xff], 9, false).unwrap(),
                    wanted,
                    "{name}"
                );
                wanted.reverse();
                assert_eq!(
                    engine.scan(vec![0]..vec![0xff], 9, true).unwrap(),
                    wanted,
                    "{name}"
                );
            }
        }
    }
}

#[test]
fn rows_of_the_largest_size_stay_in_the_log_however_they_come_and_go() {
    for (name, folder, place) in places(&options()) {
        let engine = place().open().unwrap();
        let key = |number: u16| [&b"E"[..], &number.to_be_bytes()].concat();
        let mut batches = vec![Batch::default()];
        // All at once, then one by one in two directions, then most of them deleted in order, at once and singly.
        (0..500).for_each(|n| batches[0].put(key(n), vec![1; 4_096]));
        for n in (0..300).chain((500..800).rev()) {
            let mut one = Batch::default();
            one.put(key(n), vec![2; 4_096]);
            one.put(key(n + 1_000), vec![2; 50_000]);
            batches.push(one);
        }
        let mut many = Batch::default();
        (0..400).filter(|n| n % 6 > 0).for_each(|n| many.delete(key(n)));
        batches.push(many);
        for n in (400..1_500).filter(|n| n % 6 > 0) {
            let mut one = Batch::default();
            one.delete(key(n));
            batches.push(one);
        }
        for (number, batch) in batches.into_iter().enumerate() {
            engine.commit(batch).unwrap();
            engine.catch_up().unwrap();
            // What sled keeps in files of its own does not come back from a power cut as it was.
            if let Ok(mut files) = std::fs::read_dir(folder.path().join("sled/blobs")) {
                assert!(files.next().is_none(), "{name}: after batch {number}");
            }
        }
        let left = engine.scan(vec![b'E']..vec![b'F'], usize::MAX, false).unwrap();
        let left: Vec<u16> = left
            .iter()
            .map(|(key, _)| u16::from_be_bytes([key[1], key[2]]))
            .collect();
        let kept = (0..800)
            .chain(1_000..1_300)
            .chain(1_500..1_800)
            .filter(|n| n % 6 == 0 || *n >= 1_500);
        assert_eq!(left, kept.collect::<Vec<_>>(), "{name}");
    }
}
