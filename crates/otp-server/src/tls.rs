//! HTTPS by the program itself.

use std::path::Path;

use otp_edge::InvalidTls;
use rustls::ServerConfig;

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
