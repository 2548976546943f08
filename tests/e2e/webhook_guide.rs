//! The functions of docs/WEBHOOKS.md, which verify a call.

use std::collections::HashMap;
use std::process::{Command, Stdio};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

const PAGE: &str = include_str!("../../docs/WEBHOOKS.md");

/// The vector of Standard Webhooks.
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
const SENT: u64 = 1_614_265_330;
const BODY: &str = r#"{"test": 2432232314}"#;
const SIGNATURE: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

/// A call, and whether it is valid: as it came, with a second signature, changed, unsigned, and out of time.
fn calls() -> Vec<(String, &'static str, u64, bool)> {
    let other = "v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    vec![
        (SIGNATURE.to_owned(), BODY, SENT, true),
        (format!("{other} {SIGNATURE}"), BODY, SENT + 300, true),
        (format!("{SIGNATURE} v1a,AAAA"), BODY, SENT - 300, true),
        (SIGNATURE.to_owned(), r#"{"test": 2432232315}"#, SENT, false),
        (other.to_owned(), BODY, SENT, false),
        (SIGNATURE.replace("v1,", "v2,"), BODY, SENT, false),
        (SIGNATURE.to_owned(), BODY, SENT + 301, false),
        (SIGNATURE.to_owned(), BODY, SENT - 301, false),
    ]
}

/// The first block of the page in this language.
fn block(language: &str) -> &'static str {
    let (_, after) = PAGE
        .split_once(&format!("\n```{language}\n"))
        .expect("a block");
    after.split_once("\n```\n").expect("its end").0
}

/// Runs a program over a script.
fn run(program: &str, arguments: &[&str]) -> String {
    let mut command = Command::new(program);
    command.args(arguments).stderr(Stdio::inherit());
    let output = command.output();
    let output = output.expect("cargo xtask test installs the languages");
    assert!(output.status.success(), "{program} failed");
    String::from_utf8(output.stdout).expect("text")
}

/// Asserts that a language judges every call as it should.
fn assert_judged(program: &str, arguments: &[&str]) {
    let judged = run(program, arguments);
    let expected: Vec<_> = calls().iter().map(|call| call.3.to_string()).collect();
    assert_eq!(judged.to_lowercase().lines().collect::<Vec<_>>(), expected);
}

fn rows() -> String {
    let calls = calls();
    let row = |(signature, body, now, _): &(String, &str, u64, bool)| {
        serde_json::json!([signature, body, now]).to_string()
    };
    calls.iter().map(row).collect::<Vec<_>>().join(",")
}

#[test]
fn python_verifies_a_call() {
    let script = format!(
        "{}\nfor signature, body, now in [{}]:\n    headers = {{'webhook-id': '{ID}', \
         'webhook-timestamp': '{SENT}', 'webhook-signature': signature}}\n    \
         print(verify('{SECRET}', headers, body.encode(), now))\n",
        block("python"),
        rows()
    );
    assert_judged("python3", &["-c", &script]);
}

#[test]
fn javascript_verifies_a_call() {
    let script = format!(
        "{}\nfor (const [signature, body, now] of [{}]) {{\n  const headers = {{'webhook-id': '{ID}', \
         'webhook-timestamp': '{SENT}', 'webhook-signature': signature}};\n  \
         console.log(verify('{SECRET}', headers, Buffer.from(body), now));\n}}\n",
        block("js"),
        rows()
    );
    assert_judged("node", &["-e", &script]);
}

#[test]
fn php_verifies_a_call() {
    let script = format!(
        "{}\nforeach (json_decode(<<<'ROWS'\n[{}]\nROWS) as [$signature, $body, $now]) {{\n    $headers = \
         ['webhook-id' => '{ID}', 'webhook-timestamp' => '{SENT}', 'webhook-signature' => $signature];\n    \
         echo var_export(verify('{SECRET}', $headers, $body, $now), true), \"\\n\";\n}}\n",
        block("php"),
        rows()
    );
    assert_judged("php", &["-r", &script]);
}

#[test]
fn rust_verifies_a_call() {
    let source = include_str!("webhook_guide.rs");
    assert!(
        source.contains(block("rust")),
        "the page has another function"
    );
    for (signature, body, now, valid) in calls() {
        let sent = SENT.to_string();
        let headers = HashMap::from([
            ("webhook-id", ID),
            ("webhook-timestamp", sent.as_str()),
            ("webhook-signature", signature.as_str()),
        ]);
        let verified = verify(SECRET, &headers, body.as_bytes(), now);
        assert_eq!(verified, Some(valid), "{signature} {body} {now}");
    }
}

/// Returns whether the gateway signed these bytes, less than five minutes before or after `now`.
fn verify(secret: &str, headers: &HashMap<&str, &str>, body: &[u8], now: u64) -> Option<bool> {
    let key = BASE64_STANDARD
        .decode(secret.strip_prefix("whsec_")?)
        .ok()?;
    let sent = *headers.get("webhook-timestamp")?;
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).ok()?;
    mac.update(format!("{}.{sent}.", headers.get("webhook-id")?).as_bytes());
    mac.update(body);
    let given = headers.get("webhook-signature")?.split(' ');
    let given = given.filter_map(|one| BASE64_STANDARD.decode(one.strip_prefix("v1,")?).ok());
    let mut is_signed = false;
    for one in given {
        is_signed |= mac.clone().verify_slice(&one).is_ok();
    }
    Some(is_signed && now.abs_diff(sent.parse().ok()?) <= 300)
}
