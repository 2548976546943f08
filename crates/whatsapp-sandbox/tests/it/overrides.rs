//! Webhooks of the account or of one number that go to another URL than the app's.

use std::net::TcpListener;

use reqwest::Method;
use serde_json::{Value, json};

use super::{
    receiver::{Receiver, TOKEN},
    support::{PHONE, RECIPIENT, Server, WABA, message},
};

const DELIVERED: &str = "/webhooks?outcome=delivered&timeout_ms=10000&at_least=";

fn override_to(url: &str) -> Value {
    json!({"override_callback_uri": url, "verify_token": TOKEN})
}

async fn override_account(server: &Server, receiver: &Receiver) {
    let path = format!("{WABA}/subscribed_apps");
    let (status, answer) = server.post(&path, &override_to(receiver.url())).await;
    assert_eq!(status, 200, "{answer}");
}

async fn override_number(server: &Server, phone_number_id: &str, url: &str) {
    let configuration = json!({ "webhook_configuration": override_to(url) });
    let (status, answer) = server
        .post(&format!("{phone_number_id}/"), &configuration)
        .await;
    assert_eq!(status, 200, "{answer}");
}

#[tokio::test]
async fn an_account_may_send_its_webhooks_to_another_url() {
    let (app, other) = (Receiver::start(), Receiver::start());
    let server = app.sandbox().await;
    override_account(&server, &other).await;
    server.send_to(RECIPIENT).await;
    server
        .read(&format!("{DELIVERED}2&receiver={WABA}/subscribed_apps"))
        .await;
    assert!(other.posts()[0].is_signed(), "with the app's secret");
    assert!(app.posts().is_empty());

    // Both ways to end the override bring the webhooks back to the app.
    let path = format!("{WABA}/subscribed_apps");
    for method in [Method::POST, Method::DELETE] {
        override_account(&server, &other).await;
        let ended = server.graph(method, &path).send().await;
        assert_eq!(ended.unwrap().status(), 200);
        let before = app.names().len();
        server.send_to(RECIPIENT).await;
        server.read(&format!("{DELIVERED}{}", before + 2)).await;
    }
    assert_eq!(other.names().len(), 2);
}

#[tokio::test]
async fn the_override_of_a_number_precedes_that_of_its_account() {
    let (app, account, number) = (Receiver::start(), Receiver::start(), Receiver::start());
    let server = app.sandbox().await;
    override_account(&server, &account).await;
    override_number(&server, PHONE, number.url()).await;
    server.send_to(RECIPIENT).await;
    // This change is not about a number, so it goes where the account's changes go.
    let change = json!({"field": "account_update", "value": {"event": "VERIFIED_ACCOUNT"}});
    server.act("/webhook/events", change).await;
    let of_account = format!("receiver={WABA}/subscribed_apps");
    server
        .read(&format!(
            "{DELIVERED}2&receiver={PHONE}/webhook_configuration"
        ))
        .await;
    server.read(&format!("{DELIVERED}1&{of_account}")).await;
    assert_eq!(number.names(), ["sent", "delivered"]);

    override_number(&server, PHONE, "").await;
    server.send_to(RECIPIENT).await;
    server.read(&format!("{DELIVERED}3&{of_account}")).await;
    assert_eq!(number.posts().len(), 2);
    assert!(app.posts().is_empty());
}

#[tokio::test]
async fn a_receiver_that_does_not_answer_delays_no_other() {
    let app = Receiver::start();
    let server = app.sandbox().await;
    // It accepts connections and never answers.
    let silent = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let url = format!("http://{}/", silent.local_addr().unwrap());
    server
        .put(&format!("/accounts/{WABA}/numbers/777"), json!({}))
        .await;
    override_number(&server, "777", &url).await;
    for _ in 0..5 {
        server.post("777/messages", &message(RECIPIENT)).await;
        server.send_to(RECIPIENT).await;
    }
    server.read(&format!("{DELIVERED}10")).await;
    assert_eq!(app.names().len(), 10);
}

#[tokio::test]
async fn a_reset_removes_overrides_and_keeps_the_webhook() {
    let (app, other) = (Receiver::start(), Receiver::start());
    let server = app.sandbox().await;
    override_account(&server, &other).await;
    server.act("/reset", Value::Null).await;
    assert_eq!(server.read("/webhooks").await["total"], 0);
    server.send_to(RECIPIENT).await;
    server.read(&format!("{DELIVERED}2")).await;
    assert_eq!(app.handshakes(), 1);
    assert!(other.posts().is_empty());
}
