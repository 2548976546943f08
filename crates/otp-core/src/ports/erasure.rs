//! Erasure: removes a person from records that have to stay.

use async_trait::async_trait;

use crate::opt_out::consent::Recipient;
use crate::ports::PortError;

/// Erases the data that identifies a recipient, and keeps the accounting of credits.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait Erasure: Send + Sync {
    /// Erases a recipient from an account's messages, and returns the number of those messages.
    ///
    /// Of the recipient's verifications, an adapter MUST clear the recipient, its index, the code, its hash
    /// the caller's data and the context, and the index in their checks. One that is pending becomes `Canceled`: its code
    /// can neither be sent again nor be checked. Wrong guesses from before do not count against the
    /// recipient any more. An adapter MUST delete the steps of fallbacks that lead to the recipient.
    ///
    /// An adapter MUST clear the recipient, its index, the provider's id of the message and the texts of
    /// failures, including those of events. It MUST delete the provider's identities of the recipient. It
    /// MUST keep everything else: an erased message still counts, its ledger entries stay, and its
    /// idempotency key is still answered. Consent stays, because it has only the index of the recipient.
    /// Answers to requests with an idempotency key stay until they are removed; see
    /// [`IdempotentAnswers`](super::IdempotentAnswers).
    async fn erase_recipient(&self, recipient: Recipient) -> Result<usize, PortError>;
}
