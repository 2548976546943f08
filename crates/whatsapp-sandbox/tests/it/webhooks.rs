//! The delivery of webhooks: handshake, signature, attempts, and the events that cause them.

use reqwest::Method;
use serde_json::{Value, json};
use whatsapp_sandbox::{Sandbox, WebhookOptions};

use super::{
    receiver::{Receiver, SECRET, TOKEN, values},
    support::{RECIPIENT, Server, WABA},
};

const DELIVERED: &str = "/webhooks?outcome=delivered&timeout_ms=10000&at_least=";

/// Waits until this many handshakes were answered, and returns the state of the last one.
async fn handshake(server: &Server, attempts: u64) -> Value {
    loop {
        let handshake = server.read("/webhook").await["handshake"].clone();
        if handshake["attempts"].as_u64() >= Some(attempts) {
            return handshake;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn bytes_are_escaped_and_signed_as_they_are_sent() {
    let receiver = Receiver::start();
    let server = receiver.sandbox().await;
    server.send_to(RECIPIENT).await;
    let log = server.read(&format!("{DELIVERED}2")).await;
    for (index, post) in receiver.posts().iter().enumerate() {
        assert!(post.body.is_ascii());
        let text = std::str::from_utf8(&post.body).unwrap();
        assert!(
            text.contains(r"\u0633\u0627\u0631\u0629 \ud83c\udf19"),
            "{text}"
        );
        assert!(post.is_signed());
        assert_eq!(post.user_agent, "facebookexternalua");
        let logged = &log["webhooks"][index];
        assert_eq!(logged["body"], text);
        assert_eq!(logged["signature"], post.signature.clone().unwrap());
        assert_eq!(
            (&logged["http_status"], &logged["attempts"]),
            (&json!(200), &json!(1))
        );
    }
    for (number, has_signature) in [("+12025550198", true), ("+12025550199", false)] {
        let before = receiver.posts().len();
        server.send_to(number).await;
        server.read(&format!("{DELIVERED}{}", before + 3)).await;
        for post in &receiver.posts()[before..] {
            assert_eq!(post.signature.is_some(), has_signature);
            assert!(!post.is_signed());
        }
    }
}

#[tokio::test]
async fn changes_wait_until_the_handshake_succeeds() {
    let receiver = Receiver::start();
    receiver.refuse_handshakes(usize::MAX);
    let server = Server::start();
    receiver.connect(&server).await;
    server.send_to(RECIPIENT).await;
    let refused = handshake(&server, 2).await;
    assert_eq!(refused["state"], "refused");
    assert_eq!(refused["http_status"], 403);
    assert!(receiver.posts().is_empty());
    let wait = "/webhook?verified=true&timeout_ms=50";
    let (status, _) = server.control(Method::GET, wait, Value::Null).await;
    assert_eq!(status, 404);

    receiver.refuse_handshakes(0);
    server.read(&format!("{DELIVERED}2")).await;
    assert_eq!(receiver.names(), ["sent", "delivered"]);
    let verified = server.read("/webhook?verified=true").await;
    assert_eq!(verified["handshake"]["state"], "verified");
    let shown = verified.to_string();
    assert!(!shown.contains(SECRET) && !shown.contains(TOKEN), "{shown}");
}

#[tokio::test]
async fn a_receiver_has_to_answer_with_the_challenge() {
    // The page of the sandbox answers 200 to every request.
    let server = Server::start();
    let webhook = json!({"url": server.url("/"), "app_secret": SECRET, "verify_token": TOKEN});
    server.put("/webhook", webhook).await;
    let handshake = handshake(&server, 1).await;
    assert_eq!(handshake["state"], "refused");
    let detail = handshake["detail"].as_str().unwrap();
    assert!(detail.contains("instead of the challenge"), "{detail}");
}

#[tokio::test]
async fn a_request_is_repeated_until_it_is_answered_with_200() {
    let receiver = Receiver::start();
    receiver.answer_with(&[500, 202]);
    let server = receiver.sandbox().await;
    server.send_to("+12025550170").await;
    let log = server.read(&format!("{DELIVERED}1")).await;
    assert_eq!(log["webhooks"][0]["attempts"], 3);
    let posts = receiver.posts();
    assert_eq!(posts.len(), 3);
    let first = &posts[0].body;
    assert!(
        posts
            .iter()
            .all(|post| post.body == *first && post.is_signed())
    );
}

#[tokio::test]
async fn a_request_is_given_up_after_twenty_attempts_and_a_forged_one_after_the_first() {
    let receiver = Receiver::start();
    let server = receiver.sandbox().await;
    receiver.answer_with(&[503; 20]);
    server.send_to("+12025550170").await;
    let given_up = "/webhooks?outcome=given_up&timeout_ms=10000&at_least=";
    let log = server.read(&format!("{given_up}1")).await;
    let request = &log["webhooks"][0];
    assert_eq!(
        (&request["http_status"], &request["attempts"]),
        (&json!(503), &json!(20))
    );
    receiver.answer_with(&[401; 3]);
    server.send_to("+12025550198").await;
    server.read(&format!("{given_up}4")).await;
    assert_eq!(receiver.posts().len(), 23);
}

#[tokio::test]
async fn changes_of_templates_and_of_the_account_are_reported() {
    let receiver = Receiver::start();
    let server = receiver.sandbox().await;
    let paused = json!({"status": "paused", "name": "otp_code", "language": "ar"});
    server.put("/templates", paused).await;
    let draft = json!({"name": "fresh", "language": "en", "category": "AUTHENTICATION",
        "components": [{"type": "BODY"},
            {"type": "BUTTONS", "buttons": [{"type": "OTP", "otp_type": "COPY_CODE"}]}]});
    let templates = format!("{WABA}/message_templates");
    let (status, created) = server.post(&templates, &draft).await;
    assert_eq!(status, 200, "{created}");
    server.read(&format!("{DELIVERED}2")).await;
    server.delete(&format!("{templates}?name=fresh")).await;
    let account = json!({"field": "account_update", "value": {"event": "ACCOUNT_RESTRICTION"}});
    server.act("/webhook/events", account).await;
    let unknown = json!({"field": "something_new", "value": {"a": "ب"}});
    server.act("/webhook/events", unknown).await;
    server.read(&format!("{DELIVERED}5")).await;

    let bodies = receiver.bodies();
    let status_update = "message_template_status_update";
    let reported = |index: usize| {
        let change = &bodies[index]["entry"][0]["changes"][0];
        (change["field"].clone(), change["value"].clone())
    };
    for (index, event, name) in [
        (0, "PAUSED", "otp_code"),
        (1, "APPROVED", "fresh"),
        (2, "DELETED", "fresh"),
    ] {
        let (field, value) = reported(index);
        assert_eq!(
            (&field, &value["event"]),
            (&json!(status_update), &json!(event))
        );
        assert_eq!(value["message_template_name"], name);
        assert!(
            value["message_template_id"].is_u64(),
            "a number, unlike in Graph"
        );
    }
    assert_eq!(reported(0).1["message_template_language"], "ar");
    assert_eq!(
        reported(3),
        (
            json!("account_update"),
            json!({"event": "ACCOUNT_RESTRICTION"})
        )
    );
    assert_eq!(reported(4), (json!("something_new"), json!({"a": "ب"})));
    assert!(bodies[0]["entry"][0]["time"].is_u64());
}

#[tokio::test]
async fn a_person_reads_a_message_and_replies() {
    let receiver = Receiver::start();
    let server = receiver.sandbox().await;
    let sent = json!({"life": {"steps": [{"event": "sent"}]}});
    server.put(&format!("/numbers/{RECIPIENT}"), sent).await;
    server.send_to(RECIPIENT).await;
    server.read(&format!("{DELIVERED}1")).await;
    let read = format!("/phones/{RECIPIENT}/messages/1/read");
    for _ in 0..2 {
        let message = server.act(&read, Value::Null).await;
        assert_eq!(message["statuses"][1]["status"], "read");
    }
    let replies = format!("/phones/{RECIPIENT}/replies");
    for reply in [
        json!({"text": "STOP", "only_user_id": true}),
        json!({"text": "Stop", "form": "button"}),
    ] {
        server.act(&replies, reply).await;
    }
    server.read(&format!("{DELIVERED}4")).await;
    assert_eq!(receiver.names(), ["sent", "read"], "read is reported once");
    let statuses = receiver.statuses();
    assert!(statuses[1].0["pricing"].is_object(), "the first arrival");
    let bodies = receiver.bodies();
    let message = |index: usize| values(&bodies[index])[0]["messages"][0].clone();
    assert!(message(2).get("from").is_none() && message(2).get("context").is_none());
    assert_eq!(message(3)["context"]["id"], statuses[0].0["id"]);
    let phone = server.read(&format!("/phones/{RECIPIENT}/messages")).await;
    assert_eq!(phone["replies"].as_array().unwrap().len(), 2);
    let missing = format!("/phones/{RECIPIENT}/messages/99/read");
    for (path, body, status) in [
        (&replies, json!({"text": ""}), 400),
        (&missing, Value::Null, 404),
    ] {
        let (got, _) = server.control(Method::POST, path, body).await;
        assert_eq!(got, status, "{path}");
    }
}

#[tokio::test]
async fn nothing_is_planned_without_a_receiver() {
    let server = Server::start();
    server.send_to(RECIPIENT).await;
    let webhook = server.read("/webhook").await;
    assert_eq!(
        (&webhook["url"], &webhook["waiting"]),
        (&Value::Null, &json!(0))
    );
    let change = json!({"field": "account_update", "value": {}});
    let (status, _) = server
        .control(Method::POST, "/webhook/events", change)
        .await;
    assert_eq!(status, 400);
    let (status, _) = server.control(Method::GET, "/webhooks", Value::Null).await;
    assert_eq!(status, 404);
    for wrong in [
        json!({"url": "ftp://127.0.0.1/", "app_secret": "a", "verify_token": "b"}),
        json!({"url": "/hook", "app_secret": "a", "verify_token": "b"}),
        json!({"url": "http://127.0.0.1/"}),
    ] {
        assert_eq!(server.control(Method::PUT, "/webhook", wrong).await.0, 400);
    }
}

#[tokio::test]
async fn a_removed_receiver_gets_nothing_and_can_be_set_again() {
    let receiver = Receiver::start();
    let server = receiver.sandbox().await;
    let (_, gone) = server
        .control(Method::DELETE, "/webhook", Value::Null)
        .await;
    assert_eq!(gone["removed"], true);
    server.send_to(RECIPIENT).await;
    assert!(receiver.posts().is_empty());
    receiver.connect(&server).await;
    server.read("/webhook?verified=true&timeout_ms=10000").await;
    server.send_to(RECIPIENT).await;
    server.read(&format!("{DELIVERED}2")).await;
}

#[tokio::test]
async fn a_receiver_in_the_options_needs_no_command_and_its_secrets_are_not_printed() {
    let receiver = Receiver::start();
    let mut options = Server::options();
    options.webhook = Some(WebhookOptions {
        url: receiver.url().to_owned(),
        app_secret: SECRET.to_owned(),
        verify_token: TOKEN.to_owned(),
    });
    let shown = format!("{options:?} {:?}", Sandbox::new(options.clone()));
    assert!(!shown.contains(SECRET) && !shown.contains(TOKEN));
    let server = Server::with(options);
    server.read("/webhook?verified=true&timeout_ms=10000").await;
    server.sandbox.close();
    assert_eq!(server.send_to(RECIPIENT).await.0, 200);
    assert!(
        receiver.posts().is_empty(),
        "a closed sandbox sends no webhooks"
    );
}
