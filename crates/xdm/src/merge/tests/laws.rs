//! The laws of merging, against a literal reading of RFC 7396 and of what counts as written.

use super::super::again::write_again;
use super::super::effect::effect;
use super::super::prune::prune;
use super::super::{merge, place};
use super::{dataset, primary, record, stamp};
use crate::unite::rows;
use crate::{Changed, Value, apply, show, shown, unite, united_value};
use model::{Fragment, Leaf, Leaves, Patch, Path, ProfileId, Written};
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A record: its attributes and the fragment it belongs to. Its time is its place in the list of all.
type Write = (Json, usize);

/// Records over few keys, so that they meet often.
fn writes() -> impl Strategy<Value = Vec<Write>> {
    let leaf = prop_oneof![
        3 => (0..9_i64).prop_map(Json::from),
        2 => Just(Json::Null),
        1 => Just(serde_json::json!([1, {"a": null}])),
        1 => Just(serde_json::json!({})),
    ];
    let member = leaf.prop_recursive(3, 8, 3, |inner| object(inner).boxed());
    prop::collection::vec((object(member), 0..3_usize), 1..8)
}

fn object(member: impl Strategy<Value = Json>) -> impl Strategy<Value = Json> {
    let members = prop::collection::btree_map("[abc]", member, 0..4);
    members.prop_map(|members| Json::Object(members.into_iter().collect()))
}

/// Writes in one order of many: repeatedly takes one of those left.
fn shuffled(count: usize, picks: &[Index]) -> Vec<usize> {
    let mut left: Vec<usize> = (0..count).collect();
    picks
        .iter()
        .take(count)
        .map(|pick| left.remove(pick.index(left.len())))
        .collect()
}

fn apply_all(writes: &[Write], order: &[usize]) -> Vec<Fragment> {
    let mut fragments = Vec::new();
    for &at in order {
        let (attributes, fragment) = &writes[at];
        let key = (&dataset(*fragment), &primary());
        apply(
            &mut fragments,
            &record(&attributes.to_string()),
            key,
            ProfileId::new(0, 1),
            stamp(at as i64),
        );
    }
    fragments.sort_by(|a, b| a.dataset.cmp(&b.dataset));
    fragments
}

/// `MergePatch` of RFC 7396, section 2.
fn merge_patch(target: &mut Json, patch: &Json) {
    let Json::Object(patch) = patch else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = Json::Object(serde_json::Map::new());
    }
    let target = target.as_object_mut().expect("it was made one");
    for (name, value) in patch {
        if value.is_null() {
            target.remove(name);
        } else {
            merge_patch(target.entry(name).or_insert(Json::Null), value);
        }
    }
}

/// All that is no object, by path.
fn leaves(json: &Json, path: &Path, found: &mut BTreeMap<Path, String>) {
    match json {
        Json::Object(members) => members
            .iter()
            .for_each(|(key, json)| leaves(json, &path.child(key), found)),
        leaf => drop(found.insert(path.clone(), leaf.to_string())),
    }
}

fn by_rfc_7396(writes: &[Write]) -> BTreeMap<Path, String> {
    let mut target = Json::Object(serde_json::Map::new());
    for (attributes, _) in writes {
        merge_patch(&mut target, attributes);
    }
    let mut found = BTreeMap::new();
    leaves(&target, &Path::default(), &mut found);
    found
}

