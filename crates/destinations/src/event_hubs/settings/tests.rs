use super::*;

/// Settings that are right, with changes.
fn with(changes: &Value) -> Value {
    let mut settings = json!({
        "namespace": "contoso.servicebus.windows.net",
        "hub": "profiles",
        "sharedAccessKeyName": "send",
        "sharedAccessKey": "env:WEIR_SECRET_KEY",
    });
    for (key, value) in changes.as_object().unwrap() {
        if value.is_null() {
            settings.as_object_mut().unwrap().remove(key);
        } else {
            settings[key] = value.clone();
        }
    }
    settings
}

fn mistakes(changes: &Value) -> String {
    let read = Settings::read(&with(changes));
    let mistakes = read.err().unwrap_or_default();
    mistakes
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("; ")
}

#[test]
fn there_are_three_ways_to_say_who_we_are() {
    let no_key = json!({"sharedAccessKeyName": null, "sharedAccessKey": null});
    let merge = |more: Value| {
        let mut all = no_key.clone();
        all.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        all
    };
    let by_string = merge(json!({"connectionString": "env:WEIR_SECRET_CS", "namespace": null, "hub": null}));
    let entra = json!({"tenantId": "contoso.com", "clientId": "c", "clientSecret": "env:WEIR_SECRET_C"});
    for changes in [json!({}), by_string, merge(entra.clone())] {
        let settings = with(&changes);
        let read = Settings::read(&settings).unwrap_or_else(|mistakes| panic!("{mistakes:?}"));
        let mut written = settings.clone();
        written["timeoutSeconds"] = json!(10);
        written["partitionsEverySeconds"] = json!(300);
        assert_eq!(read.written_out(), written);
    }
    let said = [
        no_key.clone(),
        entra,
        merge(json!({"tenantId": "t"})),
        json!({"authority": "https://login.microsoftonline.us"}),
    ];
    insta::assert_snapshot!(said.map(|changes| mistakes(&changes)).join("\n"), @r"
    `sharedAccessKey`: must be one of three: `sharedAccessKeyName` and `sharedAccessKey`; `connectionString`; or `tenantId`, `clientId` and `clientSecret`; `sharedAccessKeyName`: is missing; `sharedAccessKey`: is missing
    `connectionString`: must be one of three: `sharedAccessKeyName` and `sharedAccessKey`; `connectionString`; or `tenantId`, `clientId` and `clientSecret`
    `clientId`: is missing; `clientSecret`: is missing
    `authority`: is for `tenantId`, `clientId` and `clientSecret`
    ");
}

#[test]
fn names_are_what_addresses_can_hold() {
    for good in [
        "a.servicebus.windows.net",
        "A-1.servicebus.usgovcloudapi.net",
        "x.SERVICEBUS.chinacloudapi.cn",
    ] {
        assert_eq!(mistakes(&json!({"namespace": good})), "", "{good}");
    }
    for bad in [
        "contoso",
        "evil.example",
        "a/b.servicebus.windows.net",
        "a@b.servicebus.windows.net",
        "..servicebus.windows.net",
        "-a.servicebus.windows.net",
    ] {
        assert!(
            mistakes(&json!({"namespace": bad})).starts_with("`namespace`: must be"),
            "{bad}"
        );
    }
    assert_eq!(
        mistakes(&json!({"namespace": "hubs.inside.example", "endpoint": "amqps://10.0.0.7:5671"})),
        ""
    );
    for bad in ["a/b", "a b", "a?", ""] {
        assert!(mistakes(&json!({"hub": bad})).starts_with("`hub`: must"), "{bad}");
    }
    for bad in ["a&skn=b", "a=b", "a b"] {
        assert!(
            mistakes(&json!({"sharedAccessKeyName": bad})).starts_with("`sharedAccessKeyName`"),
            "{bad}"
        );
    }
    for bad in [
        "http://a",
        "amqp://",
        "amqp://a:b",
        "amqp://a/b",
        "amqps://u@a",
        "127.0.0.1:5672",
    ] {
        assert!(
            mistakes(&json!({"endpoint": bad})).starts_with("`endpoint`: must"),
            "{bad}"
        );
    }
}
