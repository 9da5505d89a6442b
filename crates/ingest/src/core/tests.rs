//! Batches over the memory engine.

mod ahead;
mod costs;
mod threads;

use super::Core;
use crate::Crew;
use crate::input::{Answer, Input, Item, Posted, What};
use evaluator::Rules;
use model::{
    DatasetId, Definitions, Identity, InletId, Profile, ProfileId, RulesVersion, SegmentDefinition,
    SegmentId, SegmentNo, SegmentState, Timestamp,
};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use store::{Batch as Rows, Engine, Memory, Store};
use tokio_util::sync::CancellationToken;

fn definitions() -> Definitions {
    let segment = |no, id: &str, expression: &str| SegmentDefinition {
        id: SegmentId::new(id).expect("an id"),
        no: SegmentNo(no),
        name: id.to_owned(),
        expression: expression.to_owned(),
        time_zone: model::ZoneName::default(),
        exclude_opt_out: true,
        state: SegmentState::Published,
        changed_in: RulesVersion(1),
        created: Timestamp::MIN,
        updated: Timestamp::MIN,
    };
    let segments = vec![
        segment(0, "korea", r#"country = "KR""#),
        segment(1, "seen", "xEvent[eventType = \"view\"].count() >= 2"),
    ];
    Definitions {
        version: RulesVersion(1),
        segments,
        ..Definitions::default()
    }
}

fn start() -> (Core, Store, tokio::task::JoinHandle<()>) {
    start_on(&Memory::new())
}

fn start_with(crew: Crew) -> (Core, Store, tokio::task::JoinHandle<()>) {
    start_with_on(crew, &Memory::new())
}

fn start_on(memory: &Memory) -> (Core, Store, tokio::task::JoinHandle<()>) {
    start_with_on(Crew::alone(), memory)
}

fn start_with_on(crew: Crew, memory: &Memory) -> (Core, Store, tokio::task::JoinHandle<()>) {
    let (store, committer) =
        store::open_on(Box::new(memory.clone()), &store::Options::default()).expect("a store");
    let rules = Rules::compile(&definitions()).expect("good rules");
    let core = Core::new(store.clone(), Arc::new(rules), 1000, crew);
    let running = tokio::task::spawn_local(committer.run(CancellationToken::new()));
    (core, store, running)
}

fn input(now: i64, json: &str) -> Input {
    let message =
        xdm::parse_entity(json.as_bytes(), &DatasetId::new("d").expect("an id")).expect("a good entity");
    let posted = Posted {
        inlet: InletId::new("i").expect("an id"),
        message,
        raw: json.as_bytes().to_vec().into(),
    };
    Input {
        now: Timestamp::from_millis(now),
        what: What::Item(Item::Posted(posted)),
    }
}

/// All profiles of a store.
fn profiles(store: &Store) -> Vec<Profile> {
    let all = store
        .profiles_from(ProfileId::default(), usize::MAX)
        .expect("read");
    let ids: Vec<ProfileId> = all.into_iter().map(|(id, _)| id).collect();
    store.load(&ids).expect("read").into_iter().flatten().collect()
}

/// What a store knows of everybody, with nothing in it that depends on the order of arrival of equal inputs.
type People = BTreeSet<(
    BTreeSet<Identity>,
    BTreeMap<String, String>,
    BTreeSet<String>,
    Vec<String>,
)>;

async fn people(core: &mut Core, store: &Store, batches: Vec<Vec<Input>>) -> People {
    for batch in batches {
        let batch = core.decide(batch).expect("decided");
        store.commit(batch.decisions).await.expect("committed");
    }
    profiles(store)
        .into_iter()
        .map(|profile| {
            let names = profile
                .identities
                .iter()
                .map(|link| link.identity.clone())
                .collect();
            let leaves = xdm::unite(&profile.fragments).leaves.into_iter();
            let events = profile.events.iter().map(|event| event.id.to_string()).collect();
            let realized = profile
                .hot
                .memberships
                .iter()
                .filter(|m| m.status == model::Status::Realized);
            let segments = realized.map(|m| m.segment.to_string()).collect();
            (
                names,
                leaves.map(|(path, json)| (path.to_string(), json)).collect(),
                events,
                segments,
            )
        })
        .collect()
}

/// A message of one of four people under some of their three names, with a time of its own.
fn message(time: usize, (person, names, value, event): (u8, u8, u8, bool)) -> String {
    let named: Vec<String> = ["email", "crm", "ecid"]
        .iter()
        .enumerate()
        .filter(|(bit, _)| (names | 1 << (time % 3)) >> bit & 1 == 1)
        .map(|(_, namespace)| format!(r#""{namespace}":[{{"id":"{person}"}}]"#))
        .collect();
    let names = named.join(",");
    let at = Timestamp::from_millis(1_000_000 + time as i64 * 1000);
    if event {
        format!(r#"{{"identityMap":{{{names}}},"_id":"{time}","timestamp":"{at}","eventType":"view"}}"#)
    } else {
        let body = [
            r#""country":"KR""#,
            r#""country":null"#,
            r#""a":{"b":1}"#,
            r#""a":2"#,
            r#""a":null"#,
        ][usize::from(value) % 5];
        format!(r#"{{"identityMap":{{{names}}},{body},"extSourceSystemAudit":{{"lastUpdatedDate":"{at}"}}}}"#)
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    /// Distinct times, any order of arrival: the same people, whatever their numbers.
    #[test]
    fn any_order_of_arrival_gives_the_same_people(
        messages in prop::collection::vec((0..4u8, 0..8u8, 0..5u8, any::<bool>()), 1..12),
        order in prop::collection::vec(any::<u32>(), 12),
        cut in 1..12usize,
    ) {
        let texts: Vec<String> = messages.iter().enumerate().map(|(time, m)| message(time, *m)).collect();
        let mut shuffled: Vec<(u32, &String)> = order.into_iter().zip(&texts).collect();
        shuffled.sort_unstable();
        let now = 2_000_000;
        let one_by_one = texts.iter().map(|text| vec![input(now, text)]).collect();
        let inputs: Vec<&String> = shuffled.into_iter().map(|(_, text)| text).collect();
        let in_batches = inputs.chunks(cut).map(|chunk| chunk.iter().map(|text| input(now, text)).collect()).collect();
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let (first, second) = tokio::task::LocalSet::new().block_on(&runtime, async {
            let (mut core, store, _running) = start();
            let first = people(&mut core, &store, one_by_one).await;
            let (mut core, store, _running) = start();
            (first, people(&mut core, &store, in_batches).await)
        });
        prop_assert_eq!(first, second);
    }
}

fn local<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    tokio::task::LocalSet::new().block_on(&runtime, work)
}

#[test]
fn a_panic_costs_only_the_input_that_caused_it() {
    local(async {
        let (mut core, store, _running) = start();
        let record = |name: &str, now| {
            input(
                now,
                &format!(r#"{{"identityMap":{{"crm":[{{"id":"{name}"}}]}},"country":"KR"}}"#),
            )
        };
        let batch = core
            .decide(vec![record("good", 1000), record("bad", 1000)])
            .expect("decided");
        let bad = batch.created[1].0;
        store.commit(batch.decisions).await.expect("committed");

        core.trap = Some(Arc::new(move |id, _| id == bad));
        let batch = core
            .decide(vec![
                record("good", 2000),
                record("bad", 2000),
                record("good", 2000),
            ])
            .expect("decided");
        let failed =
            Answer::Failed("evaluating this message failed inside Weir: trap of the test".to_owned());
        assert_eq!(batch.answers, [Answer::Accepted, failed, Answer::Accepted]);
        assert_eq!(batch.decisions.dead_messages.len(), 1);
        assert_eq!(batch.decisions.dead_messages[0].code, "evaluation_failed");
        assert!(
            !batch.decisions.dead_messages[0].body.is_empty(),
            "kept as it was received"
        );
        assert_eq!(batch.steps, 2);
        store.commit(batch.decisions).await.expect("committed");

        let tick = Input {
            now: Timestamp::from_millis(3000),
            what: What::Tick(bad, Timestamp::from_millis(3000)),
        };
        let batch = core.decide(vec![tick]).expect("decided");
        let due = batch.decisions.profiles[0]
            .hot
            .as_ref()
            .and_then(|hot| hot.next_due);
        assert_eq!(
            due,
            Some(Timestamp::from_millis(3_603_000)),
            "left alone for an hour, not a hot loop"
        );
    });
}

/// What is linked in the same batch counts before it is done, also through a join.
#[test]
fn the_cap_is_the_same_in_one_batch_as_in_many() {
    let named = |n: usize| {
        format!(
            r#"{{"identityMap":{{"crm":[{{"id":"{}"}}],"ecid":[{{"id":"{n}"}}]}}}}"#,
            n % 2
        )
    };
    let mut texts: Vec<String> = (0..60).map(named).collect();
    texts.push(r#"{"identityMap":{"crm":[{"id":"0"},{"id":"1"}]}}"#.to_owned());
    texts.extend((60..70).map(named));
    let held = |cut: usize| {
        local(async {
            let (mut core, store, _running) = start();
            let batch = |chunk: &[String]| chunk.iter().map(|text| input(1000, text)).collect();
            for inputs in texts.chunks(cut).map(batch) {
                let batch = core.decide(inputs).expect("decided");
                store.commit(batch.decisions).await.expect("committed");
            }
            let id = store
                .survivor(model::ProfileId::new(core.count.incarnation, 1))
                .expect("read");
            let profiles = store.load(&[id.expect("somebody")]).expect("read");
            let profile = profiles.into_iter().flatten().next().expect("somebody");
            assert_eq!((profile.identities.len(), profile.hot.evicted), (50, 17));
            profile.identities
        })
    };
    let one_by_one = held(1);
    for cut in [7, 30, 61, 71] {
        assert_eq!(held(cut), one_by_one, "in batches of {cut}");
    }
}

#[test]
fn the_oldest_identity_gives_way_at_the_cap_and_alone_starts_anew() {
    local(async {
        let (mut core, store, _running) = start();
        for n in 0..51 {
            let text = format!(r#"{{"identityMap":{{"crm":[{{"id":"stays"}}],"ecid":[{{"id":"{n}"}}]}}}}"#);
            let batch = core.decide(vec![input(1000 + n, &text)]).expect("decided");
            store.commit(batch.decisions).await.expect("committed");
        }
        let identity = |namespace: &str, value: &str| Identity {
            namespace: namespace.into(),
            value: value.into(),
        };
        let owners = store.profiles_of(&[
            identity("crm", "stays"),
            identity("ecid", "0"),
            identity("ecid", "1"),
            identity("ecid", "50"),
        ]);
        let owners = owners.expect("read");
        // `stays` is as old as `ecid 0`, but the message names it; of 52 names two give way.
        assert_eq!(owners, [owners[0], None, None, owners[0]]);
        let profile = store
            .load(&[owners[0].expect("a profile")])
            .expect("read")
            .remove(0)
            .expect("a profile");
        assert_eq!((profile.identities.len(), profile.hot.evicted), (50, 2));
        let batch = core
            .decide(vec![input(9000, r#"{"identityMap":{"ecid":[{"id":"0"}]}}"#)])
            .expect("decided");
        assert_eq!(batch.created.len(), 1, "a new profile");
    });
}

#[test]
fn a_duplicate_event_changes_nothing_not_even_links() {
    local(async {
        let (mut core, store, _running) = start();
        let event = |names: &str| {
            input(
                5000,
                &format!(
                    r#"{{"identityMap":{{{names}}},"_id":"1","timestamp":"1970-01-01T00:00:01Z","eventType":"view"}}"#
                ),
            )
        };
        let first = event(r#""crm":[{"id":"1"}]"#);
        let again = event(r#""crm":[{"id":"1"}],"email":[{"id":"a@b.test"}]"#);
        let batch = core.decide(vec![first, again]).expect("decided");
        assert_eq!(batch.answers, [Answer::Accepted, Answer::Duplicate]);
        store.commit(batch.decisions).await.expect("committed");
        let email = Identity {
            namespace: "email".into(),
            value: "a@b.test".into(),
        };
        assert_eq!(store.profiles_of(&[email]).expect("read"), [None]);
    });
}

#[test]
fn a_row_that_cannot_be_read_costs_only_the_inputs_that_need_it() {
    local(async {
        let memory = Memory::new();
        let (mut core, store, _running) = start_on(&memory);
        let record = |name: &str, now| {
            input(
                now,
                &format!(r#"{{"identityMap":{{"crm":[{{"id":"{name}"}}]}},"country":"KR"}}"#),
            )
        };
        let batch = core
            .decide(vec![record("good", 1000), record("bad", 1000)])
            .expect("decided");
        let bad = batch.created[1].0;
        store.commit(batch.decisions).await.expect("committed");

        let mut rows = Rows::default();
        rows.put([&b"P"[..], &bad.to_bits().to_be_bytes()].concat(), vec![0xff]);
        memory.commit(rows).expect("damaged");
        core.reset();
        let tick = Input {
            now: Timestamp::from_millis(2000),
            what: What::Tick(bad, Timestamp::from_millis(2000)),
        };
        let batch = core
            .decide(vec![
                record("good", 2000),
                record("bad", 2000),
                tick,
                record("good", 2000),
            ])
            .expect("decided");
        let [Answer::Accepted, Answer::Failed(why), Answer::Accepted] = &batch.answers[..] else {
            panic!("{:?}", batch.answers)
        };
        assert!(why.contains("profiles"), "{why}");
        assert_eq!(batch.decisions.dead_messages.len(), 1);
        let timers: Vec<_> = batch
            .decisions
            .profiles
            .iter()
            .filter(|row| row.id == bad)
            .map(|row| (row.old_due, row.hot.is_some()))
            .collect();
        assert_eq!(
            timers,
            [(Some(Timestamp::from_millis(2000)), false)],
            "its timer row goes"
        );
        store.commit(batch.decisions).await.expect("committed");
    });
}
