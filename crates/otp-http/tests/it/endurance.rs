//! What was accepted is finished: the client may leave, the server may be told to stop.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use otp_core::message::ProviderMessageId;
use otp_core::ports::Accepted;
use otp_core::send::Admission;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::support::{World, live_key};
use super::wire::Running;

/// What a test sees and steers of a send under way.
struct Steering {
    admitting: Receiver<()>,
    go_on: Sender<()>,
    settled: Receiver<()>,
}

/// A world whose admission waits to be told to go on.
fn steered() -> (World, Steering) {
    let (admitting_sender, admitting) = channel();
    let (go_on, go_on_receiver) = channel();
    let (settled_sender, settled) = channel();
    let go_on_receiver = Arc::new(Mutex::new(go_on_receiver));
    let mut world = World::new();
    world.ledger.expect_admit().times(1).returning(move |_| {
        admitting_sender.send(()).unwrap();
        go_on_receiver.lock().unwrap().recv().unwrap();
        Ok(vec![Admission::Admitted])
    });
    world.sender.expect_send().times(1).returning(|_| {
        Ok(Accepted {
            provider_message_id: ProviderMessageId("wamid.1".to_owned()),
        })
    });
    world.ledger.expect_settle().times(1).returning(move |_| {
        settled_sender.send(()).unwrap();
        Ok(())
    });
    (
        world,
        Steering {
            admitting,
            go_on,
            settled,
        },
    )
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

/// Waits in a thread that may block.
async fn wait(receiver: Receiver<()>) -> Result<(), std::sync::mpsc::RecvTimeoutError> {
    let waiting = move || receiver.recv_timeout(Duration::from_secs(20));
    tokio::task::spawn_blocking(waiting).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_client_that_resets_its_connection_does_not_stop_its_send() {
    let (world, steering) = steered();
    let server = Running::start(world);
    let stream = send(&server).await;
    wait(steering.admitting).await.unwrap();
    // Zero seconds of lingering: the connection is reset, and the handler's future dropped.
    stream.set_zero_linger().unwrap();
    drop(stream);
    server.is_idle().await;
    steering.go_on.send(()).unwrap();
    wait(steering.settled).await.unwrap();
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_server_told_to_stop_answers_what_it_has_accepted() {
    let (world, steering) = steered();
    let server = Running::start(world);
    let mut stream = send(&server).await;
    wait(steering.admitting).await.unwrap();
    let address = server.address();
    let stopping = tokio::spawn(server.stop());
    // It no longer listens, so it has begun to stop.
    while TcpStream::connect(address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    steering.go_on.send(()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(
        answer.starts_with("HTTP/1.1 200") && answer.contains("\"Sent\""),
        "{answer}"
    );
    stopping.await.unwrap();
}
