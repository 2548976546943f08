//! TLS to PostgreSQL, by the URL's `sslmode`.
//!
//! The modes are those of libpq: `prefer` and `require` encrypt but accept any certificate, which stops
//! an eavesdropper but no active attacker; `verify-full` checks certificate and host name.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use tokio_postgres::config::SslMode;
use tokio_postgres_rustls::MakeRustlsConnect;

/// The protection of a connection.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) enum TlsMode {
    Disable,
    #[default]
    Prefer,
    Require,
    VerifyFull {
        /// A file of certificates to trust instead of the system's.
        roots: Option<PathBuf>,
    },
}

impl TlsMode {
    /// Reads `sslmode` and `sslrootcert` of a URL.
    pub(crate) fn parse(mode: Option<&str>, roots: Option<&str>) -> Result<Self, String> {
        let roots = roots.map(PathBuf::from);
        match (mode, roots) {
            (Some("verify-full"), roots) => Ok(Self::VerifyFull { roots }),
            (_, Some(_)) => Err("sslrootcert needs sslmode=verify-full".to_owned()),
            (None, None) => Ok(Self::default()),
            (Some("disable"), None) => Ok(Self::Disable),
            (Some("prefer"), None) => Ok(Self::Prefer),
            (Some("require"), None) => Ok(Self::Require),
            (Some(_), None) => {
                Err("sslmode must be disable, prefer, require or verify-full".to_owned())
            }
        }
    }

    /// The mode of tokio-postgres. The connector decides whether the certificate is verified.
    pub(crate) fn ssl_mode(&self) -> SslMode {
        match self {
            Self::Disable => SslMode::Disable,
            Self::Prefer => SslMode::Prefer,
            Self::Require | Self::VerifyFull { .. } => SslMode::Require,
        }
    }

    /// The TLS connector; `None` if TLS is disabled.
    pub(crate) fn connector(&self) -> Result<Option<MakeRustlsConnect>, String> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .map_err(|error| format!("cannot set up TLS: {error}"))?;
        let config = match self {
            Self::Disable => return Ok(None),
            Self::Prefer | Self::Require => config
                .dangerous()
                .with_custom_certificate_verifier(Arc::new(AnyCertificate(provider))),
            Self::VerifyFull { roots } => {
                config.with_root_certificates(root_certificates(roots.as_deref())?)
            }
        };
        Ok(Some(MakeRustlsConnect::new(config.with_no_client_auth())))
    }
}

fn root_certificates(file: Option<&Path>) -> Result<RootCertStore, String> {
    let (found, place) = match file {
        Some(file) => (
            rustls_native_certs::load_certs_from_paths(Some(file), None),
            file.display().to_string(),
        ),
        None => (
            rustls_native_certs::load_native_certs(),
            "the system's store".to_owned(),
        ),
    };
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(found.certs);
    if roots.is_empty() {
        let errors: Vec<_> = found.errors.iter().map(ToString::to_string).collect();
        return Err(format!(
            "sslmode=verify-full found no root certificate in {place} {}",
            errors.join("; ")
        ));
    }
    Ok(roots)
}

/// Accepts any certificate, but requires proof that the server owns it.
#[derive(Debug)]
struct AnyCertificate(Arc<CryptoProvider>);

impl ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_modes_are_those_of_libpq() {
        let check = |mode, expected| assert_eq!(TlsMode::parse(mode, None).ok(), expected);
        check(None, Some(TlsMode::Prefer));
        check(Some("disable"), Some(TlsMode::Disable));
        check(Some("require"), Some(TlsMode::Require));
        check(
            Some("verify-full"),
            Some(TlsMode::VerifyFull { roots: None }),
        );
        // It verifies the certificate but not the host name; users would expect both.
        check(Some("verify-ca"), None);
        check(Some("REQUIRE"), None);
        check(Some(""), None);
    }

    #[test]
    fn roots_without_verification_are_refused() {
        assert!(TlsMode::parse(Some("require"), Some("/ca.pem")).is_err());
        assert_eq!(
            TlsMode::parse(Some("verify-full"), Some("/ca.pem")),
            Ok(TlsMode::VerifyFull {
                roots: Some(PathBuf::from("/ca.pem"))
            })
        );
    }

    #[test]
    fn a_file_without_certificates_is_named() {
        let mode = TlsMode::VerifyFull {
            roots: Some(PathBuf::from("/nowhere/ca.pem")),
        };
        let error = mode.connector().err().expect("no such file");
        assert!(error.contains("/nowhere/ca.pem"), "{error}");
    }
}
