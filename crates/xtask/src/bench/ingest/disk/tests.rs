use super::bytes;

#[test]
fn what_is_allocated_is_counted_in_all_folders() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("in")).unwrap();
    std::fs::write(folder.path().join("in/a"), vec![1; 100_000]).unwrap();
    std::fs::write(folder.path().join("b"), vec![1; 50_000]).unwrap();
    // Holes are not.
    let file = std::fs::File::create(folder.path().join("hole")).unwrap();
    file.set_len(1 << 30).unwrap();
    let found = bytes(folder.path()).unwrap();
    assert!((150_000..1 << 20).contains(&found), "{found}");
}
