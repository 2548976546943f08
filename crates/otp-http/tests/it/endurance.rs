//! An accepted request is finished, even if the client leaves or the server stops.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use otp_core::message::ProviderMessageId;
use otp_core::ports::{Accepted, PortError, SendLedger};
use otp_core::send::{Admission, SendAttempt, Settlement};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::time::timeout;

use super::support::{World, live_key};
use super::wire::Running;

/// A bound on events that take no time if they happen at all.
const PATIENCE: Duration = Duration::from_secs(20);

/// A ledger whose admission waits for `go_on`.
#[derive(Default)]
struct SteeredLedger {
    admitting: Notify,
    go_on: Notify,
    settled: Notify,
}

#[async_trait]
impl SendLedger for SteeredLedger {
    async fn admit(&self, _: Arc<[SendAttempt]>) -> Result<Vec<Admission>, PortError> {
        self.admitting.notify_one();
        self.go_on.notified().await;
        Ok(vec![Admission::Admitted])
    }

    async fn settle(&self, _: Arc<[Settlement]>) -> Result<(), PortError> {
        self.settled.notify_one();
        Ok(())
    }
}

fn steered() -> (World, Arc<SteeredLedger>) {
    let ledger = Arc::new(SteeredLedger::default());
    let mut world = World::new();
    world.slow_ledger = Some(ledger.clone());
    world.sender.expect_send().times(1).returning(|_| {
        Ok(Accepted {
            provider_message_id: ProviderMessageId("wamid.1".to_owned()),
        })
    });
    (world, ledger)
}

async fn send(server: &Running) -> TcpStream {
    let body = json!({"otpCode": "123456", "toPhoneE164": "+966551234567"}).to_string();
    let request = format!(
        "POST /SendMessage HTTP/1.1\r\nHost: x\r\nX-Api-Key: {}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        live_key().expose(),
        body.len()
    );
    let mut stream = TcpStream::connect(server.address()).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    stream
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_resets_its_connection_does_not_stop_its_send() {
    let (world, steering) = steered();
    let server = Running::start(world);
    let stream = send(&server).await;
    steering.admitting.notified().await;
    // Without lingering, the connection is reset and the handler's future is dropped.
    stream.set_zero_linger().unwrap();
    drop(stream);
    server.is_idle().await;
    steering.go_on.notify_one();
    let settled = timeout(PATIENCE, steering.settled.notified());
    settled.await.expect("the send was finished");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopping_server_answers_the_requests_it_has_accepted() {
    let (world, steering) = steered();
    let server = Running::start(world);
    let mut stream = send(&server).await;
    steering.admitting.notified().await;
    let address = server.address();
    let stopping = tokio::spawn(server.stop());
    // A server that no longer listens has begun to stop.
    while TcpStream::connect(address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    steering.go_on.notify_one();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(
        answer.starts_with("HTTP/1.1 200") && answer.contains("\"Sent\""),
        "{answer}"
    );
    stopping.await.unwrap();
}
