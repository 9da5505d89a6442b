use super::*;
use dispatcher::render;
use model::{Class, DataflowId, DataflowNo, Export, Lane, ProfileId, Revision, Timestamp};
use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::symlink;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use tempfile::TempDir;

/// An exports folder, and how often it will still refuse to sync.
struct Place {
    folder: TempDir,
    kind: FileKind,
    failures: Arc<AtomicUsize>,
}

impl Place {
    fn new() -> Self {
        Self {
            folder: TempDir::new().unwrap(),
            kind: FileKind::default(),
            failures: Arc::default(),
        }
    }

    fn site(&self) -> Site {
        let failures = Arc::clone(&self.failures);
        let sync = move |file: &fs::File| {
            let one_less = |left: usize| left.checked_sub(1);
            match failures.fetch_update(Ordering::SeqCst, Ordering::SeqCst, one_less) {
                Ok(_) => Err(io::Error::from_raw_os_error(5)),
                Err(_) => file.sync_data(),
            }
        };
        Site {
            sync: Arc::new(sync),
            ..Site::new(self.folder.path())
        }
    }

    fn open(&self, settings: &Value) -> Arc<dyn Destination> {
        let id = DestinationId::new("shop").unwrap();
        self.kind.open(&id, settings, &self.site()).unwrap()
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }
}

fn batch(profiles: &[u64]) -> Vec<Rendered> {
    let export = |profile: &u64| Export {
        dataflow: DataflowId::new("flow").unwrap(),
        lane: Lane {
            dataflow: DataflowNo(1),
            class: Class::Live,
        },
        profile: ProfileId::new(0, *profile),
        revision: Revision(1),
        causes: Vec::new(),
        transitions: Vec::new(),
        merged: Vec::new(),
        emitted_at: Timestamp::from_millis(0),
        attributes: Vec::new(),
        memberships: Vec::new(),
        identities: BTreeMap::new(),
        envelope: true,
    };
    profiles
        .iter()
        .map(|profile| render(&export(profile), true).unwrap())
        .collect()
}

fn lines(profiles: &[u64]) -> String {
    let line = |one: Rendered| String::from_utf8(one.body).unwrap() + "\n";
    batch(profiles).into_iter().map(line).collect()
}

fn settings() -> Value {
    json!({"folder": "a/b"})
}

const FIRST: &str = "a/b/shop-000001.ndjson";
const SECOND: &str = "a/b/shop-000002.ndjson";

async fn delivered(destination: &Arc<dyn Destination>, profiles: &[u64]) {
    let verdicts = destination.send(&batch(profiles)).await;
    assert_eq!(verdicts, vec![Verdict::Delivered; profiles.len()]);
}

/// The answer of a call all of whose exports wait.
async fn waits(destination: &Arc<dyn Destination>, profiles: &[u64]) -> String {
    let verdicts = destination.send(&batch(profiles)).await;
    assert_eq!(verdicts.len(), profiles.len());
    assert!(
        verdicts
            .iter()
            .all(|verdict| matches!(verdict, Verdict::Endpoint { .. })),
        "{verdicts:?}"
    );
    verdicts[0].answer().to_owned()
}

#[tokio::test]
async fn calls_append_and_a_new_start_begins_a_new_file() {
    let place = Place::new();
    let destination = place.open(&settings());
    delivered(&destination, &[1, 2]).await;
    delivered(&destination, &[3]).await;
    drop(destination);
    delivered(&place.open(&settings()), &[4]).await;
    assert_eq!(place.read(FIRST), lines(&[1, 2, 3]));
    assert_eq!(place.read(SECOND), lines(&[4]));
}

#[tokio::test]
async fn a_failed_sync_delivers_nothing_and_leaves_nothing() {
    let place = Place::new();
    let destination = place.open(&settings());
    delivered(&destination, &[1]).await;
    place.failures.store(1, Ordering::SeqCst);
    let answer = waits(&destination, &[2, 3]).await;
    assert!(
        answer.starts_with("cannot sync ") && answer.contains("Input/output error"),
        "{answer}"
    );
    delivered(&destination, &[4]).await;
    assert_eq!(place.read(FIRST), lines(&[1, 4]), "2 and 3 were not settled");
}

#[tokio::test]
async fn while_the_sync_goes_on_failing_nothing_is_delivered_and_nothing_lost() {
    let place = Place::new();
    let destination = place.open(&settings());
    delivered(&destination, &[1]).await;
    place.failures.store(3, Ordering::SeqCst);
    for _ in 0..3 {
        waits(&destination, &[2]).await;
    }
    delivered(&destination, &[2]).await;
    assert_eq!(place.read(FIRST), lines(&[1, 2]));
}

