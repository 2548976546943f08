//! The HTTP client: no redirects, retries, proxies or decompression, and look-ups that are judged.

use std::sync::Arc;
use std::time::Duration;

use reqwest::redirect::Policy;
use rustls::crypto::ring;
use rustls::{ClientConfig, RootCertStore};

use crate::judged_resolver::JudgedResolver;
use crate::options::InvalidWebhookCaller;

/// The user agent, by which receivers find the calls in their logs.
const USER_AGENT: &str = concat!("otp-gateway/", env!("CARGO_PKG_VERSION"));

/// The number of idle connections to one host.
const MAX_IDLE: usize = 4;

/// The time after which an idle connection is closed: before the servers that wait 5 s do, because a
/// call on a closing connection fails.
const IDLE: Duration = Duration::from_secs(4);

/// Makes clients, each with connections of its own.
#[derive(Clone)]
pub(crate) struct ClientFactory {
    tls: ClientConfig,
    resolver: JudgedResolver,
    connect_timeout: Duration,
}

impl ClientFactory {
    pub(crate) fn new(
        roots: RootCertStore,
        resolver: JudgedResolver,
        timeout: Duration,
    ) -> Result<Self, InvalidWebhookCaller> {
        Ok(Self {
            tls: tls(roots)?,
            resolver,
            // A host's second address has a chance if the first one swallows every packet.
            connect_timeout: timeout / 2,
        })
    }

    pub(crate) fn build(&self) -> Result<reqwest::Client, InvalidWebhookCaller> {
        let builder = reqwest::Client::builder()
            .tls_backend_preconfigured(self.tls.clone())
            .user_agent(USER_AGENT)
            .dns_resolver(self.resolver.clone())
            .connect_timeout(self.connect_timeout)
            .redirect(Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .no_proxy()
            // Even if another crate turns the features on: a small answer could become a huge one.
            .no_gzip()
            .no_brotli()
            .no_zstd()
            .no_deflate()
            // To stop reading an answer closes its connection. HTTP/2 would buffer streams beside it.
            .http1_only()
            .tcp_nodelay(true)
            .pool_max_idle_per_host(MAX_IDLE)
            .pool_idle_timeout(IDLE);
        let client = builder.build();
        client.map_err(|error| InvalidWebhookCaller::Client(error.into()))
    }
}

/// Returns the operating system's root certificates, so that an operator's own authority counts too.
/// Unreadable ones are skipped.
pub fn system_roots() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    roots
}

/// Returns the configuration of TLS 1.2 and 1.3 with these roots. Its memory of sessions, which
/// shortens later handshakes, is bounded and shared by all clients.
fn tls(roots: RootCertStore) -> Result<ClientConfig, InvalidWebhookCaller> {
    let provider = Arc::new(ring::default_provider());
    let config =
        ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = config.map_err(|error| InvalidWebhookCaller::Client(error.into()))?;
    let mut config = config.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}
