//! Tests over TLS: with their own authority, in HTTP/1.1 and HTTP/2, and with servers that close
//! the connection before a request can have arrived.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use otp_core::ports::{Accepted, MessageSender, SendError};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{RootCertStore, ServerConfig, ServerConnection, StreamOwned};

use crate::client;
use crate::options::{CloudApiOptions, Endpoint, InvalidOptions};
use crate::sender::CloudApiSender;
use crate::test_messages::message;

const AUTHORITY: &[u8] = include_bytes!("../../tests/data/test-authority.pem");
const CERTIFICATE: &[u8] = include_bytes!("../../tests/data/localhost.pem");
const KEY: &[u8] = include_bytes!("../../tests/data/localhost.key.pem");

const ANSWER: &[u8] = br#"{"messages":[{"id":"wamid.TLS"}]}"#;

type TlsStream = StreamOwned<ServerConnection, TcpStream>;

/// Serves one connection and returns the result of `handle`.
fn serve<T: Send + 'static>(
    handle: impl FnOnce(TcpStream) -> T + Send + 'static,
) -> (CloudApiOptions, JoinHandle<T>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("bound").port();
    let options = CloudApiOptions {
        base_url: format!("https://localhost:{port}"),
        connect_timeout: Duration::from_millis(500),
        ..CloudApiOptions::default()
    };
    (
        options,
        std::thread::spawn(move || handle(listener.accept().expect("a connection").0)),
    )
}

fn tls(stream: TcpStream, alpn: &[u8]) -> TlsStream {
    let certificate = CertificateDer::from_pem_slice(CERTIFICATE).expect("a certificate");
    let key = PrivateKeyDer::from_pem_slice(KEY).expect("a key");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .expect("a key of the certificate");
    config.alpn_protocols = vec![alpn.to_vec()];
    StreamOwned::new(
        ServerConnection::new(Arc::new(config)).expect("a connection"),
        stream,
    )
}

fn sender(options: &CloudApiOptions) -> CloudApiSender {
    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_slice(AUTHORITY).expect("a certificate"))
        .expect("an authority");
    let endpoint = Endpoint::parse(options).expect("valid");
    CloudApiSender::trusting(endpoint, roots).expect("a client")
}

#[track_caller]
fn assert_unreached(result: &Result<Accepted, SendError>) {
    match result {
        Err(SendError::Retry {
            refusal,
            after: None,
        }) => assert_eq!(refusal.http_status, None),
        other => panic!("{other:?}"),
    }
}

/// Waits for the server's result; meanwhile this thread continues to drive the connections.
async fn ended<T: Send + 'static>(server: JoinHandle<T>) -> T {
    let joined = tokio::task::spawn_blocking(|| server.join()).await;
    joined.expect("no panic").expect("no panic")
}

fn wamid(result: Result<Accepted, SendError>) -> String {
    result.expect("accepted").provider_message_id.0
}

#[tokio::test]
async fn https_works_with_a_trusted_authority() {
    let (options, server) = serve(|stream| {
        let mut stream = tls(stream, b"http/1.1");
        let mut request = Vec::new();
        while !request.ends_with(b"}]}]}}") && !request.ends_with(b"\"type\":\"template\"}") {
            let mut chunk = [0; 1_024];
            let read = stream.read(&mut chunk).expect("a request");
            request.extend_from_slice(&chunk[..read]);
        }
        let head = format!(
            "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n",
            ANSWER.len()
        );
        stream.write_all(head.as_bytes()).expect("written");
        stream.write_all(ANSWER).expect("written");
        stream.flush().expect("written");
        stream.conn.protocol_version()
    });
    assert_eq!(
        wamid(sender(&options).send(&message().into()).await),
        "wamid.TLS"
    );
    let version = ended(server).await;
    assert_eq!(version, Some(rustls::ProtocolVersion::TLSv1_3));
}

#[tokio::test]
async fn http2_is_used_if_the_server_chooses_it() {
    let (options, server) = serve(|stream| {
        let mut stream = tls(stream, b"h2");
        let (id, data) = h2_request(&mut stream);
        // `:status: 200` is entry 8 of HPACK's static table.
        h2_write(&mut stream, 1, 4, id, &[0x88]);
        h2_write(&mut stream, 0, 1, id, ANSWER);
        data
    });
    assert_eq!(
        wamid(sender(&options).send(&message().into()).await),
        "wamid.TLS"
    );
    let request: serde_json::Value = serde_json::from_slice(&ended(server).await).expect("JSON");
    assert_eq!(request["to"], "966551234567");
}

/// The HTTP library would repeat it, as the protocol allows; only our code may decide that.
#[tokio::test]
async fn a_stream_that_http2_refuses_is_not_repeated() {
    let (options, server) = serve(|stream| {
        let mut stream = tls(stream, b"h2");
        let (id, _) = h2_request(&mut stream);
        const REFUSED_STREAM: [u8; 4] = [0, 0, 0, 7];
        h2_write(&mut stream, 3, 0, id, &REFUSED_STREAM);
        h2_requests_until_end(&mut stream)
    });
    let sender = sender(&options);
    assert_eq!(
        sender.send(&message().into()).await,
        Err(SendError::Unknown)
    );
    drop(sender);
    assert_eq!(ended(server).await, 0);
}

