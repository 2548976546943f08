//! Explain an own send: a person asks what a send of their account would answer. Nothing is sent.

use crate::api_key::ApiKeyMode;
use crate::ids::ApiKeyId;
use crate::language::LanguageTag;
use crate::ports::PortError;
use crate::recipient::PhoneNumber;
use crate::usecases::authenticate::Caller;
use crate::usecases::explain_send::{ExplainSend, ExplainSendRequest, ExplainedSend};
use crate::usecases::own_accounts::{OwnAccounts, OwnAccountsError};
use crate::usecases::resume_session::Viewer;
use crate::usecases::send_message::SendMessageError;

/// Explains sends to people, by the same use case as the API.
#[derive(Clone)]
pub struct ExplainOwnSend {
    /// Finds the accounts.
    pub own: OwnAccounts,
    /// Explains the send.
    pub explain: ExplainSend,
}

/// The reason nothing is explained.
#[derive(Debug, thiserror::Error)]
pub enum ExplainOwnSendError {
    /// The person has no account, or their role does not allow it.
    #[error("the person has no account to look at")]
    NotFound,
    /// The facts cannot be read.
    #[error("the facts of the send cannot be read")]
    Unreadable(#[source] SendMessageError),
    /// A port failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

impl ExplainOwnSend {
    /// Explains a send of the person's live account.
    pub async fn execute(
        &self,
        viewer: &Viewer,
        to: PhoneNumber,
        language: Option<LanguageTag>,
    ) -> Result<ExplainedSend, ExplainOwnSendError> {
        let account = match self.own.find(viewer, ApiKeyMode::Live).await {
            Ok(account) => account.ok_or(ExplainOwnSendError::NotFound)?,
            Err(OwnAccountsError::NotFound) => return Err(ExplainOwnSendError::NotFound),
            Err(OwnAccountsError::Port(error)) => return Err(error.into()),
        };
        let request = ExplainSendRequest {
            caller: Caller {
                account_id: account,
                // A key matters to replays only, and this request has no idempotency key.
                api_key_id: ApiKeyId(account.0),
            },
            to,
            language,
            idempotency_key: None,
        };
        let explained = self.explain.execute(request).await;
        explained.map_err(|error| {
            if let SendMessageError::Port(error) = error {
                ExplainOwnSendError::Port(error)
            } else {
                ExplainOwnSendError::Unreadable(error)
            }
        })
    }
}
