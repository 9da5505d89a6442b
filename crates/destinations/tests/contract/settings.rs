//! What a kind does with its settings.

use dispatcher::{Kind, SettingsError, Site};
use model::DestinationId;
use serde_json::{Value, json};

/// Never to be seen in a message: it could be a secret under a misspelt key.
const SECRET: &str = "hunter2-5up3r";

#[test]
fn an_example_passes_and_stays_the_same_when_written_out_and_read_again() {
    for kind in destinations::all().kinds() {
        assert_eq!(kind.check(&kind.example()), [], "{}", kind.name());
        let written_out = kind.complete(&kind.example()).unwrap();
        assert_eq!(
            kind.complete(&written_out).as_ref(),
            Ok(&written_out),
            "{}",
            kind.name()
        );
        for (key, value) in kind.example().as_object().unwrap() {
            assert_eq!(written_out.get(key), Some(value), "{}: `{key}`", kind.name());
        }
    }
}

#[test]
fn an_unknown_key_is_refused_by_name_and_its_value_is_not_repeated() {
    for kind in destinations::all().kinds() {
        let mut settings = kind.example();
        settings["passwrd"] = json!(SECRET);
        let mistakes = kind.check(&settings);
        let [mistake] = &mistakes[..] else {
            panic!("{}: {mistakes:?}", kind.name())
        };
        assert_eq!(mistake.key.as_deref(), Some("passwrd"));
        assert!(
            mistake.to_string().contains("is not a setting of this kind"),
            "{mistake}"
        );
        assert!(!format!("{mistake} {mistake:?}").contains(SECRET));
        assert!(open(kind, &settings).is_err());
    }
}

#[test]
fn a_value_of_the_wrong_type_is_a_mistake_at_its_key() {
    for kind in destinations::all().kinds() {
        let written_out = kind.complete(&kind.example()).unwrap();
        for key in written_out.as_object().unwrap().keys() {
            let mut settings = kind.example();
            settings[key] = json!([null]);
            let mistakes = kind.check(&settings);
            assert!(
                matches!(&mistakes[..], [mistake] if mistake.key.as_ref() == Some(key)),
                "{}: `{key}`: {mistakes:?}",
                kind.name()
            );
            assert_eq!(open(kind, &settings), Err(mistakes));
        }
        for settings in [Value::Null, json!([]), json!("text")] {
            assert_eq!(kind.check(&settings).len(), 1, "{}: {settings}", kind.name());
        }
    }
}

fn open(kind: &dyn Kind, settings: &Value) -> Result<(), Vec<SettingsError>> {
    let id = DestinationId::new("x").unwrap();
    let site = Site::new("/nonexistent");
    kind.open(&id, settings, &site).map(drop)
}
