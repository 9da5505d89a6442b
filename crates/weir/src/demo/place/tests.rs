use super::*;
use tempfile::tempdir;

#[test]
fn a_temporary_folder_goes_with_the_demo() {
    let place = Place::take(None).unwrap();
    let path = place.path().to_owned();
    fs::write(path.join("something"), "").unwrap();
    assert!(!place.stays());
    place.leave().unwrap();
    assert!(!path.exists());
}

#[test]
fn a_named_folder_stays_and_serves_again() {
    let parent = tempdir().unwrap();
    let data = parent.path().join("a/b");
    let first = Place::take(Some(&data)).unwrap();
    fs::write(data.join("something"), "").unwrap();
    first.leave().unwrap();
    let second = Place::take(Some(&data)).unwrap();
    assert!(second.stays());
    assert!(second.path().join("something").exists());
}

#[test]
fn what_others_made_is_not_touched() {
    let data = tempdir().unwrap();
    fs::write(data.path().join("admin-token"), "").unwrap();
    let error = Place::take(Some(data.path())).unwrap_err().to_string();
    assert!(error.contains("no demo made"), "{error}");
    assert_eq!(fs::read_dir(data.path()).unwrap().count(), 1);

    let error = format!(
        "{:#}",
        Place::take(Some(&data.path().join("admin-token"))).unwrap_err()
    );
    assert!(error.contains("admin-token"), "{error}");
}
