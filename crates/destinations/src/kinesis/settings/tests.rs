use super::Settings;
use serde_json::{Value, json};

fn mistakes(settings: &Value) -> String {
    let mistakes = Settings::read(settings).err().unwrap_or_default();
    let lines: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
    lines.join("\n")
}

const ARN: &str = "arn:aws:kinesis:eu-west-1:123456789012:stream/profiles";

#[test]
fn an_arn_says_the_region() {
    let settings = json!({"stream": ARN, "credentials": "default"});
    let read = Settings::read(&settings).unwrap();
    assert_eq!(
        (read.region.as_str(), read.stream.arn.as_deref()),
        ("eu-west-1", Some(ARN))
    );
    assert_eq!(
        read.written_out(),
        json!({"stream": ARN, "region": "eu-west-1", "credentials": "default", "timeoutSeconds": 10})
    );
}

#[test]
fn every_mistake() {
    insta::assert_snapshot!(mistakes(&json!({"stream": "a b", "accessKeyId": "AKID", "secretAccessKey": "hunter2"})), @r"
    `stream`: must be the name of a stream (up to 128 letters, digits, `.`, `-` and `_`) or its ARN
    `region`: is missing; it is a part of the stream's ARN, or written beside its name
    `secretAccessKey`: holds the secret itself; write `env:WEIR_SECRET_...` or `file:...`, where the server finds it
    ");
    insta::assert_snapshot!(mistakes(&json!({"stream": ARN, "region": "us-east-1", "credentials": "default"})), @"`region`: is us-east-1, and the stream is in eu-west-1");
    insta::assert_snapshot!(mistakes(&json!({"stream": "arn:aws:sqs:eu-west-1:1:q", "region": "EU", "endpoint": "ftp://x", "roleArn": "weir", "credentials": "env", "accessKeyId": "AKID", "colour": 1})), @r"
    `stream`: must be the ARN of a stream: `arn:aws:kinesis:eu-west-1:123456789012:stream/profiles`
    `region`: must be the name of a region, such as `eu-west-1`
    `endpoint`: must be `https://host` or `http://host`, with a port if need be
    `credentials`: must be `default`; leave it out where there is an access key
    `accessKeyId`: does not go with `credentials: default`
    `roleArn`: must be the ARN of a role: `arn:aws:iam::123456789012:role/weir`
    `colour`: is not a setting of this kind; it takes `stream`, `region`, `endpoint`, `credentials`, `accessKeyId`, `secretAccessKey`, `sessionToken`, `roleArn`, `timeoutSeconds`
    ");
    insta::assert_snapshot!(mistakes(&json!({"stream": "s", "region": "eu-west-1"})), @r"
    `accessKeyId`: is missing
    `secretAccessKey`: is missing
    ");
    insta::assert_snapshot!(mistakes(&json!([])), @"settings are an object, not a list");
}
