//! The delivery of webhooks: handshake, signature, attempts, batches, events on command.

use reqwest::Method;
use serde_json::{Value, json};
use whatsapp_sandbox::{Sandbox, WebhookOptions};

use super::{
    receiver::{Receiver, SECRET, TOKEN, values},
    support::{ANYBODY, Server},
};

const DELIVERED: &str = "/webhooks?outcome=delivered&timeout_ms=10000&at_least=";

#[tokio::test]
async fn bytes_are_escaped_and_signed_as_they_are_sent() {
    let receiver = Receiver::start();
    let server = receiver.sandbox(json!({})).await;
    server.send_to(ANYBODY).await;
    let log = server.look(&format!("{DELIVERED}2")).await;
    for (place, post) in receiver.posts().iter().enumerate() {
        assert!(post.body.is_ascii());
        let text = std::str::from_utf8(&post.body).unwrap();
        assert!(
            text.contains(r"\u0633\u0627\u0631\u0629 \ud83c\udf19"),
            "{text}"
        );
        assert!(post.is_signed());
        assert_eq!(post.user_agent, "facebookexternalua");
        let logged = &log["webhooks"][place];
        assert_eq!(logged["body"], text);
        assert_eq!(logged["signature"], post.signature.clone().unwrap());
        assert_eq!(
            (&logged["http_status"], &logged["attempts"]),
            (&json!(200), &json!(1))
        );
    }
    for (number, signed) in [("+12025550198", true), ("+12025550199", false)] {
        let before = receiver.posts().len();
        server.send_to(number).await;
        server.look(&format!("{DELIVERED}{}", before + 3)).await;
        for post in &receiver.posts()[before..] {
            assert_eq!(post.signature.is_some(), signed);
            assert!(!post.is_signed());
        }
    }
}

#[tokio::test]
async fn nothing_is_told_before_the_handshake() {
    let receiver = Receiver::start();
    receiver.refuse_handshakes(2);
    let server = Server::start();
    receiver
        .tell(
            &server,
            json!({"retry_first_ms": 30_000, "retry_most_ms": 30_000}),
        )
        .await;
    server.send_to(ANYBODY).await;
    let refused = loop {
        let webhook = server.look("/webhook").await;
        if webhook["handshake"]["attempts"] == 1 {
            break webhook;
        }
        tokio::task::yield_now().await;
    };
    assert_eq!(refused["handshake"]["state"], "refused");
    assert_eq!(refused["handshake"]["http_status"], 403);
    assert!(receiver.posts().is_empty());
    let (status, _) = server
        .control(
            Method::GET,
            "/webhook?verified=true&timeout_ms=50",
            Value::Null,
        )
        .await;
    assert_eq!(status, 404);

    // The second is refused as well, the third is not; what waited is told then.
    receiver.tell(&server, json!({"retry_first_ms": 5})).await;
    server.look(&format!("{DELIVERED}2")).await;
    assert_eq!(receiver.handshakes(), 3);
    assert_eq!(receiver.names(), ["sent", "delivered"]);
    let verified = server.look("/webhook?verified=true").await;
    assert_eq!(verified["handshake"]["state"], "verified");
    assert!(!verified.to_string().contains(SECRET) && !verified.to_string().contains(TOKEN));
}

#[tokio::test]
async fn a_receiver_that_says_something_else_is_not_the_one() {
    // The sandbox's own page answers 200 to everybody.
    let server = Server::start();
    let hook = json!({"url": server.url("/"), "app_secret": SECRET, "verify_token": TOKEN,
                      "delivery": {"retry_first_ms": 30_000}});
    server.put("/webhook", hook).await;
    let handshake = loop {
        let webhook = server.look("/webhook").await;
        if webhook["handshake"]["attempts"] == 1 {
            break webhook["handshake"].clone();
        }
        tokio::task::yield_now().await;
    };
    assert_eq!(handshake["state"], "refused");
    assert!(
        handshake["detail"]
            .as_str()
            .unwrap()
            .contains("instead of the challenge")
    );
}

