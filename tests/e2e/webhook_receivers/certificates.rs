//! Receivers by TLS whose certificate is not valid: they get no request.

use std::path::Path;
use std::sync::Arc;

use otp_e2e::{Database, FakeReceiver, Running, World};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use serde_json::json;
use tempfile::NamedTempFile;
use tokio_rustls::TlsAcceptor;

use super::super::webhook_deliveries::{endpoint, world};
use super::{PATH, delivered, log, test};

/// An authority that the servers of a test trust, and no other.
pub(super) struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    file: NamedTempFile,
}

impl Authority {
    pub(super) fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key");
        let issuer = CertifiedIssuer::self_signed(params, key).expect("signed");
        let file = NamedTempFile::new().expect("a file");
        std::fs::write(file.path(), issuer.pem()).expect("written");
        Self { issuer, file }
    }

    /// Returns a certificate for these hosts, valid until the end of a year.
    pub(super) fn certificate(&self, hosts: &[&str], last_year: i32) -> TlsAcceptor {
        let mut params = params(hosts);
        params.not_after = rcgen::date_time_ymd(last_year, 12, 31);
        let key = KeyPair::generate().expect("a key");
        let certificate = params.signed_by(&key, &self.issuer).expect("signed");
        acceptor(certificate.der().clone(), &key)
    }

    /// Starts a server that trusts this authority, with these variables in its environment.
    pub(super) fn serve(&self, world: &World, more: &[(String, String)]) -> Running {
        let path = Path::to_str(self.file.path()).expect("Unicode");
        let mut variables = world.variables();
        variables.push(("SSL_CERT_FILE".to_owned(), path.to_owned()));
        variables.extend_from_slice(more);
        let started = Running::start(&["serve", "--json"], &variables);
        started.unwrap_or_else(|ended| panic!("exit {}: {}", ended.code, ended.stderr))
    }
}

fn params(hosts: &[&str]) -> CertificateParams {
    let hosts: Vec<_> = hosts.iter().map(|host| (*host).to_owned()).collect();
    CertificateParams::new(hosts).expect("hosts")
}

fn self_signed(host: &str) -> TlsAcceptor {
    let key = KeyPair::generate().expect("a key");
    let certificate = params(&[host]).self_signed(&key).expect("signed");
    acceptor(certificate.der().clone(), &key)
}

fn acceptor(certificate: CertificateDer<'static>, key: &KeyPair) -> TlsAcceptor {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate],
            PrivateKeyDer::try_from(key.serialize_der()).expect("a key"),
        );
    TlsAcceptor::from(Arc::new(config.expect("a key of the certificate")))
}

/// Each receiver has a wrong certificate at first. Once it has the right one, it gets what was kept from it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_receiver_with_a_wrong_certificate_gets_no_request() {
    let world = world(Database::sqlite()).await;
    let authority = Authority::new();
    let server = authority.serve(&world, &[]);
    let right = authority.certificate(&["127.0.0.1"], 2999);
    let mut receivers = Vec::new();
    for (what, wrong) in [
        ("self-signed", self_signed("127.0.0.1")),
        (
            "of another authority",
            Authority::new().certificate(&["127.0.0.1"], 2999),
        ),
        (
            "for another host",
            authority.certificate(&["localhost"], 2999),
        ),
        ("expired", authority.certificate(&["127.0.0.1"], 2020)),
    ] {
        let receiver = FakeReceiver::with_tls(vec![wrong, right.clone()]).await;
        let (id, _) = endpoint(&world, &server, &receiver.url(PATH), &[]).await;
        let event = test(&world, &server, &id).await;
        receivers.push((what, receiver, id, event));
    }
    let healthy = FakeReceiver::with_tls(vec![right]).await;
    let (id, _) = endpoint(&world, &server, &healthy.url(PATH), &[]).await;
    let event = test(&world, &server, &id).await;
    let delivery = delivered(&world, &server, &id, &event).await;
    assert_eq!(log(&delivery), [json!([204, null, null])]);

    for (what, receiver, id, event) in receivers {
        let delivery = delivered(&world, &server, &id, &event).await;
        let expected = [json!([null, "tls", null]), json!([204, null, null])];
        assert_eq!(log(&delivery), expected, "{what}");
        let calls = receiver.received();
        assert_eq!(calls.len(), 1, "{what}: {calls:?}");
        assert_eq!(receiver.written().await[0], 0, "{what}");
        assert_eq!(receiver.connections(), 2, "{what}");
    }
}
