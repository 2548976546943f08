//! Several receivers of webhooks: each with a secret, a queue and a log of its own.

use std::net::TcpListener;

use reqwest::Method;
use serde_json::{Value, json};

use super::{
    receiver::{Receiver, SECRET, TOKEN, secret_of},
    support::{ANYBODY, PHONE, Server, WABA},
};

const DELIVERED: &str = "/webhooks?outcome=delivered&timeout_ms=10000&at_least=";

#[tokio::test]
async fn everybody_is_told_and_nobody_knows_the_others_secret() {
    let (app, crm) = (Receiver::start(), Receiver::start());
    let server = app.sandbox(json!({})).await;
    crm.join(&server, "crm", None).await;
    server.send_to(ANYBODY).await;
    for (receiver, name, secret) in [
        (&app, "default", SECRET.to_owned()),
        (&crm, "crm", secret_of("crm")),
    ] {
        let log = server.look(&format!("{DELIVERED}2&receiver={name}")).await;
        assert_eq!(log["total"], 2, "{name}");
        assert_eq!(receiver.names(), ["sent", "delivered"], "{name}");
        assert!(receiver.posts()[0].is_signed_with(&secret), "{name}");
    }
    assert_eq!(app.posts()[0].body, crm.posts()[0].body);
    let listed = server.look("/receivers").await;
    let names = listed["receivers"].as_array().unwrap().iter();
    let names: Vec<&Value> = names.map(|one| &one["name"]).collect();
    assert_eq!(names, ["crm", "default"]);
    assert!(!listed.to_string().contains("secret"), "{listed}");
}

#[tokio::test]
async fn a_dead_receiver_holds_up_nobody() {
    let (app, ill) = (Receiver::start(), Receiver::start());
    let server = app.sandbox(json!({})).await;
    ill.join(&server, "ill", None).await;
    ill.answers(&[500; 100]);
    // Connections to it are made, and nobody ever answers them.
    let silent = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    for (name, url) in [
        ("gone", "http://127.0.0.1:9/".to_owned()),
        (
            "silent",
            format!("http://{}/", silent.local_addr().unwrap()),
        ),
    ] {
        let receiver = json!({"url": url, "app_secret": "s", "verify_token": "t"});
        server.put(&format!("/receivers/{name}"), receiver).await;
    }
    for _ in 0..10 {
        server.send_to(ANYBODY).await;
    }
    server.look(&format!("{DELIVERED}20")).await;
    assert_eq!(app.names().len(), 20);
    for (name, state) in [("ill", "verified"), ("silent", "pending")] {
        let receiver = server.look(&format!("/receivers/{name}")).await;
        assert_eq!(receiver["handshake"]["state"], state, "{name}");
        assert_eq!(receiver["totals"]["delivered"], 0, "{name}");
        assert_eq!(receiver["totals"]["dropped"], 0, "{name}");
    }
    // Its own come as soon as it answers well.
    ill.answers(&[]);
    server.look(&format!("{DELIVERED}20&receiver=ill")).await;
}

#[tokio::test]
async fn a_receiver_may_be_told_about_one_account_only() {
    let (app, other) = (Receiver::start(), Receiver::start());
    let server = app.sandbox(json!({})).await;
    other.join(&server, "other", Some("77")).await;
    server.put("/accounts/77", json!({})).await;
    let both = [
        json!({"field": "account_update"}),
        json!({"field": "account_update", "waba_id": "77"}),
    ];
    for event in both {
        let (status, _) = server.control(Method::POST, "/webhook/events", event).await;
        assert_eq!(status, 200);
    }
    server.look(&format!("{DELIVERED}2")).await;
    server.look(&format!("{DELIVERED}1&receiver=other")).await;
    assert_eq!(other.bodies().len(), 1);
    assert_eq!(other.bodies()[0]["entry"][0]["id"], "77");
}

