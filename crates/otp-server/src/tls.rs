//! HTTPS by the program itself: TLS 1.3 only.

use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::failure::SetupError;
use crate::settings::Tls;

/// Reads the certificate chain and the key.
pub(crate) fn server_config(tls: &Tls) -> Result<ServerConfig, SetupError> {
    let wrong = |key: &str, path: &std::path::Path, why: &dyn std::fmt::Display| {
        SetupError::new(format!("{key}: {}: {why}", path.display()))
    };
    let chain = CertificateDer::pem_file_iter(&tls.cert)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| wrong("http.tls.cert", &tls.cert, &error))?;
    let key = PrivateKeyDer::from_pem_file(&tls.key)
        .map_err(|error| wrong("http.tls.key", &tls.key, &error))?;
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])
        .map_err(|error| wrong("http.tls.cert", &tls.cert, &error))?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(|error| wrong("http.tls.cert", &tls.cert, &error))?;
    Ok(config)
}
