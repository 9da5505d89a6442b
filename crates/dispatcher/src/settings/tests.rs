use super::*;
use serde_json::json;

fn read(settings: &Value) -> (String, u64, Vec<String>) {
    let mut fields = Fields::new(settings);
    let folder = fields.text("folder").to_owned();
    let size = fields.whole("rollBytes", 100, 10..=1000);
    (folder, size, mistakes(fields))
}

fn mistakes(fields: Fields<'_>) -> Vec<String> {
    let mistakes = fields.finish(()).err().unwrap_or_default();
    mistakes.iter().map(ToString::to_string).collect()
}

#[test]
fn what_is_right_is_read_and_what_is_not_there_has_its_default() {
    assert_eq!(
        read(&json!({"folder": "a", "rollBytes": 10})),
        ("a".to_owned(), 10, vec![])
    );
    assert_eq!(read(&json!({"folder": "a"})), ("a".to_owned(), 100, vec![]));
}

#[test]
fn all_mistakes_come_at_once_and_repeat_no_unknown_value() {
    let (_, size, mistakes) = read(&json!({"folder": 7, "rollBytes": 9, "passwrd": "hunter2"}));
    assert_eq!(size, 100);
    insta::assert_snapshot!(mistakes.join("\n"), @r#"
    `folder`: must be a text, not a number
    `rollBytes`: must be a whole number from 10 to 1000
    `passwrd`: is not a setting of this kind; it takes `folder`, `rollBytes`
    "#);
    let mistakes = [
        json!({}),
        json!({"folder": "", "rollBytes": 1.5}),
        json!("text"),
        Value::Null,
    ]
    .map(|settings| read(&settings).2.join("; "));
    insta::assert_snapshot!(mistakes.join("\n"), @r#"
    `folder`: is missing
    `folder`: must not be empty; `rollBytes`: must be a whole number from 10 to 1000
    settings are an object, not a text
    settings are an object, not null
    "#);
}

#[test]
fn a_key_may_be_left_out_and_one_that_is_of_no_use_is_not_called_unknown() {
    let optional = |settings: &Value| {
        let mut fields = Fields::new(settings);
        let endpoint = fields.optional("endpoint").map(str::to_owned);
        fields.know(&["token"]);
        (endpoint, mistakes(fields).join("; "))
    };
    assert_eq!(optional(&json!({})), (None, String::new()));
    let both = json!({"endpoint": "a", "token": [1]});
    assert_eq!(optional(&both), (Some("a".to_owned()), String::new()));
    let mistake = "`endpoint`: must be a text, not true or false".to_owned();
    assert_eq!(
        optional(&json!({"endpoint": false})),
        (Some(String::new()), mistake)
    );
}

#[test]
fn a_secret_is_named_and_never_there() {
    let secret = |settings: &Value| {
        let mut fields = Fields::new(settings);
        let key = fields.secret("key").to_owned();
        let token = fields.optional_secret("token").map(str::to_owned);
        (key, token, mistakes(fields).join("; "))
    };
    let named = json!({"key": "env:WEIR_SECRET_A", "token": "file:b"});
    let read = (
        "env:WEIR_SECRET_A".to_owned(),
        Some("file:b".to_owned()),
        String::new(),
    );
    assert_eq!(secret(&named), read);
    let (_, token, mistakes) = secret(&json!({"key": "hunter2"}));
    assert_eq!(token, None);
    assert!(
        mistakes.starts_with("`key`: holds the secret itself") && !mistakes.contains("hunter2"),
        "{mistakes}"
    );
}
