//! The lives of messages: those of the test numbers, and those that tests set.

use serde_json::{Value, json};
use whatsapp_sandbox::SandboxOptions;

use super::{
    receiver::{Receiver, values},
    support::{RECIPIENT, Server},
};

/// Sends to a number, waits for this many reports, and returns the names of the statuses in order.
async fn live(number: &str, reports: usize) -> (Server, Receiver, Vec<String>) {
    let receiver = Receiver::start();
    let server = receiver.sandbox().await;
    server.send_to(number).await;
    expect_reports(&server, reports).await;
    let names = receiver.names();
    (server, receiver, names)
}

/// Waits until nothing is planned or queued, and checks the number of requests.
async fn expect_reports(server: &Server, requests: usize) {
    server
        .read(&format!("/webhooks?at_least={requests}&timeout_ms=10000"))
        .await;
    while server.read("/webhook").await["waiting"] != 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!(server.read("/webhooks").await["total"], requests);
}

#[tokio::test]
async fn a_message_is_reported_as_sent_and_delivered_by_default() {
    let receiver = Receiver::start();
    let server = receiver.sandbox().await;
    let (_, accepted) = server.send_to(RECIPIENT).await;
    expect_reports(&server, 2).await;
    let statuses = receiver.statuses();
    assert_eq!(receiver.names(), ["sent", "delivered"]);
    for (status, value) in &statuses {
        assert_eq!(value["messaging_product"], "whatsapp");
        assert_eq!(
            value["metadata"],
            json!({"display_phone_number": "15550783881", "phone_number_id": "106540352242922"})
        );
        assert_eq!(status["id"], accepted["messages"][0]["id"]);
        assert_eq!(status["recipient_id"], "966512345678");
        assert_eq!(
            status["biz_opaque_callback_data"],
            format!("for {RECIPIENT}")
        );
        let moment: i64 = status["timestamp"].as_str().unwrap().parse().unwrap();
        assert!(moment > 1_700_000_000);
        let contact = &value["contacts"][0];
        assert_eq!(contact["wa_id"], "966512345678");
        assert_eq!(contact["user_id"], status["recipient_user_id"]);
        assert!(contact["user_id"].as_str().unwrap().starts_with("US."));
        assert_eq!(
            status["pricing"],
            json!({"billable": true, "pricing_model": "PMP", "type": "regular",
                   "category": "authentication"})
        );
        assert!(status.get("conversation").is_none() && status.get("errors").is_none());
    }
    for body in receiver.bodies() {
        assert_eq!(body["object"], "whatsapp_business_account");
        assert_eq!(body["entry"][0]["id"], "102290129340398");
        assert_eq!(body["entry"][0]["changes"][0]["field"], "messages");
    }
    let phone = server.read(&format!("/phones/{RECIPIENT}/messages")).await;
    let ticks = phone["messages"][0]["statuses"].as_array().unwrap();
    assert_eq!(
        (&ticks[0]["status"], &ticks[1]["status"]),
        (&json!("sent"), &json!("delivered"))
    );
}

#[tokio::test]
async fn each_test_number_has_the_reports_of_its_life() {
    for (suffix, expected) in [
        ("70", vec!["sent"]),
        ("71", vec!["sent", "delivered"]),
        ("73", vec!["sent", "delivered", "read"]),
        ("74", vec!["sent", "read"]),
        ("75", vec!["sent", "read", "delivered"]),
        ("76", vec!["delivered", "sent"]),
        (
            "77",
            vec!["sent", "sent", "delivered", "delivered", "read", "read"],
        ),
        ("80", vec!["sent", "failed"]),
        ("81", vec!["failed"]),
        ("85", vec!["sent", "failed", "delivered"]),
        ("86", vec!["sent", "delivered", "failed"]),
        ("88", vec!["sent", "sent", "failed", "failed"]),
    ] {
        let (_server, receiver, names) = live(&format!("+120255501{suffix}"), expected.len()).await;
        assert_eq!(names, expected, "{suffix}");
        let priced = |wanted: &[&str]| {
            let is = |name: &Value| wanted.contains(&name.as_str().unwrap());
            let statuses = receiver.statuses();
            let with = statuses
                .iter()
                .filter(|(one, _)| one["pricing"].is_object());
            let mut moments: Vec<_> = with.filter(|(one, _)| is(&one["status"])).collect();
            moments.dedup_by_key(|(one, _)| one["status"].clone());
            moments.len()
        };
        assert!(priced(&["sent"]) <= 1, "{suffix}");
        assert!(priced(&["delivered", "read"]) <= 1, "{suffix}");
        assert_eq!(priced(&["failed"]), 0, "{suffix}");
    }
}

#[tokio::test]
async fn a_failure_has_its_error() {
    for (suffix, code, contacts) in [
        ("80", 131_026, true),
        ("82", 131_042, true),
        ("83", 131_000, true),
        ("84", 130_497, true),
        ("87", 199_999, true),
        ("89", 131_026, false),
    ] {
        let (_server, receiver, _) = live(&format!("+120255501{suffix}"), 2).await;
        let (failed, value) = receiver.statuses().pop().unwrap();
        assert_eq!(failed["status"], "failed");
        let error = &failed["errors"][0];
        assert_eq!(error["code"], code);
        for text in ["title", "message", "href"] {
            assert!(error[text].is_string(), "{error}");
        }
        assert!(error["error_data"]["details"].is_string());
        assert_eq!(value["contacts"].is_array(), contacts, "{suffix}");
    }
}

