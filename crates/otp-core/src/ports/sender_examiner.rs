//! The sender examiner: asks the provider how a sender is.

use async_trait::async_trait;

use crate::channel::whatsapp::health::Rating;
use crate::channel::whatsapp::{AccessToken, ProviderId};
use crate::ports::ProviderRefusal;

/// Asks the provider about a number.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait SenderExaminer: Send + Sync {
    /// What the provider says of the number. An adapter MUST bound the call in time and size, MUST NOT
    /// log the token, and MUST answer [`Examination::Silent`] when in doubt: a sender that is found
    /// unable is stopped.
    async fn examine(
        &self,
        phone_number_id: &ProviderId,
        access_token: &AccessToken,
    ) -> Examination;
}

/// What the provider says of a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Examination {
    /// It may send.
    Able(Rating),
    /// It may not send, for this reason.
    Unable(ProviderRefusal, Rating),
    /// The token is not allowed to ask, which need not mean that it is not allowed to send.
    NotShown(ProviderRefusal),
    /// Nothing, or nothing that makes sense.
    Silent,
}
