//! The chaos switch and Meta's sending limits.

use std::time::{Duration, Instant};

use serde_json::json;
use whatsapp_sandbox::PairLimit;

use super::support::{ANYBODY, Server, error};

async fn twenty(server: &Server) -> Vec<u16> {
    let mut statuses = Vec::new();
    for _ in 0..20 {
        statuses.push(server.send_to(ANYBODY).await.0);
    }
    statuses
}

#[tokio::test]
async fn chaos_fails_the_same_sends_again() {
    let server = Server::start();
    let chaos = json!({"error_rate": 0.5, "error_code": 131_016});
    server.put("/chaos", chaos.clone()).await;
    let first = twenty(&server).await;
    assert!(first.contains(&200) && first.contains(&500), "{first:?}");
    server.put("/chaos", chaos).await;
    assert_eq!(twenty(&server).await, first);
    server.put("/chaos", json!({})).await;
    assert_eq!(twenty(&server).await, [200; 20]);
}

#[tokio::test]
async fn latency_delays_every_send() {
    let server = Server::start();
    server.put("/chaos", json!({"latency_ms": 150})).await;
    let start = Instant::now();
    assert_eq!(server.send_to(ANYBODY).await.0, 200);
    assert!(start.elapsed() >= Duration::from_millis(150));
}

#[tokio::test]
async fn the_pair_limit_hits_one_recipient_only() {
    let mut options = Server::options();
    options.pair_limit = Some(PairLimit {
        every: Duration::from_secs(600),
        burst: 2,
    });
    let server = Server::with(options);
    assert_eq!(server.send_to(ANYBODY).await.0, 200);
    assert_eq!(server.send_to(ANYBODY).await.0, 200);
    assert_eq!(error(server.send_to(ANYBODY).await), (400, 131_056));
    assert_eq!(server.send_to("+966512345679").await.0, 200);
    server.put("/limits", json!({})).await;
    assert_eq!(server.send_to(ANYBODY).await.0, 200);
}

#[tokio::test]
async fn throughput_hits_everybody_and_says_when_to_come_back() {
    let server = Server::start();
    // One per second: two requests in one second are certain, because the first is not waited for.
    server
        .put("/limits", json!({"throughput_per_second": 1}))
        .await;
    let (first, second, third) = tokio::join!(
        server.send_to(ANYBODY),
        server.send_to("+966512345679"),
        server.send_to("+966512345670"),
    );
    let refused = [first, second, third]
        .into_iter()
        .filter(|(status, _)| *status == 429);
    let refused: Vec<_> = refused.map(error).collect();
    assert!(refused.contains(&(429, 130_429)), "{refused:?}");
}