#[tokio::test]
async fn the_sync_of_the_first_call_counts_too() {
    let place = Place::new();
    place.failures.store(2, Ordering::SeqCst);
    let destination = place.open(&settings());
    let answer = waits(&destination, &[1]).await;
    assert!(answer.starts_with("cannot mend "), "{answer}");
    waits(&destination, &[1]).await;
    delivered(&destination, &[2]).await;
    assert_eq!(place.read(FIRST), lines(&[2]));
}

#[tokio::test]
async fn a_torn_end_is_cut_back_to_the_last_whole_line() {
    for torn in [&b"{\"half"[..], b"\0\0\0\0", b"\0\0{}\n", b"{\"a\":\0\0\n{}\n"] {
        let place = Place::new();
        delivered(&place.open(&settings()), &[1]).await;
        let mut file = fs::OpenOptions::new()
            .append(true)
            .open(place.path(FIRST))
            .unwrap();
        file.write_all(torn).unwrap();
        delivered(&place.open(&settings()), &[2]).await;
        assert_eq!(
            (place.read(FIRST), place.read(SECOND)),
            (lines(&[1]), lines(&[2])),
            "{torn:?}"
        );
    }
}

#[tokio::test]
async fn whole_lines_that_nobody_settled_stay() {
    let place = Place::new();
    fs::create_dir_all(place.path("a/b")).unwrap();
    fs::write(place.path(FIRST), lines(&[1, 2])).unwrap();
    delivered(&place.open(&settings()), &[2]).await;
    assert_eq!(place.read(FIRST), lines(&[1, 2]));
    assert_eq!(place.read(SECOND), lines(&[2]), "twice, but not lost");
}

#[tokio::test]
async fn a_file_is_followed_by_the_next_at_its_size() {
    let place = Place::new();
    let rolls = json!({"folder": "a/b", "rollBytes": 1024});
    let destination = place.open(&rolls);
    let many: Vec<u64> = (1..=10).collect();
    assert!(lines(&many).len() > 1024);
    delivered(&destination, &many).await;
    delivered(&destination, &[11]).await;
    delivered(&destination, &[12]).await;
    assert_eq!(place.read(FIRST), lines(&many), "a call is not divided");
    assert_eq!(place.read(SECOND), lines(&[11, 12]));
}

#[tokio::test]
async fn a_failed_sync_in_a_new_file_harms_no_older_one() {
    let place = Place::new();
    let destination = place.open(&json!({"folder": "a/b", "rollBytes": 1024}));
    let many: Vec<u64> = (1..=10).collect();
    delivered(&destination, &many).await;
    place.failures.store(1, Ordering::SeqCst);
    waits(&destination, &[11]).await;
    delivered(&destination, &[12]).await;
    assert_eq!(place.read(FIRST), lines(&many));
    assert_eq!(place.read(SECOND), lines(&[12]));
}

#[tokio::test]
async fn files_of_others_are_left_alone() {
    let place = Place::new();
    fs::create_dir_all(place.path("a/b")).unwrap();
    for name in [
        "shop-2-000009.ndjson",
        "shop-9.ndjson",
        "shop-000009.json",
        "other-000009.ndjson",
    ] {
        fs::write(place.path("a/b").join(name), "torn").unwrap();
    }
    delivered(&place.open(&settings()), &[1]).await;
    assert_eq!(place.read(FIRST), lines(&[1]));
    assert_eq!(place.read("a/b/shop-2-000009.ndjson"), "torn");
}

#[tokio::test]
async fn a_link_below_the_exports_folder_is_not_followed() {
    let (place, elsewhere) = (Place::new(), TempDir::new().unwrap());
    symlink(elsewhere.path(), place.path("a")).unwrap();
    let answer = waits(&place.open(&settings()), &[1]).await;
    assert!(
        answer.ends_with("a is a symbolic link, which is not followed"),
        "{answer}"
    );
    fs::remove_file(place.path("a")).unwrap();

    let target = elsewhere.path().join("precious");
    fs::write(&target, "precious").unwrap();
    fs::create_dir_all(place.path("a/b")).unwrap();
    symlink(&target, place.path(FIRST)).unwrap();
    let answer = waits(&place.open(&settings()), &[1]).await;
    assert!(
        answer.ends_with("is a symbolic link, which is not followed"),
        "{answer}"
    );
    assert_eq!(fs::read_to_string(&target).unwrap(), "precious");
    assert_eq!(fs::read_dir(elsewhere.path()).unwrap().count(), 1);
}

#[test]
fn a_folder_outside_is_refused() {
    for folder in ["/tmp/x", "..", "a/../b", "../a", "./a", "a\0b", ""] {
        let mistakes = FileKind::default().check(&json!({"folder": folder}));
        assert!(
            mistakes.iter().all(|m| m.key.as_deref() == Some("folder")),
            "{mistakes:?}"
        );
        assert!(!mistakes.is_empty(), "{folder:?}");
    }
    for folder in ["a", "a/b", "a/b/", "..a", "ünïcode and space"] {
        assert_eq!(
            FileKind::default().check(&json!({"folder": folder})),
            [],
            "{folder:?}"
        );
    }
}

