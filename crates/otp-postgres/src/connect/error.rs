//! The errors of connecting.

/// The database cannot be used. The error is one line with the server and the cause, never the password.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The URL is not valid, or a file it names cannot be used.
    #[error("the database URL is not valid: {why}")]
    InvalidUrl {
        /// The fault.
        why: String,
    },
    /// The server cannot be reached, or refused the connection.
    #[error("cannot connect to PostgreSQL at {server}: {cause}")]
    Unreachable {
        /// Host and port.
        server: String,
        /// The words of the system or of PostgreSQL.
        cause: String,
    },
}

impl ConnectError {
    pub(super) fn invalid_url(why: String) -> Self {
        Self::InvalidUrl { why }
    }

    pub(super) fn unreachable(server: &str, cause: impl std::fmt::Display) -> Self {
        Self::Unreachable {
            server: server.to_owned(),
            cause: cause.to_string(),
        }
    }
}