#[tokio::test]
async fn an_untrusted_server_never_receives_a_request() {
    let (options, server) = serve(|stream| {
        let mut request = [0; 1];
        tls(stream, b"http/1.1").read(&mut request)
    });
    let sender = CloudApiSender::trusting(
        Endpoint::parse(&options).expect("valid"),
        RootCertStore::empty(),
    );
    assert_unreached(&sender.expect("a client").send(&message().into()).await);
    assert!(!matches!(ended(server).await, Ok(1..)));
}

#[tokio::test]
async fn a_server_without_tls_is_not_reached() {
    let (options, server) = serve(|mut stream| {
        stream
            .write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            .expect("written");
        stream.read_to_end(&mut Vec::new())
    });
    assert_unreached(&sender(&options).send(&message().into()).await);
    drop(ended(server).await);
}

#[tokio::test]
async fn a_handshake_that_never_ends_is_aborted_after_the_connect_time_out() {
    let (options, server) = serve(|mut stream| stream.read_to_end(&mut Vec::new()));
    let started = Instant::now();
    assert_unreached(&sender(&options).send(&message().into()).await);
    assert!(started.elapsed() < options.connect_timeout + Duration::from_secs(2));
    drop(ended(server).await);
}

#[tokio::test]
async fn a_handshake_that_never_ends_is_aborted_with_the_call() {
    let (mut options, server) = serve(|mut stream| stream.read_to_end(&mut Vec::new()));
    options.connect_timeout = Duration::from_secs(60);
    let mut message = message();
    message.timeout = Duration::from_millis(300);
    let started = Instant::now();
    assert_unreached(&sender(&options).send(&message.clone().into()).await);
    assert!(started.elapsed() < message.timeout + Duration::from_secs(2));
    drop(ended(server).await);
}

/// The tunnel for the request was never opened, so the request was not sent.
#[tokio::test]
async fn a_proxy_that_opens_no_tunnel_never_receives_the_request() {
    let (proxy, server) = serve(|mut stream| {
        let mut request = Vec::new();
        while !request.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            stream.read_exact(&mut byte).expect("a request");
            request.extend(byte);
        }
        stream
            .write_all(b"HTTP/1.1 502 Bad Gateway\r\n\r\n")
            .expect("written");
        String::from_utf8(request).expect("ASCII")
    });
    let options = CloudApiOptions {
        base_url: "https://graph.invalid".to_owned(),
        proxy: Some(proxy.base_url.replace("https", "http")),
        ..proxy
    };
    assert_unreached(&sender(&options).send(&message().into()).await);
    let request = ended(server).await;
    assert!(
        request.starts_with("CONNECT graph.invalid:443 "),
        "{request}"
    );
    assert!(!request.contains("Bearer"), "{request}");
}

#[test]
fn plain_http_needs_no_roots() {
    let options = CloudApiOptions {
        base_url: "http://127.0.0.1:9".to_owned(),
        ..CloudApiOptions::default()
    };
    let roots = client::system_roots(&Endpoint::parse(&options).expect("valid"));
    assert!(roots.expect("none needed").is_empty());
}

#[test]
fn https_has_roots_or_is_refused() {
    match CloudApiSender::new(&CloudApiOptions::default()) {
        Ok(_) | Err(InvalidOptions::NoRootCertificates) => {}
        Err(other) => panic!("{other:?}"),
    }
}

/// Reads the preface and one whole request; returns its stream and its data.
fn h2_request(stream: &mut TlsStream) -> (u32, Vec<u8>) {
    let mut preface = [0; 24];
    stream.read_exact(&mut preface).expect("a preface");
    assert_eq!(&preface, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    h2_write(stream, 4, 0, 0, &[]);
    let mut data = Vec::new();
    loop {
        let (kind, flags, id, payload) = h2_read(stream).expect("a frame");
        match kind {
            0 => {
                data.extend(payload);
                if flags & 1 == 1 {
                    return (id, data);
                }
            }
            4 if flags & 1 == 0 => h2_write(stream, 4, 1, 0, &[]),
            _ => {}
        }
    }
}

/// Counts the requests that begin before the client closes the connection.
fn h2_requests_until_end(stream: &mut TlsStream) -> usize {
    let mut begun = 0;
    while let Ok((kind, ..)) = h2_read(stream) {
        begun += usize::from(kind == 1);
    }
    begun
}

fn h2_read(stream: &mut TlsStream) -> std::io::Result<(u8, u8, u32, Vec<u8>)> {
    let mut head = [0; 9];
    stream.read_exact(&mut head)?;
    let [l0, l1, l2, kind, flags, i0, i1, i2, i3] = head;
    let length = u32::from_be_bytes([0, l0, l1, l2]);
    let mut payload = vec![0; usize::try_from(length).expect("24 bits")];
    stream.read_exact(&mut payload)?;
    Ok((kind, flags, u32::from_be_bytes([i0, i1, i2, i3]), payload))
}

fn h2_write(stream: &mut TlsStream, kind: u8, flags: u8, id: u32, payload: &[u8]) {
    let length = u32::try_from(payload.len()).expect("short");
    let [_, l0, l1, l2] = length.to_be_bytes();
    let mut frame = vec![l0, l1, l2, kind, flags];
    frame.extend(id.to_be_bytes());
    frame.extend(payload);
    stream.write_all(&frame).expect("written");
    stream.flush().expect("written");
}