#[tokio::test]
async fn what_is_not_answered_200_is_told_again() {
    let receiver = Receiver::start();
    receiver.answers(&[500, 202]);
    let server = receiver
        .sandbox(json!({"retry_first_ms": 10, "attempts": 3}))
        .await;
    server.send_to("+12025550170").await;
    let log = server.look(&format!("{DELIVERED}1")).await;
    assert_eq!(log["webhooks"][0]["attempts"], 3);
    let posts = receiver.posts();
    assert_eq!(posts.len(), 3);
    assert!(
        posts
            .iter()
            .all(|post| post.body == posts[0].body && post.is_signed())
    );

    receiver.answers(&[503, 503, 503]);
    server.send_to("+12025550170").await;
    let log = server
        .look("/webhooks?outcome=given_up&at_least=1&timeout_ms=10000")
        .await;
    assert_eq!(log["webhooks"][0]["http_status"], 503);
    let totals = server.look("/webhook").await["totals"].clone();
    assert_eq!(
        totals,
        json!({"requests": 2, "attempts": 6, "delivered": 1, "given_up": 1, "dropped": 0})
    );
    // Nobody repeats a forgery.
    receiver.answers(&[401, 401, 401]);
    server.send_to("+12025550198").await;
    server
        .look("/webhooks?outcome=given_up&at_least=4&timeout_ms=10000")
        .await;
    assert_eq!(receiver.posts().len(), 9);
}

#[tokio::test]
async fn events_share_a_request() {
    let receiver = Receiver::start();
    let delivery = json!({"batch_size": 4, "batch_window_ms": 60_000});
    let server = receiver.sandbox(delivery).await;
    server.send_to(ANYBODY).await;
    server.send_to("+966512345670").await;
    server.look(&format!("{DELIVERED}1")).await;
    let body = &receiver.bodies()[0];
    let value = values(body).remove(0);
    assert_eq!(value["statuses"].as_array().unwrap().len(), 4);
    assert_eq!(value["contacts"].as_array().unwrap().len(), 2);

    let delivery = json!({"batch_size": 100, "batch_window_ms": 50, "separate_entries": true});
    receiver.tell(&server, delivery).await;
    server.send_to(ANYBODY).await;
    server.look(&format!("{DELIVERED}2")).await;
    assert_eq!(receiver.bodies()[1]["entry"].as_array().unwrap().len(), 2);
    assert!(receiver.posts()[1].is_signed());
}

#[tokio::test]
async fn accounts_and_templates_have_events_too() {
    let receiver = Receiver::start();
    let server = receiver.sandbox(json!({})).await;
    server
        .put(
            "/templates",
            json!({"status": "paused", "name": "otp_code", "language": "ar"}),
        )
        .await;
    let draft = json!({"name": "fresh", "language": "en", "category": "AUTHENTICATION",
        "components": [{"type": "BODY"},
            {"type": "BUTTONS", "buttons": [{"type": "OTP", "otp_type": "COPY_CODE"}]}]});
    let (status, created) = server
        .post("102290129340398/message_templates", &draft)
        .await;
    assert_eq!(status, 200, "{created}");
    server.look(&format!("{DELIVERED}2")).await;
    for event in [
        json!({"field": "account_update", "value": {"event": "ACCOUNT_RESTRICTION",
            "restriction_info": [{"restriction_type": "RESTRICTED_BIZ_INITIATED_MESSAGING"}]}}),
        json!({"field": "phone_number_quality_update"}),
        json!({"field": "messages", "value": {"errors": [{"code": 130_429}]}}),
        json!({"field": "message_template_status_update", "value": {"event": "DISABLED"}}),
        json!({"field": "something_new", "value": {"a": "ب"}}),
    ] {
        let (status, answer) = server.control(Method::POST, "/webhook/events", event).await;
        assert_eq!(status, 200, "{answer}");
    }
    server.look(&format!("{DELIVERED}7")).await;
    let bodies = receiver.bodies();
    let fields: Vec<&Value> = bodies
        .iter()
        .map(|body| &body["entry"][0]["changes"][0]["field"])
        .collect();
    assert_eq!(
        fields,
        [
            "message_template_status_update",
            "message_template_status_update",
            "account_update",
            "phone_number_quality_update",
            "messages",
            "message_template_status_update",
            "something_new"
        ]
    );
    let value = |place: usize| values(&bodies[place]).remove(0);
    assert_eq!(value(0)["event"], "PAUSED");
    assert_eq!(value(0)["message_template_language"], "ar");
    assert!(
        value(0)["message_template_id"].is_u64(),
        "a number, unlike in Graph"
    );
    assert_eq!(value(1)["event"], "APPROVED");
    assert_eq!(value(1)["message_template_name"], "fresh");
    assert_eq!(value(2)["event"], "ACCOUNT_RESTRICTION");
    assert_eq!(value(4)["errors"][0]["title"], "Rate limit hit");
    assert!(value(4)["metadata"].is_object() && value(4).get("statuses").is_none());
    assert_eq!(value(5)["event"], "DISABLED");
    assert_eq!(value(5)["message_template_name"], "otp_code");
    assert_eq!(value(6), json!({"a": "ب"}));
    assert!(bodies[0]["entry"][0]["time"].is_u64());
}

