//! Clients that hold connections: the others are served.

use otp_e2e::world::{client, recipient};
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