#[tokio::test]
async fn an_account_may_send_its_webhooks_elsewhere() {
    let (app, elsewhere, crm) = (Receiver::start(), Receiver::start(), Receiver::start());
    let server = app.sandbox(json!({})).await;
    crm.join(&server, "crm", None).await;
    let path = format!("{WABA}/subscribed_apps");
    let to = json!({"override_callback_uri": elsewhere.url(), "verify_token": TOKEN});
    assert_eq!(server.post(&path, &to).await.0, 200);
    server.send_to(ANYBODY).await;
    server
        .look(&format!("{DELIVERED}2&receiver={WABA}/subscribed_apps"))
        .await;
    server.look(&format!("{DELIVERED}2&receiver=crm")).await;
    assert!(elsewhere.posts()[0].is_signed(), "with the app's secret");
    assert_eq!(crm.names().len(), 2);
    assert!(app.posts().is_empty());

    // The app's webhooks are its own again, whichever way the override ends.
    for (method, body) in [(Method::POST, Value::Null), (Method::DELETE, Value::Null)] {
        assert_eq!(server.post(&path, &to).await.0, 200);
        let ended = server.graph(method, &path).json(&body).send().await;
        assert_eq!(ended.unwrap().status(), 200);
        let before = app.names().len();
        server.send_to(ANYBODY).await;
        server.look(&format!("{DELIVERED}{}", before + 2)).await;
    }
    assert_eq!(elsewhere.names().len(), 2);
}

#[tokio::test]
async fn a_number_may_send_its_webhooks_elsewhere_before_its_account() {
    let (app, account, number) = (Receiver::start(), Receiver::start(), Receiver::start());
    let server = app.sandbox(json!({})).await;
    let to = |receiver: &Receiver| json!({"override_callback_uri": receiver.url(), "verify_token": TOKEN});
    server
        .post(&format!("{WABA}/subscribed_apps"), &to(&account))
        .await;
    let set = json!({"webhook_configuration": to(&number)});
    assert_eq!(server.post(&format!("{PHONE}/"), &set).await.0, 200);
    server.send_to(ANYBODY).await;
    // No number's business: it goes where the account's go.
    let event = json!({"field": "account_update"});
    server.control(Method::POST, "/webhook/events", event).await;
    server
        .look(&format!(
            "{DELIVERED}2&receiver={PHONE}/webhook_configuration"
        ))
        .await;
    server
        .look(&format!("{DELIVERED}1&receiver={WABA}/subscribed_apps"))
        .await;
    assert_eq!(number.names(), ["sent", "delivered"]);

    let unset = json!({"webhook_configuration": {"override_callback_uri": ""}});
    assert_eq!(server.post(PHONE, &unset).await.0, 200);
    server.send_to(ANYBODY).await;
    server
        .look(&format!("{DELIVERED}3&receiver={WABA}/subscribed_apps"))
        .await;
    assert_eq!(number.posts().len(), 2);
    assert!(app.posts().is_empty());
}

#[tokio::test]
async fn a_reset_keeps_receivers_and_forgets_overrides() {
    let (crm, elsewhere) = (Receiver::start(), Receiver::start());
    let server = Server::start();
    crm.join(&server, "crm", None).await;
    let to = json!({"override_callback_uri": elsewhere.url(), "verify_token": TOKEN});
    server.post(&format!("{WABA}/subscribed_apps"), &to).await;
    assert_eq!(
        server.look("/receivers").await["receivers"][1]["name"],
        "crm"
    );
    server.control(Method::POST, "/reset", Value::Null).await;
    let left = server.look("/receivers").await;
    assert_eq!(left["receivers"].as_array().unwrap().len(), 1);
    server.send_to(ANYBODY).await;
    server.look(&format!("{DELIVERED}2&receiver=crm")).await;
    assert_eq!(crm.handshakes(), 1);
}

#[tokio::test]
async fn receivers_have_plain_names_and_an_end() {
    let crm = Receiver::start();
    let server = Server::start();
    let hook = json!({"url": crm.url(), "app_secret": "s", "verify_token": TOKEN});
    for name in ["a%2Fb", "a.b", "%20", &"a".repeat(65)] {
        let path = format!("/receivers/{name}");
        let (status, _) = server.control(Method::PUT, &path, hook.clone()).await;
        assert_eq!(status, 400, "{name}");
    }
    for path in ["/receivers/crm", "/webhooks?receiver=crm"] {
        let (status, _) = server.control(Method::GET, path, Value::Null).await;
        assert_eq!(status, 404, "{path}");
    }
    crm.join(&server, "crm", None).await;
    for removed in [true, false] {
        let (_, answer) = server
            .control(Method::DELETE, "/receivers/crm", Value::Null)
            .await;
        assert_eq!(answer["removed"], removed);
    }
    server.send_to(ANYBODY).await;
    assert!(crm.posts().is_empty());
}
