//! Find senders: a sender with its number and its health, for an operator.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use crate::channel::whatsapp::Sender;
use crate::channel::whatsapp::health::SenderHealth;
use crate::contact_number::ContactNumber;
use crate::ids::{AccountId, SenderId};
use crate::keyring::MasterKeys;
use crate::ports::{Keyring, PortError, SenderHealths, Senders};
use crate::sealing::{AccountSealer, OpenError};
use crate::usecases::account_sealers::open_all;

/// Finds senders.
#[derive(Clone)]
pub struct FindSenders {
    /// Stores senders.
    pub senders: Arc<dyn Senders>,
    /// Stores their health.
    pub healths: Arc<dyn SenderHealths>,
    /// Stores the keys of their accounts.
    pub keyring: Arc<dyn Keyring>,
    /// Opens the keys.
    pub master_keys: Arc<MasterKeys>,
}

/// A sender with its number in the clear.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundSender {
    /// The sender as it is stored.
    pub sender: Sender,
    /// Its number; `None` if the account's key is deleted.
    pub phone: Option<ContactNumber>,
    /// Its health, as last examined.
    pub health: SenderHealth,
}

/// The reason senders could not be read.
#[derive(Debug, thiserror::Error)]
pub enum FindSendersError {
    /// The number of a sender does not open.
    #[error("the number of sender {sender} cannot be read")]
    Unreadable {
        /// The sender.
        sender: SenderId,
        /// The cause.
        source: OpenError,
    },
    /// A port failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

impl FindSenders {
    /// Returns the senders of one account, or of all if `account` is `None`, oldest first.
    pub async fn list(
        &self,
        account: Option<AccountId>,
    ) -> Result<Vec<FoundSender>, FindSendersError> {
        let mut senders = self.senders.list().await?;
        senders.retain(|sender| account.is_none_or(|account| sender.account_id == account));
        self.complete(senders).await
    }

    /// Returns the sender with this id.
    pub async fn find(&self, id: SenderId) -> Result<Option<FoundSender>, FindSendersError> {
        let sender = self.senders.find(id).await?;
        let found = self.complete(sender.into_iter().collect()).await?;
        Ok(found.into_iter().next())
    }

    async fn complete(&self, senders: Vec<Sender>) -> Result<Vec<FoundSender>, FindSendersError> {
        let known = self.healths.list_health().await?;
        let known = known.into_iter().map(|health| (health.sender_id, health));
        let mut healths: HashMap<_, _> = known.collect();
        let accounts: BTreeSet<_> = senders.iter().map(|sender| sender.account_id).collect();
        let accounts: Vec<_> = accounts.into_iter().collect();
        let sealers = open_all(&*self.keyring, &self.master_keys, &accounts).await?;
        let complete = |sender: Sender| {
            let health = healths.remove(&sender.id);
            Ok(FoundSender {
                phone: open_phone(&sender, sealers.get(&sender.account_id))?,
                health: health.unwrap_or_else(|| SenderHealth::unknown(sender.id)),
                sender,
            })
        };
        senders.into_iter().map(complete).collect()
    }
}

fn open_phone(
    sender: &Sender,
    sealer: Option<&AccountSealer>,
) -> Result<Option<ContactNumber>, FindSendersError> {
    let opened = sealer.map(|sealer| sender.open_phone(sealer)).transpose();
    opened.map_err(|source| FindSendersError::Unreadable {
        sender: sender.id,
        source,
    })
}
