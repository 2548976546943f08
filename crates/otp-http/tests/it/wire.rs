//! The server on a real socket, with bytes that no well-behaved client sends.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};

use actix_web::dev::ServerHandle;
use actix_web::web::{self, ServiceConfig};
use otp_edge::ServerOptions;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::support::{World, live_key};

/// A running server on its own port.
pub(super) struct Running {
    address: SocketAddr,
    handle: ServerHandle,
    done: tokio::task::JoinHandle<std::io::Result<()>>,
}

impl Running {
    pub(super) fn start(world: World) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let api = world.api().configure();
        let configure = move |app: &mut ServiceConfig| {
            panicking(app);
            api(app);
        };
        let server = otp_edge::serve(listener, ServerOptions::plain(), configure).unwrap();
        let handle = server.handle();
        let done = tokio::spawn(server);
        Self {
            address,
            handle,
            done,
        }
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns when the only worker is idle: it answers another request.
    pub(super) async fn is_idle(&self) {
        let answer = self
            .say(b"GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            .await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }

    pub(super) async fn stop(self) {
        self.handle.stop(true).await;
        self.done.await.unwrap().unwrap();
    }

    /// Sends bytes, closes the sending side, and reads until the end.
    async fn say(&self, bytes: &[u8]) -> String {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        let (mut read, mut write) = stream.split();
        let said = async {
            // The server may answer and close before it has received everything.
            let _ = write.write_all(bytes).await;
            let _ = write.shutdown().await;
        };
        let mut answer = Vec::new();
        let (_, received) = tokio::join!(said, read.read_to_end(&mut answer));
        received.unwrap();
        String::from_utf8(answer).unwrap()
    }

    /// Sends a request with the live key, these headers and this body.
    async fn post(&self, headers: &str, body: &[u8]) -> (u16, Value) {
        let head = format!(
            "POST /SendMessage HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Api-Key: {}\r\n\
             Content-Type: application/json\r\n{headers}\r\n",
            live_key().expose()
        );
        parsed(&self.say(&[head.as_bytes(), body].concat()).await)
    }
}

/// A path of another part of the program, whose handler panics.
fn panicking(app: &mut ServiceConfig) {
    app.route(
        "/panics",
        web::get().to(async || -> &'static str { panic!("canary") }),
    );
}

/// Returns status and error code of an answer.
pub(super) fn parsed(answer: &str) -> (u16, Value) {
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    let body: Value = serde_json::from_str(body).expect(answer);
    let id = body["requestId"].as_str().unwrap();
    assert!(
        head.to_ascii_lowercase()
            .contains(&format!("x-request-id: {id}")),
        "{head}"
    );
    (status, body["errorMessage"].clone())
}

#[tokio::test(flavor = "multi_thread")]
async fn invalid_bodies_are_refused_in_the_same_shape() {
    let server = Running::start(World::new());
    let length = |body: &[u8]| format!("Content-Length: {}\r\n", body.len());

    let not_utf8 = b"{\"otpCode\":\"\xff\xfe\"}";
    let answer = server.post(&length(not_utf8), not_utf8).await;
    assert_eq!(answer, (400, json!("MalformedRequestBody")));

    let megabyte = vec![b'x'; 1 << 20];
    let answer = server.post(&length(&megabyte), &megabyte).await;
    assert_eq!(answer, (413, json!("RequestBodyTooLarge")));

    let mut chunked = Vec::new();
    for _ in 0..64 {
        chunked.extend_from_slice(b"400\r\n");
        chunked.extend_from_slice(&[b'x'; 0x400]);
        chunked.extend_from_slice(b"\r\n");
    }
    let answer = server
        .post("Transfer-Encoding: chunked\r\n", &chunked)
        .await;
    assert_eq!(answer, (413, json!("RequestBodyTooLarge")));

    let in_chunks = b"5\r\n{\"otp\r\n6\r\nCode\":\r\n3\r\n\"\"}\r\n0\r\n\r\n";
    let answer = server
        .post("Transfer-Encoding: chunked\r\n", in_chunks)
        .await;
    assert_eq!(answer, (400, json!("OTPCodeIsRequired")));

    let answer = server.post("", b"").await;
    assert_eq!(answer, (400, json!("MalformedRequestBody")));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_leaves_during_its_body_harms_nobody() {
    let server = Running::start(World::new());
    let head = format!(
        "POST /SendMessage HTTP/1.1\r\nHost: x\r\nX-Api-Key: {}\r\n\
         Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{{\"otp",
        live_key().expose()
    );
    server.say(head.as_bytes()).await;
    server.is_idle().await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn headers_that_are_not_text_match_no_key_and_no_language() {
    let server = Running::start(World::new());
    let request =
        b"POST /SendMessage HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Api-Key: \xff\xfe\r\n\
        Accept-Language: \xff\r\nX-Request-Id: \xff\r\nX-Forwarded-For: \xff\r\n\r\n";
    let answer = server.say(request).await;
    assert_eq!(parsed(&answer), (404, json!("ApiKeyNotFound")));
    assert!(answer.to_ascii_lowercase().contains("content-language: en"));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_that_are_not_http_get_a_400() {
    let server = Running::start(World::new());
    for garbage in [
        "garbage\r\n\r\n",
        "GET / HTTP/1.1\r\n\r\n",
        "POST /SendMessage HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n",
        "POST /SendMessage HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        "POST /SendMessage HTTP/1.1\r\nHost: x\r\nBad Header: 1\r\n\r\n",
    ] {
        let answer = server.say(garbage.as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 400"), "{garbage:?}: {answer}");
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handler_that_panics_is_a_500_without_a_cause() {
    let server = Running::start(World::new());
    let answer = server
        .say(b"GET /panics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        .await;
    assert_eq!(parsed(&answer), (500, json!("InternalServerError")));
    assert!(!answer.contains("canary"));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_request_has_headers_and_no_body() {
    let server = Running::start(World::new());
    let answer = server
        .say(b"HEAD /openapi.json HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        .await;
    assert!(
        answer.starts_with("HTTP/1.1 200") && answer.ends_with("\r\n\r\n"),
        "{answer}"
    );
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unread_body_is_never_taken_for_a_request() {
    let server = Running::start(World::new());
    let smuggled = "GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n";
    let request = format!(
        "POST /SendMessage HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n{smuggled}",
        smuggled.len()
    );
    let answer = server.say(request.as_bytes()).await;
    assert_eq!(parsed(&answer), (400, json!("ApiKeyIsRequired")));
    server.stop().await;
}
