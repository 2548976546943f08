//! Identities: by what the provider knows the recipients of an account.

use async_trait::async_trait;

use crate::ids::{AccountId, MessageId};
use crate::opt_out::resolution::KnownIdentity;
use crate::ports::PortError;
use crate::sealing::{IdentityIndex, RecipientIndex};
use crate::time::Timestamp;

/// Stores which identity is which recipient.
///
/// For any number of them an adapter MUST use a constant number of statements.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait RecipientIdentities: Send + Sync {
    /// For each message and identity, in their order: the message's recipient, and whom the identity
    /// belongs to so far. None where the message is unknown.
    async fn recall(
        &self,
        asked: &[(MessageId, IdentityIndex)],
    ) -> Result<Vec<Option<Recalled>>, PortError>;

    /// Remembers identities. One that was seen later in the meantime MUST be left as it is.
    async fn remember(&self, known: &[KnownIdentity]) -> Result<(), PortError>;
}

/// What is stored of a message and an identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recalled {
    /// Whose message it is.
    pub account_id: AccountId,
    /// To whom it went.
    pub recipient_index: RecipientIndex,
    /// Whom the identity belongs to, and since when that is known.
    pub known: Option<(RecipientIndex, Timestamp)>,
}