#[tokio::test]
async fn a_missing_exports_folder_is_not_made() {
    let place = Place::new();
    let site = Site::new(place.path("missing"));
    let id = DestinationId::new("shop").unwrap();
    let destination = place.kind.open(&id, &settings(), &site).unwrap();
    let answer = waits(&destination, &[1]).await;
    assert!(answer.starts_with("cannot open the exports folder "), "{answer}");
    assert!(destination.check().await.is_err());
    assert!(!place.path("missing").exists());
    fs::create_dir(place.path("missing")).unwrap();
    delivered(&destination, &[1]).await;
    assert_eq!(destination.check().await, Ok(()));
}

#[tokio::test]
async fn a_file_in_use_elsewhere_is_not_touched() {
    let place = Place::new();
    delivered(&place.open(&settings()), &[1]).await;
    let other = fs::OpenOptions::new()
        .append(true)
        .open(place.path(FIRST))
        .unwrap();
    other.lock().unwrap();
    let destination = place.open(&settings());
    let answer = waits(&destination, &[2]).await;
    assert!(answer.contains("is in use by another process"), "{answer}");
    drop(other);
    delivered(&destination, &[2]).await;
}

#[tokio::test]
async fn opened_again_it_goes_on_with_the_same_writer() {
    let place = Place::new();
    let first = place.open(&settings());
    delivered(&first, &[1]).await;
    let second = place.open(&json!({"folder": "a/b", "timeoutSeconds": 5}));
    assert_eq!(second.timeout(), Duration::from_secs(5));
    delivered(&second, &[2]).await;
    delivered(&first, &[3]).await;
    assert_eq!(place.read(FIRST), lines(&[1, 2, 3]));
}

#[tokio::test]
async fn lines_in_a_file_that_was_deleted_are_not_delivered() {
    let place = Place::new();
    let destination = place.open(&settings());
    delivered(&destination, &[1]).await;
    fs::remove_file(place.path(FIRST)).unwrap();
    let answer = waits(&destination, &[2]).await;
    assert!(answer.contains("was deleted while it was written"), "{answer}");
    delivered(&destination, &[2]).await;
    assert_eq!(place.read(SECOND), lines(&[2]), "its name is not used again");
}

#[tokio::test]
async fn a_start_that_wrote_nothing_leaves_its_file_to_the_next() {
    let place = Place::new();
    delivered(&place.open(&settings()), &[1]).await;
    for failing in [1, 2, 3] {
        place.failures.store(failing, Ordering::SeqCst);
        let destination = place.open(&settings());
        for _ in 0..failing {
            waits(&destination, &[2]).await;
        }
    }
    delivered(&place.open(&settings()), &[2]).await;
    assert_eq!(
        (place.read(FIRST), place.read(SECOND)),
        (lines(&[1]), lines(&[2]))
    );
}

#[tokio::test]
async fn a_folder_that_hangs_holds_one_thread_and_what_was_given_up_is_not_written_late() {
    let place = Place::new();
    let (hang, hung) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let (waits, count) = (Arc::clone(&hang), Arc::clone(&hung));
    let site = Site {
        sync: Arc::new(move |file| {
            count.fetch_add(1, Ordering::SeqCst);
            while waits.load(Ordering::SeqCst) {
                std::thread::yield_now();
            }
            file.sync_data()
        }),
        ..place.site()
    };
    let opened = FileKind::default().open(&DestinationId::new("shop").unwrap(), &settings(), &site);
    let destination = opened.unwrap();
    delivered(&destination, &[1]).await;

    let before = hung.load(Ordering::SeqCst);
    hang.store(true, Ordering::SeqCst);
    let mut first = call(&destination, 2);
    while hung.load(Ordering::SeqCst) == before {
        tokio::task::yield_now().await;
    }
    // Ten more come and are given up while it hangs.
    for profile in 3..13 {
        let batch = batch(&[profile]);
        let given_up = tokio::time::timeout(Duration::from_millis(5), destination.send(&batch));
        assert!(given_up.await.is_err());
    }
    assert_eq!(
        hung.load(Ordering::SeqCst),
        before + 1,
        "nobody else holds a thread"
    );
    hang.store(false, Ordering::SeqCst);
    assert_eq!(first.join_next().await.unwrap().unwrap(), [Verdict::Delivered]);
    delivered(&destination, &[13]).await;
    assert_eq!(place.read(FIRST), lines(&[1, 2, 13]));
}

/// A call on its way.
fn call(destination: &Arc<dyn Destination>, profile: u64) -> tokio::task::JoinSet<Vec<Verdict>> {
    let destination = Arc::clone(destination);
    let mut calls = tokio::task::JoinSet::new();
    calls.spawn(async move { destination.send(&batch(&[profile])).await });
    calls
}
