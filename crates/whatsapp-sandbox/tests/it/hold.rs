//! Hold and release: a send that is in flight for as long as a test needs it to be.

use reqwest::Method;
use serde_json::{Value, json};

use super::support::{ANYBODY, PHONE, Server, answer, message};

async fn hold(server: &Server, body: Value) {
    let (status, _) = server.control(Method::POST, "/hold", body).await;
    assert_eq!(status, 200);
}

fn send_in_background(server: &Server) -> tokio::task::JoinHandle<(u16, Value)> {
    let request = server
        .graph(Method::POST, &format!("{PHONE}/messages"))
        .json(&message(ANYBODY));
    tokio::spawn(async move { answer(request.send().await.unwrap()).await })
}

#[tokio::test]
async fn a_held_send_is_neither_accepted_nor_answered_until_released() {
    let server = Server::start();
    hold(&server, Value::Null).await;
    let sends = [send_in_background(&server), send_in_background(&server)];
    server
        .look("/calls?outcome=held&at_least=2&timeout_ms=10000")
        .await;
    assert!(server.codes(ANYBODY).await.is_empty());
    assert!(sends.iter().all(|send| !send.is_finished()));
    assert_eq!(
        server.look("").await["hold"],
        json!({"mode": "before_accepting", "held": 2})
    );
    server.control(Method::POST, "/release", Value::Null).await;
    for send in sends {
        assert_eq!(send.await.unwrap().0, 200);
    }
    assert_eq!(server.codes(ANYBODY).await.len(), 2);
    assert_eq!(
        server.look("").await["hold"],
        json!({"mode": "off", "held": 0})
    );
}

#[tokio::test]
async fn a_send_held_after_acceptance_is_on_the_phone_already() {
    let server = Server::start();
    hold(&server, json!({"after_acceptance": true})).await;
    let send = send_in_background(&server);
    server
        .look("/phones/966512345678/messages/next?timeout_ms=10000")
        .await;
    assert!(!send.is_finished());
    server.control(Method::POST, "/release", Value::Null).await;
    assert_eq!(send.await.unwrap().0, 200);
}

#[tokio::test]
async fn a_held_send_goes_on_although_its_caller_is_gone() {
    let server = Server::start();
    hold(&server, Value::Null).await;
    let send = send_in_background(&server);
    server
        .look("/calls?outcome=held&at_least=1&timeout_ms=10000")
        .await;
    send.abort();
    assert!(send.await.unwrap_err().is_cancelled());
    server.control(Method::POST, "/release", Value::Null).await;
    let received = server
        .look("/phones/966512345678/messages/next?timeout_ms=10000")
        .await;
    assert_eq!(received["code"], "123456");
}

#[tokio::test]
async fn closing_lets_everything_go() {
    let server = Server::start();
    hold(&server, Value::Null).await;
    let send = send_in_background(&server);
    server
        .look("/calls?outcome=held&at_least=1&timeout_ms=10000")
        .await;
    let url = server.url("/control/phones/1234567/messages/next?timeout_ms=100000");
    let wait = tokio::spawn(server.client.get(url).send());
    server.sandbox.close();
    assert_eq!(send.await.unwrap().0, 200);
    assert_eq!(wait.await.unwrap().unwrap().status(), 404);
}
