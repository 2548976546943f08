//! The sender examiner: asks the provider about the health of a sender.

use async_trait::async_trait;

use crate::channel::whatsapp::health::Rating;
use crate::channel::whatsapp::{AccessToken, ProviderId};
use crate::ports::ProviderRefusal;

/// Asks the provider about the number of a sender.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait SenderExaminer: Send + Sync {
    /// Returns what the provider says about the number.
    ///
    /// An adapter MUST bound the call in time and size, and MUST NOT log the token. When in doubt, it MUST
    /// return [`Examination::Silent`], because a sender that is reported as unable is stopped.
    async fn examine(
        &self,
        phone_number_id: &ProviderId,
        access_token: &AccessToken,
    ) -> Examination;
}

/// The provider's answer about a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Examination {
    /// The number may send.
    Able(Rating),
    /// The number may not send, for this reason.
    Unable(ProviderRefusal, Rating),
    /// The token may not ask about the number, but may still be allowed to send.
    NotShown(ProviderRefusal),
    /// The provider gave no answer, or no valid one.
    Silent,
}
