//! Limits of connections, and the time of heads, on real sockets.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::time::{Duration, Instant};

use actix_web::dev::ServerHandle;
use actix_web::web::{self, ServiceConfig};
use otp_edge::{ConnectionLimits, ServerOptions, TrustedProxies, serve};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;

const GET: &[u8] = b"GET /home HTTP/1.1\r\nHost: x\r\n\r\n";

/// Has a permit for each request to `/waits` that has begun.
static HAS_BEGUN: Semaphore = Semaphore::const_new(0);

/// Requests to `/waits` are in progress until this has permits for them.
static MAY_GO_ON: Semaphore = Semaphore::const_new(0);

struct Running {
    address: SocketAddr,
    handle: ServerHandle,
    done: tokio::task::JoinHandle<std::io::Result<()>>,
}

impl Running {
    fn start(total: usize, per_ip: usize, proxies: &[&str]) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let options = ServerOptions {
            workers: 2,
            connections: ConnectionLimits {
                total,
                per_ip,
                trusted_proxies: TrustedProxies::parse(proxies).unwrap(),
            },
            ..ServerOptions::plain()
        };
        let server = serve(listener, options, |app: &mut ServiceConfig| {
            let waits = async || {
                HAS_BEGUN.add_permits(1);
                MAY_GO_ON.acquire().await.unwrap().forget();
                "went on"
            };
            app.route("/home", web::get().to(async || "home"))
                .route("/waits", web::get().to(waits));
        });
        let server = server.unwrap();
        let handle = server.handle();
        Self {
            address,
            handle,
            done: tokio::spawn(server),
        }
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    async fn stop(self) {
        self.handle.stop(true).await;
        self.done.await.unwrap().unwrap();
    }
}

/// Makes a request on this connection, and returns whether it was answered.
async fn answers(stream: &mut TcpStream) -> bool {
    // A connection that was closed may be found out while writing or while reading.
    if stream.write_all(GET).await.is_err() {
        return false;
    }
    let mut answer = Vec::new();
    while !answer.ends_with(b"home") {
        match stream.read_buf(&mut answer).await {
            Ok(0) | Err(_) => return false,
            Ok(_) => {}
        }
    }
    true
}

/// Waits until the server has closed this connection.
async fn is_closed(stream: &mut TcpStream) {
    // A reset is an end, too.
    drop(stream.read_to_end(&mut Vec::new()).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_later_head_has_five_seconds_however_slowly_it_trickles() {
    let server = Running::start(100, 100, &[]);
    let mut stream = server.connect().await;
    assert!(answers(&mut stream).await);
    trickle(stream).await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_head_has_five_seconds_however_slowly_it_trickles() {
    let server = Running::start(100, 100, &[]);
    trickle(server.connect().await).await;
    server.stop().await;
}

/// Sends a head slowly until the server closes the connection, in about five seconds.
async fn trickle(mut stream: TcpStream) {
    let (mut read, mut write) = stream.split();
    let begun = Instant::now();
    let trickle = async {
        // Fails once the server has closed the connection.
        while write.write_all(b"G").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    };
    let mut answer = Vec::new();
    let (_, _) = tokio::join!(trickle, read.read_to_end(&mut answer));
    let took = begun.elapsed();
    assert!((4..9).contains(&took.as_secs()), "{took:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn beyond_the_total_a_connection_is_closed_at_once_and_the_others_go_on() {
    // Behind a proxy, so that no limit per address applies.
    let server = Running::start(3, 1, &["127.0.0.0/8"]);
    let mut open = Vec::new();
    for _ in 0..3 {
        let mut stream = server.connect().await;
        assert!(answers(&mut stream).await);
        open.push(stream);
    }
    for _ in 0..10 {
        assert!(!answers(&mut server.connect().await).await);
    }
    for stream in &mut open {
        assert!(answers(stream).await);
    }
    open.clear();
    // The server learns of the end of a connection when it reads it.
    let freed = async { while !answers(&mut server.connect().await).await {} };
    let freed = tokio::time::timeout(Duration::from_secs(10), freed).await;
    freed.expect("a free slot");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_with_too_many_connections_loses_those_that_wait_and_is_still_served() {
    let server = Running::start(1_000, 4, &[]);
    let mut waiting = server.connect().await;
    let request = b"GET /waits HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    waiting.write_all(request).await.unwrap();
    HAS_BEGUN.acquire().await.unwrap().forget();
    let mut idle = Vec::new();
    for _ in 0..100 {
        let mut stream = server.connect().await;
        assert!(answers(&mut stream).await);
        // The first byte of a second head.
        stream.write_all(b"G").await.unwrap();
        idle.push(stream);
    }
    let begun = Instant::now();
    for stream in &mut idle[..96] {
        is_closed(stream).await;
    }
    assert!(
        begun.elapsed() < Duration::from_secs(4),
        "they were not replaced"
    );
    assert!(answers(&mut server.connect().await).await);

    MAY_GO_ON.add_permits(1);
    let mut answer = String::new();
    waiting.read_to_string(&mut answer).await.unwrap();
    assert!(
        answer.ends_with("went on"),
        "a request was broken off: {answer}"
    );
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_graceful_stop_does_not_wait_for_idle_connections() {
    let server = Running::start(100, 100, &[]);
    let mut idle = server.connect().await;
    assert!(answers(&mut idle).await);
    let mut silent = server.connect().await;
    let begun = Instant::now();
    server.stop().await;
    assert!(
        begun.elapsed() < Duration::from_secs(10),
        "{:?}",
        begun.elapsed()
    );
    assert!(!answers(&mut idle).await);
    assert!(!answers(&mut silent).await);
}
