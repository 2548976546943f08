//! `demo`: the first minute with the product.

use std::process::Command;

use otp_e2e::Running;
use otp_e2e::world::client;
use serde_json::Value;

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

    let phone = text("phone");
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
            let answer = request
                .json(&serde_json::json!({"id": answer["id"]}))
                .send()
                .await;
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

    let folder = std::env::temp_dir().join(format!("otp-demo-{}", demo.id()));
    demo.terminate();
    let (code, stderr) = demo.wait();
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
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
