//! TLS of the server itself: version 1.3 only.

use std::path::Path;
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// The certificate or its key cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum InvalidTls {
    /// The certificate chain cannot be read, or does not belong to the key.
    #[error("invalid certificate: {0}")]
    Certificate(Cause),
    /// The private key cannot be read.
    #[error("invalid private key: {0}")]
    Key(Cause),
}

type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Reads a certificate chain and its private key from PEM files.
pub fn server_config(certificate: &Path, key: &Path) -> Result<ServerConfig, InvalidTls> {
    let chain = CertificateDer::pem_file_iter(certificate)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| InvalidTls::Certificate(error.into()))?;
    let key = PrivateKeyDer::from_pem_file(key).map_err(|error| InvalidTls::Key(error.into()))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])
        .map_err(|error| InvalidTls::Certificate(error.into()))?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(|error| InvalidTls::Certificate(error.into()))?;
    Ok(config)
}
