//! The chaos switch.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::json;

use super::support::{PHONE, RECIPIENT, Server, message};

async fn send_twenty(server: &Server) -> Vec<u16> {
    let mut statuses = Vec::new();
    for _ in 0..20 {
        statuses.push(server.send_to(RECIPIENT).await.0);
    }
    statuses
}

#[tokio::test]
async fn chaos_refuses_the_same_sends_each_time() {
    let server = Server::start();
    let chaos = json!({"error_rate": 0.5, "error_code": 131_016});
    server.put("/chaos", chaos.clone()).await;
    let first = send_twenty(&server).await;
    assert!(first.contains(&200) && first.contains(&500), "{first:?}");
    server.put("/chaos", chaos).await;
    assert_eq!(send_twenty(&server).await, first);
    server.put("/chaos", json!({})).await;
    assert_eq!(send_twenty(&server).await, [200; 20]);
}

#[tokio::test]
async fn latency_delays_every_send() {
    let server = Server::start();
    server.put("/chaos", json!({"latency_ms": 150})).await;
    let start = Instant::now();
    assert_eq!(server.send_to(RECIPIENT).await.0, 200);
    assert!(start.elapsed() >= Duration::from_millis(150));
}

#[tokio::test]
async fn a_send_continues_after_its_caller_hangs_up() {
    let server = Server::start();
    server.put("/chaos", json!({"latency_ms": 500})).await;
    let request = server
        .graph(Method::POST, &format!("{PHONE}/messages"))
        .json(&message(RECIPIENT));
    let send = tokio::spawn(request.send());
    server.read("/calls?at_least=1&timeout_ms=10000").await;
    send.abort();
    assert!(send.await.unwrap_err().is_cancelled());
    let received = server
        .read("/phones/966512345678/messages/next?timeout_ms=10000")
        .await;
    assert_eq!(received["code"], "123456");
}
