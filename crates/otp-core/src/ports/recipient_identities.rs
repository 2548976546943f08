//! Identities: the names by which the provider knows the recipients of an account.

use std::collections::HashMap;

use async_trait::async_trait;

use crate::ids::{AccountId, MessageId};
use crate::ports::PortError;
use crate::recipient_identity::KnownIdentity;
use crate::sealing::{IdentityIndex, RecipientIndex};
use crate::time::Timestamp;

/// Stores which recipient an identity belongs to.
///
/// An adapter MUST use a constant number of statements for any number of identities.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait RecipientIdentities: Send + Sync {
    /// Returns for each message and identity, in their order, the message's recipient and the recipient
    /// that the identity belongs to so far; `None` if the message is unknown or erased.
    async fn recall(
        &self,
        asked: &[(MessageId, IdentityIndex)],
    ) -> Result<Vec<Option<Recalled>>, PortError>;

    /// Returns the recipients that identities belong to, and since when that is known. Unknown identities
    /// are left out.
    async fn find_identities(
        &self,
        wanted: &[(AccountId, IdentityIndex)],
    ) -> Result<HashMap<(AccountId, IdentityIndex), KnownRecipient>, PortError>;

    /// Stores identities. It MUST NOT overwrite a more recent one.
    async fn remember(&self, known: &[KnownIdentity]) -> Result<(), PortError>;
}

/// A recipient, and since when an identity is known to be it.
pub type KnownRecipient = (RecipientIndex, Timestamp);

/// The stored facts about a message and an identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recalled {
    /// The account of the message.
    pub account_id: AccountId,
    /// The recipient of the message.
    pub recipient_index: RecipientIndex,
    /// The recipient that the identity belongs to, and since when that is known.
    pub known: Option<KnownRecipient>,
}
