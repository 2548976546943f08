//! Inspect messages: shows an account's messages to an operator, with masked numbers.
//!
//! To see a number, the operator has to give a name, and the audit trail records it before the number is
//! returned. The provider's texts about a failure may repeat the number, so they are shown with it only.

use std::sync::Arc;

use crate::audit::{Actor, AuditAction, AuditEntry};
use crate::ids::{AccountId, MessageId};
use crate::message::{Failure, MessageEvent, MessageRecord};
use crate::page::Page;
use crate::ports::{AuditTrail, Clock, Messages, PortError, Randomness};
use crate::recipient::Recipient;
use crate::usecases::list_messages::{ListMessages, ListMessagesError, ListMessagesRequest};
use crate::usecases::show_message::{
    OpenedMessage, ShowMessage, ShowMessageError, ShowMessageRequest,
};

/// Shows messages to operators.
#[derive(Clone)]
pub struct InspectMessages {
    /// Finds the account of a message.
    pub messages: Arc<dyn Messages>,
    /// Lists messages.
    pub list: ListMessages,
    /// Shows a message.
    pub show: ShowMessage,
    /// Records who saw a number.
    pub audit: Arc<dyn AuditTrail>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Generates ids.
    pub randomness: Arc<dyn Randomness>,
}

/// How an operator sees messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum View {
    /// With masked numbers, and without the provider's texts.
    Masked,
    /// In the clear, for this operator.
    Revealed(Actor),
}

/// A message as an operator sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InspectedMessage {
    /// The message. In a masked view, the texts of its failure are empty.
    pub record: MessageRecord,
    /// The recipient, masked or not; `None` once the message is erased or its account's key is deleted.
    pub to: Option<String>,
}

/// A message with its account and its timeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InspectedHistory {
    /// The account.
    pub account_id: AccountId,
    /// The message.
    pub message: InspectedMessage,
    /// Its events, from its admission on. In a masked view, the texts of failures are empty.
    pub timeline: Vec<MessageEvent>,
}

/// The reason nothing is shown.
#[derive(Debug, thiserror::Error)]
pub enum InspectMessagesError {
    /// No account has such a message.
    #[error("no message has the id {0}")]
    NotFound(MessageId),
    /// The message cannot be shown.
    #[error(transparent)]
    Show(#[from] ShowMessageError),
    /// The messages cannot be listed.
    #[error(transparent)]
    List(#[from] ListMessagesError),
    /// A port failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

impl InspectMessages {
    /// Shows one message of any account.
    pub async fn show(
        &self,
        id: MessageId,
        view: &View,
    ) -> Result<InspectedHistory, InspectMessagesError> {
        let account_id = self.messages.find_account(id).await?;
        let account_id = account_id.ok_or(InspectMessagesError::NotFound(id))?;
        let request = ShowMessageRequest { account_id, id };
        let shown = self.show.execute(request).await?;
        self.record(view, &[&shown.message]).await?;
        let timeline = shown.timeline.into_iter().map(|event| MessageEvent {
            failure: view.failure(event.failure),
            ..event
        });
        Ok(InspectedHistory {
            account_id,
            timeline: timeline.collect(),
            message: view.message(shown.message),
        })
    }

    /// Lists one page of an account's messages, newest first.
    pub async fn list(
        &self,
        request: ListMessagesRequest,
        view: &View,
    ) -> Result<Page<InspectedMessage>, InspectMessagesError> {
        let page = self.list.execute(request).await?;
        let shown: Vec<_> = page.items.iter().collect();
        self.record(view, &shown).await?;
        page.try_map(|message| Ok(view.message(message)))
    }

    /// Records the messages whose number the operator is about to see.
    async fn record(&self, view: &View, shown: &[&OpenedMessage]) -> Result<(), PortError> {
        let View::Revealed(actor) = view else {
            return Ok(());
        };
        let at = self.clock.now();
        let revealed = shown.iter().filter(|message| message.to.is_some());
        let entries: Vec<_> = revealed
            .map(|message| {
                AuditEntry::new(
                    actor.clone(),
                    AuditAction::RevealRecipient,
                    message.record.id.0,
                    at,
                    &*self.randomness,
                )
            })
            .collect();
        self.audit.append_audit_entries(&entries).await
    }
}

impl View {
    fn message(&self, message: OpenedMessage) -> InspectedMessage {
        let shown = |to: Recipient| match self {
            Self::Masked => to.masked(),
            Self::Revealed(_) => to.as_str().to_owned(),
        };
        let OpenedMessage { mut record, to } = message;
        record.failure = self.failure(record.failure);
        InspectedMessage {
            record,
            to: to.map(shown),
        }
    }

    fn failure(&self, failure: Option<Failure>) -> Option<Failure> {
        match self {
            Self::Masked => failure.map(|failure| Failure {
                code: failure.code,
                title: String::new(),
                reason: String::new(),
            }),
            Self::Revealed(_) => failure,
        }
    }
}
