use super::*;

/// Signed by the Go SDK's recipe with another program.
#[test]
fn a_signature_is_what_the_service_computes() {
    let token = sign(
        "amqps://example.servicebus.windows.net/myhub",
        "RootManageSharedAccessKey",
        &Secret::new("mykey"),
        Timestamp::from_millis(1_700_000_000_999),
    );
    assert_eq!(
        token.unwrap(),
        "SharedAccessSignature sr=amqps%3a%2f%2fexample.servicebus.windows.net%2fmyhub&sig=SgJoMn7K6nWDCF6e1%2BfsxrmJLsorqPeZ3B8N1uQ31dc%3D&se=1700000000&skn=RootManageSharedAccessKey"
    );
}

#[test]
fn the_end_of_a_signature_is_read() {
    let end = |token: &str| end_of(token).map(Timestamp::millis);
    assert_eq!(
        end("SharedAccessSignature sr=a&sig=b&se=1700000000&skn=c"),
        Some(1_700_000_000_000)
    );
    for wrong in [
        "",
        "se=1",
        "SharedAccessSignature sr=a",
        "SharedAccessSignature se=x",
        "SharedAccessSignature se=9223372036854775807",
    ] {
        assert_eq!(end(wrong), None, "{wrong}");
    }
}

/// What a connection string leads to, or why to nothing.
fn connected(text: &str, namespace: Option<&str>, hub: Option<&str>) -> Result<(String, String), String> {
    let (namespace, hub) = (namespace.map(str::to_owned), hub.map(str::to_owned));
    let credential = Credential::of_connection_string(&Secret::new(text.to_owned()), namespace, hub);
    credential
        .map(|c| (c.audience(), c.hub))
        .map_err(|failure| failure.answer)
}

#[test]
fn a_connection_string_is_of_a_hub_or_of_a_namespace() {
    let namespace =
        "Endpoint=sb://ns.servicebus.windows.net/;SharedAccessKeyName=send;SharedAccessKey=hunter2=";
    let hub = format!("{namespace};EntityPath=profiles");
    let there = Ok((
        "amqps://ns.servicebus.windows.net/profiles".to_owned(),
        "profiles".to_owned(),
    ));
    assert_eq!(connected(&hub, None, None), there);
    assert_eq!(
        connected(&hub, Some("NS.servicebus.windows.net"), Some("profiles")),
        there
    );
    assert_eq!(connected(namespace, None, Some("profiles")), there);
    let refusals = [
        connected(namespace, None, None),
        connected(&hub, None, Some("other")),
        connected(&hub, Some("other.servicebus.windows.net"), None),
        connected("hunter2", None, None),
        connected(
            "Endpoint=sb://ns.servicebus.windows.net/;SharedAccessSignature=SharedAccessSignature sr=hunter2",
            None,
            Some("a"),
        ),
    ]
    .map(Result::unwrap_err);
    insta::assert_snapshot!(refusals.join("\n"), @r"
    the connection string is for a whole namespace: name the `hub` in the settings
    the connection string is for another hub than the settings
    the connection string is for another namespace than the settings
    the connection string cannot be read
    the connection string has a signature without an end
    ");
}

#[test]
fn a_token_is_renewed_before_it_ends() {
    let token = Token {
        text: Secret::new("x"),
        kind: None,
        until: Timestamp::from_millis(3_600_000),
    };
    assert_eq!(token.renewal(), Timestamp::from_millis(3_360_000));
}
