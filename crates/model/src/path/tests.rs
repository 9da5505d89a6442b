use super::{Path, PathBuf};
use proptest::prelude::*;

/// Keys that are mostly the characters that stand for others, and few, so that paths meet.
fn keys() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec("[\u{0}-\u{3}a.é]{0,3}", 0..4)
}

proptest! {
    #[test]
    fn keys_come_back(keys in keys()) {
        let path = Path::new(&keys);
        prop_assert_eq!(path.keys().collect::<Vec<_>>(), keys.clone());
        prop_assert_eq!(path.keys().rev().collect::<Vec<_>>(), keys.iter().rev().cloned().collect::<Vec<_>>());
        prop_assert_eq!(path.depth(), keys.len());
        prop_assert_eq!(path.to_string(), keys.join("."));
        prop_assert_eq!(format!("{path:?}"), format!("{keys:?}"));
        let above = keys.split_last().map(|(_, above)| Path::new(above));
        prop_assert_eq!(path.parent(), above);
    }

    #[test]
    fn paths_compare_as_their_keys(one in keys(), other in keys()) {
        let (path, beside) = (Path::new(&one), Path::new(&other));
        prop_assert_eq!(path.cmp(&beside), one.cmp(&other));
        prop_assert_eq!(path.covers(&beside), other.starts_with(&one));
        prop_assert_eq!(path.touches(&beside), other.starts_with(&one) || one.starts_with(&other));
    }

    #[test]
    fn a_child_is_below(keys in keys(), key in "[\u{0}-\u{2}a]{0,30}") {
        let child = Path::new(&keys).child(&key);
        prop_assert_eq!(child.keys().collect::<Vec<_>>(), [keys.clone(), vec![key.clone()]].concat());
        let mut path = PathBuf::default();
        let ways: Vec<usize> = keys.iter().map(|key| path.push(key)).collect();
        let above = path.push(&key);
        prop_assert_eq!(path.path(), child);
        path.back(above);
        prop_assert_eq!(path.path(), Path::new(&keys));
        path.back(ways.first().copied().unwrap_or(0));
        prop_assert_eq!(path.path(), Path::default());
    }

    #[test]
    fn stored_as_the_list_of_its_keys(keys in keys()) {
        let path = Path::new(&keys);
        let bytes = postcard::to_stdvec(&path).expect("it can be written");
        prop_assert_eq!(&bytes, &postcard::to_stdvec(&keys).expect("it can be written"));
        prop_assert_eq!(&postcard::from_bytes::<Path>(&bytes).expect("it can be read"), &path);
        let json = serde_json::to_value(&path).expect("it can be written");
        prop_assert_eq!(&json, &serde_json::json!(keys));
        prop_assert_eq!(serde_json::from_value::<Path>(json).expect("it can be read"), path);
    }
}

#[test]
fn dots_part_keys_that_are_not_empty() {
    let path = Path::parse("person.name").expect("it is a path");
    assert_eq!(path, Path::new(["person", "name"]));
    for text in ["", ".", "a.", ".a", "a..b"] {
        assert_eq!(Path::parse(text), None, "{text:?}");
    }
}
