use super::*;
use model::{Status, Timestamp};
use std::fs::OpenOptions;
use std::io::Write;
use tempfile::tempdir;

fn write(folder: &Path, number: u32, text: &str) {
    let path = folder.join(format!("files-{number:06}.ndjson"));
    let file = OpenOptions::new().create(true).append(true).open(path);
    file.unwrap().write_all(text.as_bytes()).unwrap();
}

fn read(tail: &mut Tail) -> String {
    String::from_utf8(tail.read().unwrap()).unwrap()
}

#[test]
fn whole_lines_of_one_file_after_another() {
    let folder = tempdir().unwrap();
    let mut tail = Tail::begin(folder.path(), "files").unwrap();
    assert_eq!(read(&mut tail), "");
    write(folder.path(), 1, "a\nb");
    assert_eq!(read(&mut tail), "a\n");
    assert_eq!(read(&mut tail), "");
    write(folder.path(), 1, "b\n");
    assert_eq!(read(&mut tail), "bb\n");

    write(folder.path(), 1, "c\n");
    write(folder.path(), 2, "d\n");
    write(folder.path(), 3, "e\n");
    assert_eq!(read(&mut tail), "c\nd\ne\n");
    assert!(tail.newest().ends_with("files-000003.ndjson"));
}

#[test]
fn what_was_there_before_is_not_news() {
    let folder = tempdir().unwrap();
    write(folder.path(), 1, "old\n");
    write(folder.path(), 2, "old\n");
    let mut tail = Tail::begin(folder.path(), "files").unwrap();
    assert_eq!(read(&mut tail), "");
    write(folder.path(), 2, "new\n");
    write(folder.path(), 3, "newer\n");
    assert_eq!(read(&mut tail), "new\nnewer\n");
}

#[test]
fn a_line_in_the_form_of_the_product() {
    let line = br#"{"_weir":{"id":"a","dataflow":"loyalty","profile":"7","revision":"00000000000000000002",
        "causes":["membership"],"transitions":[{"at":"2026-01-11T21:24:39.250Z","segment":"gold","status":"exited"}],
        "merged":[],"emittedAt":"2026-01-11T21:24:39.250Z"},"loyalty":{"points":1},"person":{"name":{"firstName":"Ana",
        "lastName":"Ito"}},"segmentMembership":{"ups":{}},"identityMap":{"crmId":[{"id":"C-1"}],"ecid":[{"id":"x"}]}}"#;
    let line = Line::parse(line).unwrap();
    assert_eq!(line.who().as_deref(), Some("Ana Ito"));
    assert_eq!(line.identities().collect::<Vec<_>>(), ["C-1", "x"]);
    assert_eq!(line.decided(), Timestamp::parse("2026-01-11T21:24:39.250Z"));
    assert_eq!(line.envelope.transitions[0].segment.as_str(), "gold");
    assert_eq!(line.envelope.transitions[0].status, Status::Exited);

    let guest = Line::parse(
        br#"{"_weir":{"profile":"7","revision":"1","transitions":[],"merged":["8"],"emittedAt":""},"identityMap":{}}"#,
    );
    assert_eq!(guest.unwrap().who(), None);
    assert!(Line::parse(b"{}").is_err());
}