#[tokio::test]
async fn one_request_can_report_a_whole_life() {
    let (_server, receiver, names) = live("+12025550178", 1).await;
    assert_eq!(names, ["sent", "delivered", "read"]);
    let body = &receiver.bodies()[0];
    assert_eq!(values(body).len(), 1, "one change with three statuses");
    assert_eq!(values(body)[0]["contacts"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_life_without_reports_is_visible_on_the_phone() {
    let (server, receiver, _) = live("+12025550179", 0).await;
    // The report of a later message proves that the earlier ones did not come.
    server.send_to("+12025550170").await;
    expect_reports(&server, 1).await;
    assert_eq!(receiver.names(), ["sent"]);
    let phone = server.read("/phones/+12025550179/messages").await;
    assert_eq!(phone["messages"][0]["statuses"][1]["status"], "delivered");
}

#[tokio::test]
async fn reports_can_lack_contacts_or_callback_data() {
    let (_server, receiver, _) = live("+12025550196", 3).await;
    assert!(
        receiver
            .statuses()
            .iter()
            .all(|(_, value)| value.get("contacts").is_none())
    );
    let (_server, receiver, _) = live("+12025550197", 3).await;
    let statuses = receiver.statuses();
    assert!(
        statuses
            .iter()
            .all(|(one, _)| one.get("biz_opaque_callback_data").is_none())
    );
}

#[tokio::test]
async fn recipients_reply_in_every_form() {
    for (suffix, kind, text, by_number, quotes) in [
        ("90", "text", "STOP", true, false),
        ("91", "text", "STOP", false, false),
        ("92", "button", "STOP", true, true),
        ("93", "interactive", "STOP", false, true),
        ("94", "text", "إيقاف", true, false),
        ("95", "text", "Thank you", true, false),
    ] {
        let (_server, receiver, _) = live(&format!("+120255501{suffix}"), 3).await;
        let value = values(&receiver.bodies()[2]).remove(0);
        let message = &value["messages"][0];
        assert_eq!(message["type"], kind);
        let typed = match kind {
            "text" => &message["text"]["body"],
            "button" => &message["button"]["payload"],
            _ => &message["interactive"]["button_reply"]["title"],
        };
        assert_eq!(typed, text);
        let recipient = &receiver.statuses()[0].0;
        assert_eq!(message["from_user_id"], recipient["recipient_user_id"]);
        assert_eq!(value["contacts"][0]["user_id"], message["from_user_id"]);
        assert_eq!(message.get("from").is_some(), by_number, "{suffix}");
        assert_eq!(
            value["contacts"][0].get("wa_id").is_some(),
            by_number,
            "{suffix}"
        );
        let quoted = message.get("context").map(|context| &context["id"]);
        assert_eq!(quoted, quotes.then_some(&recipient["id"]), "{suffix}");
    }
}

#[tokio::test]
async fn a_script_gives_a_number_any_life() {
    let receiver = Receiver::start();
    let server = receiver.sandbox().await;
    let path = format!("/numbers/{RECIPIENT}");
    let life = json!({"steps": [
        {"event": "delivered", "after_ms": 10, "late_ms": 90},
        {"event": "failed", "code": 131_049, "after_ms": 50, "copies": 2},
    ], "contacts": "not_on_failed"});
    server.put(&path, json!({"life": life, "times": 1})).await;
    server.send_to(RECIPIENT).await;
    expect_reports(&server, 3).await;
    assert_eq!(receiver.names(), ["failed", "failed", "delivered"]);
    server.send_to(RECIPIENT).await;
    expect_reports(&server, 5).await;
    assert_eq!(receiver.names()[3..], ["sent", "delivered"]);
    for wrong in [
        json!({"life": {"steps": [{"event": "failed"}]}}),
        json!({"life": {"signature": "blurred"}}),
        json!({"life": {"steps": vec![json!({"event": "sent"}); 101]}}),
    ] {
        let (status, _) = server.control(reqwest::Method::PUT, &path, wrong).await;
        assert_eq!(status, 400);
    }
}

#[tokio::test]
async fn steps_take_their_time() {
    let receiver = Receiver::start();
    let server = Server::with(SandboxOptions {
        pace: 0.1,
        ..SandboxOptions::default()
    });
    receiver.connect(&server).await;
    server.read("/webhook?verified=true&timeout_ms=10000").await;
    server.send_to("+12025550171").await;
    let log = server.read("/webhooks?at_least=2&timeout_ms=10000").await;
    let created = |index: usize| {
        let text = log["webhooks"][index]["created_at"].as_str().unwrap();
        time::OffsetDateTime::parse(text, &time::format_description::well_known::Rfc3339).unwrap()
    };
    assert!(created(1) - created(0) > time::Duration::milliseconds(350));
}
