use super::*;
use crate::demo::admin::PROGRAMME;

fn stream() -> Sink {
    let args = SinkArgs {
        kinesis_endpoint: Some("http://127.0.0.1:4567".to_owned()),
        stream: Some("people".to_owned()),
        region: "eu-west-1".to_owned(),
        access_key_id: "ID".to_owned(),
        secret_access_key: "hidden".to_owned(),
    };
    args.sink()
}

#[test]
fn the_programme_changes_its_destination_and_nothing_else() {
    let changed = stream().programme(PROGRAMME).unwrap();
    let checked = control::check("loyalty.yaml", changed.as_bytes(), &destinations::all());
    assert!(!checked.report.failed(), "{}", checked.report);
    assert!(
        changed.contains("destination: stream") && !changed.contains("folder: loyalty"),
        "{changed}"
    );
    assert_eq!(Sink::Files.programme(PROGRAMME).unwrap(), PROGRAMME);
}

#[test]
fn the_secret_is_nowhere_but_in_its_file() {
    let folder = tempfile::tempdir().unwrap();
    let Sink::Stream(stream) = stream() else { panic!() };
    stream.keep_secret(folder.path()).unwrap();
    let path = folder.path().join("secrets").join(KEY);
    assert_eq!(fs::read_to_string(&path).unwrap(), "hidden");
    let mode = std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&path).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
    let sink = Sink::Stream(stream);
    let shown = format!(
        "{sink:?} {} {}",
        sink.serve(folder.path()),
        sink.programme(PROGRAMME).unwrap()
    );
    assert!(!shown.contains("hidden"), "{shown}");
}
