//! The HTTP client: pooled, with HTTP/2 if the server offers it, without redirects, retries or
//! settings from the environment.

use std::sync::Arc;
use std::time::Duration;

use reqwest::redirect::Policy;
use rustls::crypto::ring;
use rustls::{ClientConfig, RootCertStore};

use crate::options::{Endpoint, InvalidOptions};

/// The user agent; Meta requires the form `name/major.minor.patch`.
const USER_AGENT: &str = concat!("otp-gateway/", env!("CARGO_PKG_VERSION"));

/// The time after which we close an idle connection, before a server or a NAT does: a request on a
/// closing connection has an unknown outcome.
const IDLE: Duration = Duration::from_secs(30);

/// The interval of probes. A connection that does not answer them is closed, because a connection
/// that died silently would swallow one message after the other.
const PROBE: Duration = Duration::from_secs(10);
const PROBE_TIMEOUT: Duration = Duration::from_secs(5);

/// Builds a client that calls once, follows no redirect and ignores the environment.
pub(crate) fn build(
    endpoint: &Endpoint,
    tls: ClientConfig,
) -> Result<reqwest::Client, InvalidOptions> {
    let mut builder = reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .user_agent(USER_AGENT)
        .connect_timeout(endpoint.connect_timeout)
        .redirect(Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .no_proxy()
        .tcp_nodelay(true)
        .tcp_keepalive(PROBE)
        .pool_idle_timeout(IDLE)
        .http2_keep_alive_interval(PROBE)
        .http2_keep_alive_timeout(PROBE_TIMEOUT)
        .http2_keep_alive_while_idle(true);
    if let Some(proxy) = &endpoint.proxy {
        let proxy = reqwest::Proxy::all(proxy.clone()).map_err(|_| InvalidOptions::Proxy)?;
        builder = builder.proxy(proxy);
    }
    builder
        .build()
        .map_err(|error| InvalidOptions::Client(error.without_url().into()))
}

/// Returns the configuration of TLS 1.2 and 1.3 with these roots.
///
/// The cryptography provider is set here and not installed for the process, so that it neither
/// depends on nor affects other users of TLS in the process.
pub(crate) fn tls(roots: RootCertStore) -> Result<ClientConfig, InvalidOptions> {
    let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| InvalidOptions::Client(error.into()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

/// Returns the operating system's root certificates, so that an operator's own authority counts
/// too. Unreadable certificates are skipped; having none is an error, but only if TLS is used.
pub(crate) fn system_roots(endpoint: &Endpoint) -> Result<RootCertStore, InvalidOptions> {
    let mut roots = RootCertStore::empty();
    let proxied_by_tls = endpoint
        .proxy
        .as_ref()
        .is_some_and(|proxy| proxy.scheme() == "https");
    if endpoint.is_https() || proxied_by_tls {
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        if roots.is_empty() {
            return Err(InvalidOptions::NoRootCertificates);
        }
    }
    Ok(roots)
}
