use super::{Reference, ReferenceError, SecretError, Secrets, inline, is_secret_key};
use std::fs;
use std::os::unix::fs::symlink;

#[test]
fn references() {
    let variable = |name: &str| Ok(Reference::Variable(name.to_owned()));
    let file = |path: &str| Ok(Reference::File(path.to_owned()));
    for (text, expected) in [
        ("env:WEIR_SECRET_A", variable("WEIR_SECRET_A")),
        ("file:kinesis/key", file("kinesis/key")),
        (
            "env:WEIR_SECRET_",
            Err(ReferenceError::Variable("WEIR_SECRET_".to_owned())),
        ),
        (
            "env:AWS_SECRET_ACCESS_KEY",
            Err(ReferenceError::Variable("AWS_SECRET_ACCESS_KEY".to_owned())),
        ),
        (
            "env:WEIR_SECRET_A B",
            Err(ReferenceError::Variable("WEIR_SECRET_A B".to_owned())),
        ),
        (
            "env:weir_secret_a",
            Err(ReferenceError::Variable("weir_secret_a".to_owned())),
        ),
        ("swordfish", Err(ReferenceError::Inline)),
        ("", Err(ReferenceError::Inline)),
    ] {
        assert_eq!(Reference::parse(text), expected, "{text}");
    }
    for path in [
        "",
        "/etc/passwd",
        "..",
        "../a",
        "a/../b",
        "a//b",
        "./a",
        "a/",
        "a\0b",
        "a\\b",
    ] {
        let refused = Err(ReferenceError::File(path.to_owned()));
        assert_eq!(Reference::parse(&format!("file:{path}")), refused, "{path}");
    }
}

#[test]
fn only_what_is_meant_for_it_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let at = |path: &str| folder.path().join(path);
    fs::create_dir_all(at("secrets/deep")).unwrap();
    fs::write(at("secrets/key"), "open sesame\r\n").unwrap();
    fs::write(at("secrets/deep/key"), "deeper\n\n").unwrap();
    fs::write(at("secrets/empty"), "\n").unwrap();
    fs::write(at("secrets/binary"), [0xff, 0xfe]).unwrap();
    fs::write(at("secrets/large"), vec![b'x'; 70_000]).unwrap();
    fs::write(at("outside"), "not yours").unwrap();
    symlink(at("outside"), at("secrets/link")).unwrap();
    symlink(folder.path(), at("secrets/up")).unwrap();
    let variables = [
        ("WEIR_SECRET_A", "a"),
        ("WEIR_SECRET_EMPTY", ""),
        ("HOME", "/root"),
    ];
    let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let secrets = Secrets::new(variables.clone(), Some(at("secrets")));
    assert!(!format!("{secrets:?}").contains("HOME"));
    let read = |text: &str| secrets.resolve(text).map(|secret| secret.expose().to_owned());

    assert_eq!(read("env:WEIR_SECRET_A").unwrap(), "a");
    assert_eq!(read("file:key").unwrap(), "open sesame");
    assert_eq!(read("file:deep/key").unwrap(), "deeper\n");
    assert!(matches!(read("env:WEIR_SECRET_B"), Err(SecretError::Unset(_))));
    assert!(matches!(
        read("env:WEIR_SECRET_EMPTY"),
        Err(SecretError::Unset(_))
    ));
    assert!(matches!(read("env:HOME"), Err(SecretError::Reference(_))));
    assert!(matches!(read("file:empty"), Err(SecretError::Empty(_))));
    assert!(matches!(read("file:binary"), Err(SecretError::NotText(_))));
    for path in [
        "link",
        "up/outside",
        "up/secrets/key",
        "deep",
        "large",
        "missing",
        "deep/key/x",
    ] {
        let error = read(&format!("file:{path}")).unwrap_err();
        assert!(matches!(error, SecretError::Unreadable { .. }), "{path}: {error}");
    }
    assert!(matches!(read("file:../outside"), Err(SecretError::Reference(_))));
    let nowhere = Secrets::new(variables, None);
    assert!(matches!(
        nowhere.resolve("file:key"),
        Err(SecretError::NoFolder(_))
    ));
}

#[test]
fn nothing_prints_a_secret() {
    let secrets = Secrets::new([("WEIR_SECRET_A".to_owned(), "swordfish".to_owned())], None);
    let secret = secrets.resolve("env:WEIR_SECRET_A").unwrap();
    let shown = format!("{secret:?} {secrets:?} {:?}", Some(&secret));
    assert!(
        !shown.contains("swordfish") && shown.contains("****") && shown.contains("WEIR_SECRET_A"),
        "{shown}"
    );
    assert!(!format!("{}", secrets.resolve("swordfish").unwrap_err()).contains("swordfish"));
}

#[test]
fn keys_that_hold_secrets() {
    for key in [
        "token",
        "clientSecret",
        "client_secret",
        "Password",
        "sharedAccessKey",
        "aws.secretAccessKey",
        "connectionString",
    ] {
        assert!(is_secret_key(key), "{key}");
    }
    for key in [
        "accessKeyId",
        "folder",
        "partitionKey",
        "tokenUrl",
        "key",
        "secretsDir",
    ] {
        assert!(!is_secret_key(key), "{key}");
    }
}

#[test]
fn lines_in_which_a_secret_stands() {
    for (line, hidden) in [
        ("    token: swordfish", Some("swordfish")),
        ("  - password: \"x y\"", Some("\"x y\"")),
        ("{\"clientSecret\": \"x\"}", Some("\"x\"}")),
        ("    token: env:WEIR_SECRET_A", None),
        ("    token: file:a/b", None),
        ("    token:", None),
        ("    folder: a", None),
        ("no colon", None),
    ] {
        assert_eq!(inline(line).map(|range| &line[range]), hidden, "{line}");
    }
}