/// Whether what the record of time `at` writes at a path loses to a record of a later time among `others`.
fn loses((path, written): (&Path, Written<'_>), at: usize, others: &[(usize, Arc<Patch>)]) -> bool {
    let later = others
        .iter()
        .filter(|(time, _)| *time > at)
        .flat_map(|(_, patch)| patch.iter());
    later.into_iter().any(|(other, by)| match by {
        Written::Object => other == path && written != Written::Null,
        Written::Value(_) | Written::Null => other.covers(path),
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.max(2_000), ..ProptestConfig::default() })]

    #[test]
    fn any_order_in_any_fragments_is_merge_patch_in_order_of_time(
        writes in writes(),
        picks in prop::collection::vec(any::<Index>(), 8),
    ) {
        let attributes = unite(&apply_all(&writes, &shuffled(writes.len(), &picks)));
        prop_assert_eq!(&attributes.leaves, &by_rfc_7396(&writes));
        for (path, json) in &attributes.leaves {
            let value = Value::parse(json).expect("it is JSON");
            prop_assert_eq!(attributes.value.get(&path.keys().collect::<Vec<_>>()), Some(&value));
        }
    }

    #[test]
    fn any_order_leaves_the_same_fragments(
        writes in writes(),
        picks in prop::collection::vec(any::<Index>(), 8),
    ) {
        let in_order: Vec<usize> = (0..writes.len()).collect();
        let expected = apply_all(&writes, &in_order);
        let fragments = apply_all(&writes, &shuffled(writes.len(), &picks));
        prop_assert_eq!(&fragments, &expected);
        for fragment in &fragments {
            prop_assert!(fragment.leaves.iter().is_sorted_by(|a, b| a.path < b.path));
            // However it is kept, it is the same.
            let each = fragment.leaves.clone().each_mut().clone();
            prop_assert!(each.iter().map(Leaf::known).eq(fragment.leaves.iter()));
            prop_assert_eq!(&Leaves::from(each), &fragment.leaves);
        }
    }

    #[test]
    fn the_order_of_fragments_does_not_matter(writes in writes()) {
        let in_order: Vec<usize> = (0..writes.len()).collect();
        let mut fragments = apply_all(&writes, &in_order);
        let expected = unite(&fragments);
        fragments.reverse();
        prop_assert_eq!(unite(&fragments), expected);
    }

    #[test]
    fn written_is_what_did_not_lose_and_covers_every_change(
        writes in writes(),
        picks in prop::collection::vec(any::<Index>(), 8),
    ) {
        let mut fragments = Vec::new();
        let mut before: Vec<(usize, Arc<Patch>)> = Vec::new();
        for at in shuffled(writes.len(), &picks) {
            let (attributes, fragment) = &writes[at];
            let record = record(&attributes.to_string());
            let old = unite(&fragments).leaves;
            let key = (&dataset(*fragment), &primary());
            let written = apply(&mut fragments, &record, key, ProfileId::new(0, 1), stamp(at as i64)).written;
            let written: Vec<&Path> = written.iter().collect();
            let new = unite(&fragments).leaves;
            prop_assert!(written.is_sorted_by(|a, b| a < b), "{:?}", written);

            for (path, write) in record.patch.iter().filter(|(_, write)| *write != Written::Object) {
                let lost = loses((path, write), at, &before);
                prop_assert_eq!(written.contains(&path), !lost, "{} at {}", path, at);
            }
            for path in &written {
                let leaf = record.patch.iter().find(|(written, _)| written == path);
                let is_leaf = leaf.is_some_and(|(_, write)| write != Written::Object);
                // What is not a leaf of the patch is a leaf of the profile that it removed.
                prop_assert!(is_leaf || old.contains_key(*path) && !new.contains_key(*path), "{}", path);
            }
            let changed = |path: &&Path| old.get(*path) != new.get(*path);
            for path in old.keys().chain(new.keys()).filter(changed) {
                prop_assert!(written.iter().any(|written| written.touches(path)), "{} changed", path);
            }
            before.push((at, record.patch));
        }
    }

    // Two people with fragments of their own, who become one after some of the records; then the others. What shows is
    // brought up by each record, and said anew by the join. Few fragments, so that most records find theirs alone.
    #[test]
    fn what_a_record_brings_up_is_what_is_united_anew(
        writes in writes(),
        picks in prop::collection::vec(any::<Index>(), 8),
        fragments in 1..4_usize,
        joined_at in 0..10_usize,
    ) {
        let mut people = [0, 1].map(|_| (Vec::new(), unite(&[]).value));
        for (count, at) in shuffled(writes.len(), &picks).into_iter().enumerate() {
            if count == joined_at {
                let mut theirs = std::mem::take(&mut people[1].0);
                people[0].0.append(&mut theirs);
                people[0].1 = united_value(&people[0].0);
            }
            let (attributes, of) = &writes[at];
            let person = if count < joined_at { at % 2 } else { 0 };
            let (fragments, shown) = (of % fragments, &mut people[person]);
            let (dataset, person) = (dataset(fragments), primary());
            let old = unite(&shown.0).leaves;
            let record = record(&attributes.to_string());
            let applied = apply(
                &mut shown.0, &record, (&dataset, &person), ProfileId::new(0, 1), stamp(at as i64),
            );
            show(&mut shown.1, &applied.changed);
            let new = unite(&shown.0);
            prop_assert_eq!(&shown.1, &new.value);
            let all: BTreeSet<&Path> = old.keys().chain(new.leaves.keys()).collect();
            let differ = all.into_iter().filter(|path| old.get(path) != new.leaves.get(path));
            let differ = differ.map(|path| Changed { path: path.clone(), json: new.leaves.get(path).map(String::as_str) });
            prop_assert_eq!(&applied.changed, &differ.collect::<Vec<_>>());
        }
    }

    #[test]
    fn what_shows_below_a_path_is_a_part_of_all_that_shows(
        writes in writes(),
        keys in prop::collection::vec("[abc]", 0..4),
    ) {
        let in_order: Vec<usize> = (0..writes.len()).collect();
        let fragments = apply_all(&writes, &in_order);
        let path = Path::new(&keys);
        let all = unite(&fragments).leaves;
        let below = all.iter().filter(|(leaf, _)| path.covers(leaf)).map(|(leaf, json)| (leaf, json.as_str()));
        prop_assert_eq!(shown(&fragments, &path), below.collect::<Vec<_>>());
    }

    // One record over and over with other values, or with a part of its members only: by the short way, which it takes,
    // and by the long one. What says all again is kept as it is.
    #[test]
    fn a_record_that_says_its_fragment_again_needs_no_long_way(
        attributes in object((0..3_i64).prop_map(Json::from).boxed().prop_recursive(3, 8, 3, |inner| object(inner).boxed())),
        values in prop::collection::vec((0..3_i64, prop::option::of(any::<Index>())), 1..6),
    ) {
        let (mut short, mut long) = (Vec::new(), Vec::new());
        for (at, (value, part)) in values.into_iter().enumerate() {
            let mut attributes = attributes.clone();
            let members = attributes.as_object_mut().expect("it is one");
            let part = part.filter(|_| at > 0 && !members.is_empty());
            if let Some(part) = part {
                let only = part.index(members.len());
                let mut place = 0..;
                members.retain(|_, _| place.next() == Some(only));
            }
            let record = record(&attributes.to_string().replace('1', &value.to_string()));
            let applied = {
                let key = (&dataset(0), &primary());
                apply(&mut short, &record, key, ProfileId::new(0, 7), stamp(at as i64 + 1))
            };
            let effect = effect(&rows(&long, &Path::default()), &record.patch, stamp(at as i64 + 1));
            prop_assert_eq!(&applied.written, &effect.written);
            prop_assert_eq!(&applied.changed, &effect.changed);
            let place = place(&mut long, (&dataset(0), &primary()), ProfileId::new(0, 7));
            merge(long[place].leaves.each_mut(), &record.patch, stamp(at as i64 + 1));
            prune(long[place].leaves.each_mut());
            prop_assert_eq!(&short, &long);
            prop_assert!(part.is_some() || matches!(short[0].leaves, Leaves::Whole(..)));
            let again = write_again(&mut short.clone()[0].leaves, &record.patch, stamp(9));
            prop_assert!(again.is_some(), "it takes the short way");
        }
    }
}
