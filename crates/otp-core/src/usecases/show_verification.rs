//! Show a verification: returns one verification of an account, with its messages and checks.

use std::sync::Arc;
use std::time::Duration;

use crate::channel::Channel;
use crate::cooldown;
use crate::ids::{AccountId, VerificationId};
use crate::ports::{Clock, PortError, VerificationKey, Verifications};
use crate::recipient::Recipient;
use crate::sealing::{AccountSealer, Purpose};
use crate::time::Timestamp;
use crate::usecases::account_sealers::{AccountSealers, UnreadableRecipient, open_verified};
use crate::verification::{
    CheckRecord, Metadata, VerificationMessage, VerificationRecord, VerificationStatus,
};

/// Shows verifications.
#[derive(Clone)]
pub struct ShowVerification {
    /// Finds them.
    pub verifications: Arc<dyn Verifications>,
    /// Opens the recipients.
    pub sealers: AccountSealers,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
}

/// A verification as its account reads it, with its recipient in the clear.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownVerification {
    /// Its id.
    pub id: VerificationId,
    /// Its status at the moment.
    pub status: VerificationStatus,
    /// The recipient; `None` once it is erased or its account's key is deleted.
    pub to: Option<Recipient>,
    /// The channel that a check proves: the [weakest](Channel::weaker) of its messages.
    pub channel: Channel,
    /// The code's number of characters.
    pub code_length: u8,
    /// The time it was created.
    pub created_at: Timestamp,
    /// The instant from which the code is refused.
    pub expires_at: Timestamp,
    /// How long to wait before the code may be sent again.
    pub resend_after: Duration,
    /// How many wrong guesses are still allowed.
    pub attempts_left: usize,
    /// Its messages, oldest first.
    pub messages: Vec<VerificationMessage>,
    /// Its checks, oldest first.
    pub checks: Vec<CheckRecord>,
    /// The caller's own data.
    pub metadata: Metadata,
}

/// The reason nothing is shown.
#[derive(Debug, thiserror::Error)]
pub enum ShowVerificationError {
    /// The account has no such verification.
    #[error("the account has no such verification")]
    NotFound,
    /// The stored recipient or the metadata does not open.
    #[error(transparent)]
    Unreadable(#[from] UnreadableRecipient),
    /// A port failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

impl ShowVerification {
    /// Shows one verification.
    pub async fn execute(
        &self,
        account: AccountId,
        key: VerificationKey,
    ) -> Result<ShownVerification, ShowVerificationError> {
        let now = self.clock.now();
        let found = self.verifications.find_verification(account, key, now);
        let record = found.await?.ok_or(ShowVerificationError::NotFound)?;
        let sealer = self.sealers.find(account).await?;
        Ok(ShownVerification::open(record, sealer.as_deref(), now)?)
    }
}

/// Returns how long an account has to wait before it may create a verification of the same recipient, none
/// of whose guesses are left.
pub(super) async fn wait_for_new(
    verifications: &dyn Verifications,
    account: AccountId,
    id: VerificationId,
    now: Timestamp,
) -> Result<Duration, PortError> {
    let found = verifications.find_verification(account, VerificationKey::Id(id), now);
    let record = found.await?;
    Ok(record.map_or(Duration::ZERO, |record| record.wait(now)))
}

impl ShownVerification {
    /// Returns the channels of its messages, each once, in the order of their first use.
    pub fn channels_tried(&self) -> Vec<Channel> {
        let mut tried = Vec::new();
        for message in &self.messages {
            if !tried.contains(&message.channel) {
                tried.push(message.channel);
            }
        }
        tried
    }

    /// Opens a stored verification.
    pub(super) fn open(
        record: VerificationRecord,
        sealer: Option<&AccountSealer>,
        now: Timestamp,
    ) -> Result<Self, UnreadableRecipient> {
        let id = record.state.id;
        let to = open_verified(sealer, id, record.recipient.as_ref())?;
        let metadata = match (sealer, &record.metadata) {
            (Some(sealer), Some(sealed)) => {
                let opened = sealer.open(Purpose::VerificationMetadata, id.0, sealed)?;
                Metadata::from_stored(&opened)
            }
            (None, _) | (_, None) => Metadata::default(),
        };
        let status = record.state.status_at(now);
        let resend_at = cooldown::retry_at(&record.sends, now);
        let resend_at = resend_at.filter(|_| status == VerificationStatus::Pending);
        Ok(Self {
            id,
            status,
            to,
            channel: record.state.channel,
            code_length: record.code_length.get(),
            created_at: record.state.created_at,
            expires_at: record.state.expires_at,
            resend_after: resend_at.map_or(Duration::ZERO, |at| at.since(now)),
            attempts_left: record.attempts_left(now),
            messages: record.messages,
            checks: record.checks,
            metadata,
        })
    }
}
