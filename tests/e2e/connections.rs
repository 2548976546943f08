//! Clients that hold connections: the others are served.

use std::net::IpAddr;

use futures_util::future::join_all;
use otp_e2e::world::{client, client_at, recipient};
use otp_e2e::{Database, Running, World, meta};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const PER_IP: usize = 100;

/// Opens a connection that makes one request and begins a second.
async fn stalled(server: &Running) -> TcpStream {
    let address = server.url().trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).await.expect("connected");
    let request = b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n";
    stream.write_all(request).await.expect("sent");
    let mut answer = Vec::new();
    while !answer.ends_with(b"}") {
        assert_ne!(stream.read_buf(&mut answer).await.expect("an answer"), 0);
    }
    stream.write_all(b"G").await.expect("sent");
    stream
}

async fn open_connections(server: &Running) -> f64 {
    let page = client().get(format!("{}/metrics", server.url())).send();
    let page = page.await.expect("an answer").text().await.expect("a page");
    let line = page
        .lines()
        .find_map(|line| line.strip_prefix("otp_http_connections "));
    line.expect(&page).parse().expect("a number")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_with_too_many_stalled_connections_neither_keeps_them_nor_shuts_anybody_out() {
    let mut world = World::with_webhook(Database::sqlite(), 1_000).await;
    world.set("HTTP__MAX_CONNECTIONS_PER_IP", &PER_IP.to_string());
    let server = world.serve();
    let mut held = Vec::new();
    for _ in 0..5 * PER_IP {
        held.push(stalled(&server).await);
    }
    // From the same address, each on a connection of its own.
    for number in 0..10 {
        let sent = world
            .send_as(&world.api_key, &server, &recipient(number))
            .await;
        assert_eq!(sent.message_status(), "Sent");
        meta::report(&server, &[meta::status(sent.id(), "delivered")]).await;
    }
    let open = open_connections(&server).await;
    assert!(open <= 1.1 * PER_IP as f64, "{open} connections");
    for stream in &mut held {
        // A reset is an end, too.
        drop(stream.read_to_end(&mut Vec::new()).await);
    }
    let open = open_connections(&server).await;
    assert!(
        open < 30.0,
        "{open} connections, although the heads had their time"
    );
}

const MIB: usize = 1_024 * 1_024;

/// A signature of nothing.
fn forged() -> String {
    format!("sha256={}", "00".repeat(32))
}

/// Opens a connection with a notification of 4 MiB whose last byte never comes.
async fn stalled_notification(server: &Running) -> TcpStream {
    let address = server.url().trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).await.expect("connected");
    let (signature, length) = (forged(), 4 * MIB);
    let head = format!(
        "POST /webhooks/whatsapp HTTP/1.1\r\nHost: x\r\n\
         X-Hub-Signature-256: {signature}\r\nContent-Length: {length}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.expect("sent");
    // The server may refuse it before all of it is written.
    drop(stream.write_all(&vec![b' '; length - 1]).await);
    stream
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn large_notifications_that_stall_do_not_shut_out_signed_ones() {
    let world = World::with_webhook(Database::sqlite(), 1_000).await;
    let server = world.serve();
    let elsewhere = client_at(Some(IpAddr::from([127, 0, 0, 2])));
    for volley in 0..2 {
        let stalled = join_all((0..17).map(|_| stalled_notification(&server))).await;
        for number in 0..5 {
            let number = recipient(volley * 5 + number);
            let sent = world.send_to(&server, &number).await;
            assert_eq!(sent.message_status(), "Sent");
            // A small one from the address of the stalled ones, and a large one from another.
            let small = world.sandbox.status(sent.id(), "delivered").await;
            meta::report(&server, &[small]).await;
            let mut large = meta::notification(&[world.sandbox.status(sent.id(), "read").await]);
            large.resize(3 * MIB, b' ');
            let answer = meta::deliver_by(&elsewhere, server.url(), large).await;
            assert_eq!(answer, Some(200));
            let status = world.check(&server, sent.id()).await;
            assert_eq!(status.message_status(), "Read");
        }
        drop(stalled);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_refused_notifications_write_a_few_log_lines() {
    let world = World::with_webhook(Database::sqlite(), 1).await;
    let server = world.serve();
    let (url, client) = (format!("{}/webhooks/whatsapp", server.url()), client());
    for number in 0..1_000 {
        // Of the form of a signature or not.
        let signature = if number % 2 == 0 {
            forged()
        } else {
            "x".to_owned()
        };
        let request = client.post(&url).header("X-Hub-Signature-256", signature);
        let answer = request.body("{}").send().await.expect("an answer");
        assert_eq!(answer.status(), 403);
    }
    let metrics = client.get(format!("{}/metrics", server.url())).send().await;
    let metrics = metrics.expect("an answer").text().await.expect("a page");
    let counted = "otp_notifications_total{outcome=\"invalid_signature\"} 1000";
    assert!(metrics.contains(counted), "{metrics}");
    let log = server.kill();
    assert!(log.contains("whatsapp.app_secret"), "{log}");
    assert!(log.lines().count() < 20, "{log}");
}
