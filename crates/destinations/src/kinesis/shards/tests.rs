use super::{Map, number};

/// Two shards of even size, as `CreateStream` makes them.
fn halves() -> Map {
    Map(vec![(0, 0), (1 << 127, 1)])
}

#[test]
fn a_key_goes_where_its_md5_says() {
    // The MD5 of these begin with c4, ec, 65, 0c and 92: the first bit decides.
    let expected = [("1", 1), ("3", 1), ("11", 0), ("a", 0), ("b", 1)];
    for (key, shard) in expected {
        assert_eq!(halves().shard(key), Some(shard), "{key}");
    }
    assert_eq!(Map::default().shard("1"), None);
}

#[test]
fn numbers_of_shards() {
    assert_eq!(number("shardId-000000000012"), Some(12));
    assert_eq!(number("shardId-"), None);
}
