//! The server on a real socket, and the files of its certificate.

use std::net::{Ipv4Addr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;

use otp_edge::{InvalidTls, ServerOptions, serve, server_config};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::support::{configure, limit};

#[tokio::test(flavor = "multi_thread")]
async fn a_server_answers_requests_and_panics_until_it_is_stopped() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let server = serve(listener, ServerOptions::plain(), configure(limit(100, &[]))).unwrap();
    let handle = server.handle();
    let done = tokio::spawn(server);
    for (path, status, body) in [
        ("/home", "200", "home"),
        ("/panics", "500", "text 500 named"),
        ("/pages/panics", "500", "page 500 named"),
    ] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Request-Id: named\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status}")),
            "{answer}"
        );
        assert!(answer.ends_with(body), "{answer}");
        assert!(answer.contains("x-request-id: named"), "{answer}");
    }
    handle.stop(true).await;
    done.await.unwrap().unwrap();
    assert!(TcpStream::connect(address).await.is_err());
}

/// Files with a new certificate and its key.
struct Files {
    folder: TempDir,
    certificate: PathBuf,
    key: PathBuf,
}

fn files() -> Files {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: String| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    Files {
        certificate: write("cert.pem", made.cert.pem()),
        key: write("key.pem", made.signing_key.serialize_pem()),
        folder,
    }
}

#[test]
fn a_certificate_and_its_key_are_read() {
    let Files {
        folder: _folder,
        certificate,
        key,
    } = files();
    assert!(server_config(&certificate, &key).is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_with_a_certificate_speaks_tls_within_its_limits() {
    let files = files();
    let options = ServerOptions {
        tls: Some(server_config(&files.certificate, &files.key).unwrap()),
        ..ServerOptions::plain()
    };
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let server = serve(listener, options, configure(limit(100, &[]))).unwrap();
    let handle = server.handle();
    let done = tokio::spawn(server);

    let mut roots = rustls::RootCertStore::empty();
    let certificate = CertificateDer::from_pem_file(&files.certificate).unwrap();
    roots.add(certificate).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let client = rustls::ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let stream = TcpStream::connect(address).await.unwrap();
    let connector = tokio_rustls::TlsConnector::from(Arc::new(client));
    let name = ServerName::try_from("localhost").unwrap();
    let mut stream = connector.connect(name, stream).await.unwrap();
    let request = b"GET /home HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    stream.write_all(request).await.unwrap();
    let mut answer = Vec::new();
    // The server may end the connection without a farewell.
    drop(stream.read_to_end(&mut answer).await);
    let answer = String::from_utf8(answer).unwrap();
    assert!(
        answer.starts_with("HTTP/1.1 200") && answer.ends_with("home"),
        "{answer}"
    );

    // Plain HTTP is not answered.
    let mut plain = TcpStream::connect(address).await.unwrap();
    plain.write_all(request).await.unwrap();
    let mut answer = Vec::new();
    drop(plain.read_to_end(&mut answer).await);
    assert!(!answer.starts_with(b"HTTP"));
    handle.stop(true).await;
    done.await.unwrap().unwrap();
}

#[test]
fn the_error_tells_the_certificate_from_the_key() {
    let (one, other) = (files(), files());
    let missing = one.folder.path().join("missing.pem");
    for (certificate, key, is_key) in [
        (&missing, &one.key, false),
        (&one.key, &one.key, false),
        (&one.certificate, &other.key, false),
        (&one.certificate, &missing, true),
        (&one.certificate, &one.certificate, true),
    ] {
        let error = server_config(certificate, key).unwrap_err();
        assert_eq!(matches!(error, InvalidTls::Key(_)), is_key, "{error}");
    }
}
