//! Passwords.

use async_trait::async_trait;

use crate::person::password::{Password, PasswordHash};
use crate::ports::PortError;

/// The answer to a comparison of a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasswordMatch {
    /// It is another password.
    Wrong,
    /// It is the password.
    Right,
    /// It is the password, and its hash should be replaced by a stronger one.
    RightButWeaklyHashed,
}

/// Hashes passwords slowly, so that a stolen hash does not tell the password soon.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait Passwords: Send + Sync {
    /// Returns a hash with a new salt.
    async fn hash_password(&self, password: &Password) -> Result<PasswordHash, PortError>;

    /// Compares a password with a hash. With `None`, of a person that does not exist, the answer MUST be `Wrong`
    /// after the same work.
    async fn match_password(
        &self,
        password: &Password,
        hash: Option<PasswordHash>,
    ) -> Result<PasswordMatch, PortError>;
}