#[tokio::test]
async fn a_person_reads_and_answers() {
    let receiver = Receiver::start();
    let server = receiver.sandbox(json!({})).await;
    server
        .put("/life", json!({"steps": [{"event": "sent"}]}))
        .await;
    server.send_to(ANYBODY).await;
    server.look(&format!("{DELIVERED}1")).await;
    let read = format!("/phones/{ANYBODY}/messages/1/read");
    for _ in 0..2 {
        let (status, message) = server.control(Method::POST, &read, Value::Null).await;
        assert_eq!(status, 200);
        assert_eq!(message["statuses"][1]["status"], "read");
    }
    let replies = format!("/phones/{ANYBODY}/replies");
    for reply in [
        json!({"text": "STOP", "only_user_id": true}),
        json!({"text": "Stop", "form": "button"}),
        json!({"text": "hm", "message_id": 1}),
    ] {
        let (status, _) = server.control(Method::POST, &replies, reply).await;
        assert_eq!(status, 200);
    }
    server.look(&format!("{DELIVERED}5")).await;
    assert_eq!(receiver.names(), ["sent", "read"], "read once");
    let wamid = receiver.statuses()[0].0["id"].clone();
    assert!(
        receiver.statuses()[1].0["pricing"].is_object(),
        "nothing arrived before"
    );
    let bodies = receiver.bodies();
    let message = |place: usize| values(&bodies[place])[0]["messages"][0].clone();
    assert!(message(2).get("from").is_none() && message(2).get("context").is_none());
    assert_eq!(message(3)["context"]["id"], wamid);
    assert_eq!(message(4)["context"]["id"], wamid);
    let phone = server.look(&format!("/phones/{ANYBODY}/messages")).await;
    assert_eq!(phone["replies"].as_array().unwrap().len(), 3);
    for (path, body, status) in [
        (replies.as_str(), json!({"text": ""}), 400),
        (
            replies.as_str(),
            json!({"text": "a", "message_id": 99}),
            404,
        ),
        (
            &format!("/phones/{ANYBODY}/messages/99/read"),
            Value::Null,
            404,
        ),
    ] {
        assert_eq!(
            server.control(Method::POST, path, body).await.0,
            status,
            "{path}"
        );
    }
}

#[tokio::test]
async fn nothing_lives_where_nobody_is_told() {
    let server = Server::start();
    server.send_to(ANYBODY).await;
    let webhook = server.look("/webhook").await;
    assert_eq!(
        (&webhook["url"], &webhook["waiting"]),
        (&Value::Null, &json!(0))
    );
    let (status, _) = server
        .control(
            Method::POST,
            "/webhook/events",
            json!({"field": "account_update"}),
        )
        .await;
    assert_eq!(status, 400);
    for wrong in [
        json!({"url": "ftp://127.0.0.1/", "app_secret": "a", "verify_token": "b"}),
        json!({"url": "/hook", "app_secret": "a", "verify_token": "b"}),
        json!({"url": "http://127.0.0.1/"}),
    ] {
        assert_eq!(server.control(Method::PUT, "/webhook", wrong).await.0, 400);
    }

    let receiver = Receiver::start();
    let server = receiver.sandbox(json!({})).await;
    let (_, gone) = server
        .control(Method::DELETE, "/webhook", Value::Null)
        .await;
    assert_eq!(gone["removed"], true);
    server.send_to(ANYBODY).await;
    assert!(receiver.posts().is_empty());
    // A second start after the end of the first worker.
    receiver.tell(&server, json!({})).await;
    server.send_to(ANYBODY).await;
    server.look(&format!("{DELIVERED}2")).await;
}

#[tokio::test]
async fn a_reset_keeps_the_receiver_and_forgets_the_rest() {
    let receiver = Receiver::start();
    let server = receiver.sandbox(json!({})).await;
    server
        .put(
            "/life",
            json!({"steps": [{"event": "sent", "after_ms": 1}]}),
        )
        .await;
    server.send_to(ANYBODY).await;
    server.look(&format!("{DELIVERED}1")).await;
    server.control(Method::POST, "/reset", Value::Null).await;
    assert_eq!(server.look("/webhooks").await["total"], 0);
    server.send_to(ANYBODY).await;
    server.look(&format!("{DELIVERED}2")).await;
    assert_eq!(receiver.handshakes(), 1);
}

#[tokio::test]
async fn a_receiver_from_the_start_needs_no_command() {
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
    server.look("/webhook?verified=true&timeout_ms=10000").await;
    server.sandbox.close();
    assert_eq!(server.send_to(ANYBODY).await.0, 200);
    assert!(receiver.posts().is_empty(), "closed");
}
