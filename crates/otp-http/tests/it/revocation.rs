//! A key that is revoked, or expires, while the body of its request arrives.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use otp_core::ids::AccountId;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Notify;

use super::support::{NOW, World, live_key, stored};
use super::wire::{Running, parsed};

/// A world whose live key is revoked once the flag is set, and a signal of each look-up. No other port is
/// called: that would be a 500.
fn world() -> (World, Arc<AtomicBool>, Arc<Notify>) {
    let (revoked, looked_up) = (Arc::new(AtomicBool::new(false)), Arc::new(Notify::new()));
    let mut world = World::without_directory();
    let (is_revoked, seen) = (Arc::clone(&revoked), Arc::clone(&looked_up));
    world.directory.expect_find_api_key().returning(move |_| {
        let revoked_at = is_revoked.load(Ordering::SeqCst).then_some(NOW);
        seen.notify_one();
        Ok(Some(Arc::new(stored(&live_key(), None, revoked_at))))
    });
    (world, revoked, looked_up)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_revoked_while_the_body_arrives_does_nothing() {
    let message = json!({"otpCode": "482913", "toPhoneE164": "+966551237654"});
    let status = json!({"id": AccountId(uuid::Uuid::from_u128(1)).0});
    for (path, body) in [
        ("/SendMessage", &message),
        ("/v1/messages/explain", &message),
        ("/CheckMessageStatus", &status),
    ] {
        let (world, revoked, looked_up) = world();
        let server = Running::start(world);
        let mut stream = TcpStream::connect(server.address()).await.unwrap();
        let body = body.to_string();
        let (first, rest) = body.split_at(5);
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Api-Key: {}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{first}",
            live_key().expose(),
            body.len()
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        looked_up.notified().await;
        revoked.store(true, Ordering::SeqCst);
        stream.write_all(rest.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert_eq!(parsed(&answer), (404, json!("ApiKeyNotFound")), "{path}");
        server.stop().await;
    }
}
