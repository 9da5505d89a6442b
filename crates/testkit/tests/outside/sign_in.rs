//! Who gives temporary credentials and tokens, asked as plainly as a client can ask.

use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};
use testkit::outside::{EventHubs, Kinesis};

async fn ask(request: RequestBuilder) -> (u16, String) {
    let response = request.send().await.unwrap();
    (response.status().as_u16(), response.text().await.unwrap())
}

#[tokio::test]
async fn temporary_credentials_are_given_to_whom_they_are_meant_for() {
    let kinesis = Kinesis::start().await;
    let role = "arn:aws:iam::123456789012:role/feeds";
    let allowed = json!({"callers": {"ID": {"secret": "secret"}}, "roles": [role], "authorization": "me"});
    kinesis.give_sessions(&allowed).await;
    let assume = |authorization: &str| {
        let request = Client::new()
            .post(kinesis.sign_in())
            .header("x-amz-date", "20000101T000000Z");
        let body = format!("Action=AssumeRole&Version=2011-06-15&RoleSessionName=me&RoleArn={role}");
        ask(request.header("authorization", authorization).body(body))
    };
    let signed = |id: &str, service: &str| {
        format!(
            "AWS4-HMAC-SHA256 Credential={id}/20000101/us-east-1/{service}/aws4_request, SignedHeaders=host, Signature=0"
        )
    };
    for (authorization, code) in [
        (String::new(), "MissingAuthenticationToken"),
        (signed("NOBODY", "sts"), "UnrecognizedClient"),
        (signed("ID", "kinesis"), "SignatureDoesNotMatch"),
        (signed("ID", "sts"), "InvalidSignature"),
    ] {
        let (status, said) = assume(&authorization).await;
        assert_eq!(status, 403, "{said}");
        assert!(said.contains(&format!("<Code>{code}</Code>")), "{said}");
    }

    let contained = |who: &str| {
        let url = format!("{}/container", kinesis.sign_in());
        ask(Client::new().get(url).header("authorization", who))
    };
    assert_eq!(contained("somebody").await.0, 401);
    assert_eq!(kinesis.sessions().await, []);
    let (status, given) = contained("me").await;
    assert_eq!(status, 200, "{given}");
    let given: Value = serde_json::from_str(&given).unwrap();
    let [session] = kinesis.sessions().await.try_into().unwrap();
    assert_eq!(given["AccessKeyId"], session.id);

    // They are good with their token alone, and until their time is over.
    kinesis.accept_only(&json!({})).await;
    let list = |token: &str| {
        let request = Client::new()
            .post(kinesis.endpoint())
            .header("x-amz-target", "Kinesis_20131202.ListStreams")
            .header("x-amz-date", "20000101T000000Z")
            .header("authorization", signed(&session.id, "kinesis"))
            .header("x-amz-security-token", token);
        ask(request.body("{}"))
    };
    let token = given["Token"].as_str().unwrap();
    for (token, ahead, code) in [
        ("another", 0, "UnrecognizedClientException"),
        (token, 0, "InvalidSignatureException"),
        (token, 3601, "ExpiredTokenException"),
    ] {
        kinesis.ahead(ahead).await;
        let (_, said) = list(token).await;
        assert!(said.contains(code), "{said}");
    }
}

#[tokio::test]
async fn entra_gives_tokens_for_its_scope_to_applications_that_know_their_secret() {
    let hubs = EventHubs::start().await;
    hubs.register(&json!({"tenant": "contoso.com", "applications": {"app": "secret"}, "seconds": 60}))
        .await;
    let right = [
        ("grant_type", "client_credentials"),
        ("client_id", "app"),
        ("client_secret", "secret"),
        ("scope", "https%3A%2F%2Feventhubs.azure.net%2F.default"),
    ];
    let ask_for = |tenant: &str, name: &str, value: &str| {
        let with = right.map(|(key, it)| format!("{key}={}", if key == name { value } else { it }));
        let url = format!("{}/{tenant}/oauth2/v2.0/token", hubs.authority());
        ask(Client::new().post(url).body(with.join("&")))
    };
    for (tenant, name, value, status, code) in [
        ("other.com", "", "", 400, "AADSTS90002"),
        ("contoso.com", "grant_type", "password", 400, "AADSTS70003"),
        ("contoso.com", "client_id", "nobody", 400, "AADSTS700016"),
        ("contoso.com", "client_secret", "wrong", 401, "AADSTS7000215"),
        ("contoso.com", "scope", "everything", 400, "AADSTS70011"),
    ] {
        let (answered, said) = ask_for(tenant, name, value).await;
        assert_eq!(answered, status, "{said}");
        assert!(said.contains(code), "{said}");
    }
    assert_eq!(hubs.stats().await.given, 0);
    let (status, said) = ask_for("contoso.com", "", "").await;
    assert_eq!(status, 200, "{said}");
    let answer: Value = serde_json::from_str(&said).unwrap();
    assert_eq!(answer["expires_in"], 60);
    assert_eq!(answer["access_token"].as_str().unwrap().split('.').count(), 3);
    assert_eq!(hubs.stats().await.given, 1);
}
