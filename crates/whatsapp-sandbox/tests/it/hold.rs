//! Hold and release: the answer to a send is kept back as long as a test needs.

use reqwest::Method;
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use super::support::{PHONE, RECIPIENT, Server, answer, message};

const ACCEPTED: &str = "/phones/966512345678/messages/next?timeout_ms=10000";

fn send_in_background(server: &Server) -> JoinHandle<(u16, Value)> {
    let request = server
        .graph(Method::POST, &format!("{PHONE}/messages"))
        .json(&message(RECIPIENT));
    tokio::spawn(async move { answer(request.send().await.unwrap()).await })
}

#[tokio::test]
async fn a_held_send_is_on_the_phone_and_is_answered_after_the_release() {
    let server = Server::start();
    server.act("/hold", json!({})).await;
    let sends = [send_in_background(&server), send_in_background(&server)];
    for _ in &sends {
        server.read(ACCEPTED).await;
    }
    assert!(sends.iter().all(|send| !send.is_finished()));
    assert_eq!(
        server.call_to(RECIPIENT).await["answered_at"],
        Value::Null,
        "the ledger knows that the answer is missing"
    );
    server.act("/release", json!({})).await;
    for send in sends {
        assert_eq!(send.await.unwrap().0, 200);
    }
    assert!(server.call_to(RECIPIENT).await["answered_at"].is_string());
}

#[tokio::test]
async fn a_refused_send_is_not_held() {
    let server = Server::start();
    server.act("/hold", json!({})).await;
    assert_eq!(server.send_to("+12025550120").await.0, 400);
}

#[tokio::test]
async fn closing_releases_held_sends_and_ends_waiting_requests() {
    let server = Server::start();
    server.act("/hold", json!({})).await;
    let send = send_in_background(&server);
    server.read(ACCEPTED).await;
    let url = server.url("/control/phones/1234567/messages/next?timeout_ms=100000");
    let wait = tokio::spawn(server.client.get(url).send());
    server.sandbox.close();
    assert_eq!(send.await.unwrap().0, 200);
    assert_eq!(wait.await.unwrap().unwrap().status(), 404);
}
