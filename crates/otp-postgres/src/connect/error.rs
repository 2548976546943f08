//! What is said when no connection can be made.

/// Why the database cannot be used; one line that names it and the cause, never the password.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The URL, or what it names, cannot be used.
    #[error("the database URL is not valid: {why}")]
    InvalidUrl {
        /// What is wrong with it.
        why: String,
    },
    /// The server cannot be reached, or refused.
    #[error("cannot connect to PostgreSQL at {server}: {cause}")]
    Unreachable {
        /// Host and port.
        server: String,
        /// What the system or PostgreSQL says.
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
