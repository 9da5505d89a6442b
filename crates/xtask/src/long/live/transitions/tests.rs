use super::{Told, collect};
use std::fs;

/// An export of two transitions, and one of none.
const TWO: &str = r#"{"_weir":{"id":"1","transitions":[{"at":"2023-11-14T22:13:20.001Z","segment":"seg-1","status":"realized"},{"at":"2023-11-14T22:13:20.001Z","segment":"seg-0","status":"exited"}]},"segmentMembership":{"ups":{}},"identityMap":{"crmId":[{"id":"u000001"}]}}"#;
const NONE: &str = r#"{"_weir":{"id":"2","transitions":[]},"identityMap":{"crmId":[{"id":"u000002"}]}}"#;

#[test]
fn each_export_is_told_once_whatever_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let (exports, out) = (folder.path().join("exports"), folder.path().join("out"));
    fs::create_dir_all(exports.join("live")).unwrap();
    fs::write(
        exports.join("live/files-000001.ndjson"),
        format!("{TWO}\n{NONE}\n"),
    )
    .unwrap();
    fs::write(exports.join("live/files-000002.ndjson"), format!("{TWO}\n")).unwrap();
    fs::write(exports.join("live/other.txt"), "not an export").unwrap();
    let told = collect(&exports, &out).unwrap();
    assert_eq!(
        told,
        Told {
            exports: 2,
            duplicates: 1
        }
    );
    assert_eq!(
        fs::read_to_string(out).unwrap(),
        "{\"at\":\"2023-11-14T22:13:20.001Z\",\"profile\":\"crmId:u000001\",\"segment\":\"seg-1\",\"status\":\"realized\"}\n\
         {\"at\":\"2023-11-14T22:13:20.001Z\",\"profile\":\"crmId:u000001\",\"segment\":\"seg-0\",\"status\":\"exited\"}\n"
    );
}

#[test]
fn a_torn_line_is_told_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.ndjson"), format!("{NONE}\n{}", &TWO[..40])).unwrap();
    let error = collect(folder.path(), &folder.path().join("out")).unwrap_err();
    assert!(
        error.to_string().contains("a.ndjson, line 2, is no export"),
        "{error}"
    );
}

#[test]
fn an_export_of_nobody_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.ndjson"), NONE.replace("crmId", "email")).unwrap();
    let error = collect(folder.path(), &folder.path().join("out")).unwrap_err();
    assert_eq!(error.to_string(), "the export 2 names nobody in crmId");
}
