//! TLS: HTTPS by the program itself, and calls of it.

use std::path::Path;
use std::sync::Arc;

use otp_edge::InvalidTls;
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use url::Url;

use crate::failure::SetupError;
use crate::settings::Tls;

/// Reads the certificate chain and its key from the files in the settings.
pub(crate) fn server_config(tls: &Tls) -> Result<ServerConfig, SetupError> {
    let wrong = |key: &str, path: &Path, cause: &dyn std::fmt::Display| {
        SetupError::new(format!("{key}: {}: {cause}", path.display()))
    };
    let config = otp_edge::server_config(&tls.cert, &tls.key);
    config.map_err(|error| match error {
        InvalidTls::Certificate(cause) => wrong("http.tls.cert", &tls.cert, &cause),
        InvalidTls::Key(cause) => wrong("http.tls.key", &tls.key, &cause),
    })
}

/// Returns a configuration for calls of this URL, which trusts the certificates the operating system trusts. It
/// names the provider of cryptography, as WhatsApp's client does, because none is installed for the process.
pub(crate) fn client_config(url: &Url) -> anyhow::Result<ClientConfig> {
    let mut roots = RootCertStore::empty();
    if url.scheme() == "https" {
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        anyhow::ensure!(!roots.is_empty(), "the system has no root certificates");
    }
    let ring = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(ring)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(config)
}
