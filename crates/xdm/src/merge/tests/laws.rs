//! The laws of merging, against a literal reading of RFC 7396 and of what counts as written.

use super::{dataset, primary, record, stamp};
use crate::{Value, apply, unite};
use model::{Fragment, PatchLeaf, Path, ProfileId, Written};
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::Value as Json;
use std::collections::BTreeMap;

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

/// Whether `leaf` of the record of time `at` loses to a record of a later time among `others`.
fn loses(leaf: &PatchLeaf, at: usize, others: &[(usize, Vec<PatchLeaf>)]) -> bool {
    let later = others
        .iter()
        .filter(|(time, _)| *time > at)
        .flat_map(|(_, patch)| patch);
    later.into_iter().any(|other| match other.written {
        Written::Object => other.path == leaf.path && leaf.written != Written::Null,
        Written::Value(_) | Written::Null => other.path.covers(&leaf.path),
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
            prop_assert!(fragment.leaves.is_sorted_by(|a, b| a.path < b.path));
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
        let mut before: Vec<(usize, Vec<PatchLeaf>)> = Vec::new();
        for at in shuffled(writes.len(), &picks) {
            let (attributes, fragment) = &writes[at];
            let record = record(&attributes.to_string());
            let old = unite(&fragments).leaves;
            let key = (&dataset(*fragment), &primary());
            let written = apply(&mut fragments, &record, key, ProfileId::new(0, 1), stamp(at as i64)).written;
            let new = unite(&fragments).leaves;
            prop_assert!(written.is_sorted_by(|a, b| a < b), "{:?}", written);

            for leaf in record.patch.iter().filter(|leaf| leaf.written != Written::Object) {
                let lost = loses(leaf, at, &before);
                prop_assert_eq!(written.contains(&leaf.path), !lost, "{} at {}", leaf.path, at);
            }
            for path in &written {
                let leaf = record.patch.iter().find(|leaf| leaf.path == *path);
                let is_leaf = leaf.is_some_and(|leaf| leaf.written != Written::Object);
                // What is not a leaf of the patch is a leaf of the profile that it removed.
                prop_assert!(is_leaf || old.contains_key(path) && !new.contains_key(path), "{}", path);
            }
            let changed = |path: &&Path| old.get(*path) != new.get(*path);
            for path in old.keys().chain(new.keys()).filter(changed) {
                prop_assert!(written.iter().any(|written| written.touches(path)), "{} changed", path);
            }
            before.push((at, record.patch));
        }
    }
}
