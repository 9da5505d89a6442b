use super::{Key, SHORT};
use proptest::prelude::*;

/// Keys that have much in common, some longer than fits in place.
fn key() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop::sample::select(vec![0, 1, 0x7f, 0x80, 0xff]);
    let common = prop::sample::select(vec![0, 8, 14, 15, 16, 17, SHORT - 1, SHORT]);
    (common, prop::collection::vec(byte, 0..4)).prop_map(|(common, end)| {
        let mut key = vec![7; common];
        key.extend(end);
        key
    })
}

proptest! {
    #[test]
    fn keys_sort_as_their_bytes_do(one in key(), other in key()) {
        let keys = (Key::from(one.as_slice()), Key::from(other.as_slice()));
        prop_assert_eq!(keys.0.cmp(&keys.1), one.cmp(&other));
        prop_assert_eq!(keys.0 == keys.1, one == other);
    }
}
