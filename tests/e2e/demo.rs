//! `demo`: the first minute with the product.

use std::process::Command;

use otp_e2e::Running;
use otp_e2e::world::{Answer, answer, client};
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_printed_line_sends_a_code_to_the_phone_and_the_demo_stays_up() {
    let demo = Running::start(&["demo", "--port", "0", "--json"], &[]);
    let demo = demo.unwrap_or_else(|ended| panic!("{}", ended.stderr));
    let text = |key: &str| demo.ready[key].as_str().expect("a text").to_owned();

    // The line is meant for a shell, so a shell runs it.
    let curl = text("curl");
    let output = Command::new("sh").args(["-c", &curl]).output();
    let output = output.expect("sh and curl");
    let answer: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{curl}: {}", String::from_utf8_lossy(&output.stderr)));
    assert_eq!(answer["messageStatus"], "Sent", "{answer}");
    assert!(
        output.stdout.ends_with(b"}\n"),
        "the prompt of a terminal follows on the next line"
    );

    let phone = text("phone");
    let control = |path: &str| client().get(format!("{phone}control{path}"));
    let overview = control("").send().await.expect("an answer");
    let overview: Value = overview.json().await.expect("JSON");
    assert_eq!(overview["gateway"]["command"], demo.ready["curl"]);
    assert_eq!(overview["gateway"]["docs"], "/docs");
    let page = client().get(&phone).send().await.expect("the phone's page");
    assert_eq!(page.status(), 200);
    let next = format!("{phone}control/phones/966551234567/messages/next?timeout_ms=10000");
    let message: Value = client()
        .get(next)
        .send()
        .await
        .expect("a message")
        .json()
        .await
        .expect("JSON");
    assert!(message.to_string().contains("482913"), "{message}");

    // The sandbox reports the delivery to the gateway with a signature.
    let check = format!("{}/CheckMessageStatus", text("url"));
    let key = text("apiKey");
    let delivered = async {
        loop {
            let request = client().post(&check).header("X-Api-Key", &key);
            let answer = request.json(&json!({"id": answer["id"]})).send().await;
            let answer: Value = answer.expect("an answer").json().await.expect("JSON");
            if answer["messageStatus"] == "Delivered" {
                return;
            }
        }
    };
    let patience = std::time::Duration::from_secs(20);
    tokio::time::timeout(patience, delivered)
        .await
        .expect("delivered");
    assert_eq!(private_endpoint(&demo).await.status, 201);

    // Mail goes to the mailboxes of the same page.
    let environment = [
        ("OTP__SMTP__URL", text("smtpUrl")),
        ("OTP__MAIL__FROM", "Demo <otp@demo.example>".to_owned()),
        (
            "OTP__SECURITY__MASTER_KEY",
            "b3RwLXRlc3RraXQ6IG5vdCBhIHNlY3JldCBhdCBhbGw=".to_owned(),
        ),
    ]
    .map(|(name, value)| (name.to_owned(), value));
    let arguments = [
        "mail",
        "test",
        "--to",
        "amal@example.com",
        "--language",
        "ar",
    ];
    let mailed = otp_e2e::process::run(&arguments, &environment, "");
    assert_eq!(mailed.code, 0, "{}", mailed.stderr);
    let mails = control("/mails?to=amal@example.com").send().await;
    let mails: Value = mails.expect("an answer").json().await.expect("JSON");
    let mail = &mails["mails"][0];
    assert_eq!(
        (mail["dir"].as_str(), &mail["has_html"]),
        (Some("rtl"), &Value::Bool(true))
    );
    assert_eq!(mail["from"]["address"], "otp@demo.example", "{mail}");

    // What the phone's page shows is what the gateway does.
    let replies = format!("{phone}control/phones/966551234567/replies");
    let stop = json!({"text": "Arrêtez svp"});
    let sent = client().post(replies).json(&stop).send().await;
    assert_eq!(sent.expect("an answer").status(), 200);
    let shown = control("/phones/966551234567/messages").send().await;
    let shown: Value = shown.expect("an answer").json().await.expect("JSON");
    assert_eq!(shown["opted_out"], true, "{shown}");
    let explain = format!("{}/v1/messages/explain", text("url"));
    let refused = async {
        loop {
            let request = client().post(&explain).header("X-Api-Key", &key);
            let wanted = json!({"otpCode": "1", "toPhoneE164": "+966551234567"});
            let answer = request.json(&wanted).send().await.expect("an answer");
            if answer
                .text()
                .await
                .expect("a body")
                .contains("RecipientOptedOut")
            {
                return;
            }
        }
    };
    tokio::time::timeout(patience, refused)
        .await
        .expect("the gateway refuses the person who opted out");

    let folder = std::env::temp_dir().join(format!("otp-demo-{}", demo.id()));
    demo.terminate();
    let (code, stderr) = demo.wait();
    let lines: Vec<Value> = stderr
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    assert_eq!((code, lines.len()), (Some(0), 1), "{stderr}");
    assert_eq!(lines[0]["message"], "stopping");
    let left = std::fs::read_dir(std::env::temp_dir())
        .expect("a folder")
        .filter_map(Result::ok);
    let prefix = folder.file_name().expect("a name").to_owned();
    let left = left.filter(|entry| {
        entry
            .file_name()
            .to_string_lossy()
            .starts_with(&*format!("{}-", prefix.to_string_lossy()))
    });
    assert_eq!(left.count(), 0, "the demo's data is gone");
}

#[test]
fn a_port_in_use_is_reported_in_one_line() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("an address").port().to_string();
    let ended = otp_e2e::process::run(&["demo", "--port", &port], &[], "");
    assert_eq!(ended.code, 2);
    assert!(
        ended.stderr.contains("in use") && ended.stderr.contains("--port"),
        "{}",
        ended.stderr
    );
    assert_eq!(ended.stderr.lines().count(), 1, "{}", ended.stderr);
}

/// Creates a webhook endpoint on this machine.
async fn private_endpoint(demo: &Running) -> Answer {
    let text = |key: &str| demo.ready[key].as_str().expect("a text");
    let request = client().post(format!("{}/v1/webhook-endpoints", text("url")));
    let request = request.header("X-Api-Key", text("apiKey"));
    answer(request.json(&json!({"url": "http://127.0.0.1:9000/hook"}))).await
}

#[tokio::test]
async fn a_demo_for_other_machines_warns_works_and_refuses_private_endpoints() {
    let arguments = ["demo", "--listen", "0.0.0.0", "--port", "0", "--json"];
    let demo = Running::start(&arguments, &[]).unwrap_or_else(|ended| panic!("{}", ended.stderr));
    let curl = demo.ready["curl"].as_str().expect("a text").to_owned();
    let output = Command::new("sh").args(["-c", &curl]).output();
    let answer: Value = serde_json::from_slice(&output.expect("sh and curl").stdout).expect("JSON");
    assert_eq!(answer["messageStatus"], "Sent", "{answer}");
    let refused = private_endpoint(&demo).await;
    assert_eq!(refused.error(), "ForbiddenWebhookTarget");
    demo.terminate();
    let (code, stderr) = demo.wait();
    let first: Value = serde_json::from_str(stderr.lines().next().expect("a line")).expect("JSON");
    let warning = first["note"].as_str().expect("a text");
    assert!(
        warning.starts_with("warning: whoever reaches port "),
        "{stderr}"
    );
    assert_eq!(code, Some(0), "{stderr}");
}
