//! What is made is synced, and the folders in which it is made too: on a file system that does not order these by
//! itself, a power cut would else take the names of files whose content is safe.

use crate::common::client::Client;
use crate::common::load::DEFINITIONS;
use crate::common::native;
use crate::common::server::{Server, weir};

#[tokio::test]
async fn what_is_made_is_synced_with_the_folders_that_name_it() {
    let folder = tempfile::tempdir().expect("a folder");
    // As the kernel names it.
    let root = folder.path().canonicalize().expect("a path");
    let data = root.join("weir");
    std::fs::create_dir(&data).expect("a folder");
    let library = native::compile("syncs", &root, true);
    let list = root.join("syncs");
    let environment = [
        ("LD_PRELOAD", library.to_str().expect("text")),
        ("LIST_SYNCS_IN", list.to_str().expect("text")),
    ];
    let server = Server::start_with(&data, &[], &environment).await;
    server.apply(DEFINITIONS);
    let client = Client::of(&server);
    let record = r#"{"identityMap":{"crm":[{"id":"1"}]},"number":1}"#.to_owned();
    assert_eq!(client.post_lines("shop", &[record]).await, Some(vec![true]));
    client.drained("flow").await;
    assert!(server.stop());
    let saved = root.join("saved");
    std::fs::create_dir(&saved).expect("a folder");
    let done = weir()
        .args(["store", "export", "--data"])
        .arg(&data)
        .arg(saved.join("copy.weir"))
        .envs(environment)
        .output();
    assert!(done.expect("weir runs").status.success());

    let listed = std::fs::read_to_string(&list).expect("a list");
    let synced: Vec<&str> = listed
        .lines()
        .map(|path| path.strip_prefix(root.to_str().expect("text")).unwrap_or(path))
        .collect();
    let at = |what: &str| {
        let found = synced.iter().position(|path| *path == what);
        found.unwrap_or_else(|| panic!("{what} was never synced:\n{}", synced.join("\n")))
    };
    // The store is made aside, whole and durable, before it gets its name.
    let made = ["/weir/store/sled.new/db", "/weir/store/sled.new", "/weir/store"].map(at);
    assert!(made.is_sorted(), "{}", synced.join("\n"));
    at("/weir");
    at("/weir/store/sled/db");
    at("/weir/admin-token");
    at("/weir/exports");
    let exported = synced.iter().filter(|path| path.ends_with(".ndjson"));
    assert!(exported.count() > 0, "{}", synced.join("\n"));
    let copies = synced.iter().filter(|path| path.starts_with("/saved/"));
    assert!(copies.count() > 0, "{}", synced.join("\n"));
    at("/saved");
}
