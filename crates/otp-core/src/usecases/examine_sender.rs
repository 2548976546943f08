//! Examine a sender: asks the provider about its health, and records the result.
//!
//! One refusal does not stop a sender, because it may be about one message; the provider is asked first.
//! Any process may do this at any time. The record shows each process whether it made the change.

use std::sync::Arc;

use crate::channel::whatsapp::Sender;
use crate::channel::whatsapp::health::{Finding, HealthChange, HealthChanged, Rating};
use crate::ids::SenderId;
use crate::ports::{
    Clock, Examination, PortError, ProviderRefusal, SenderExaminer, SenderHealths, Senders,
};
use crate::usecases::account_sealers::AccountSealers;

/// The number of due senders listed at a time.
const BATCH: usize = 100;

/// Examines senders.
#[derive(Clone)]
pub struct ExamineSender {
    /// Finds the sender and its token.
    pub senders: Arc<dyn Senders>,
    /// Stores the sender's health.
    pub healths: Arc<dyn SenderHealths>,
    /// Asks the provider.
    pub examiner: Arc<dyn SenderExaminer>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Opens the token.
    pub sealers: AccountSealers,
}

/// An examined sender.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Examined {
    /// The sender.
    pub sender: Sender,
    /// Whether the provider answered at all. If not, a later examination may succeed.
    pub answered: bool,
    /// The change to the sender's health.
    pub changed: HealthChanged,
}

impl ExamineSender {
    /// Examines one sender. `suspicion` is the refusal of a message that gave rise to it, if any.
    ///
    /// Returns `None` if the sender does not exist, or no longer does when the provider has answered, or
    /// if its token cannot be read.
    pub async fn execute(
        &self,
        sender: SenderId,
        suspicion: Option<&ProviderRefusal>,
    ) -> Result<Option<Examined>, PortError> {
        let Some(sender) = self.senders.find(sender).await? else {
            return Ok(None);
        };
        let Some(sealer) = self.sealers.find(sender.account_id).await? else {
            return Ok(None);
        };
        let Ok(token) = sender.open_access_token(&sealer) else {
            return Ok(None);
        };
        let answer = self.examiner.examine(&sender.phone_number_id, &token).await;
        let answered = answer != Examination::Silent;
        let change = HealthChange::Examined(conclude(answer, suspicion));
        let now = self.clock.now();
        let changed = match self
            .healths
            .change_health(sender.id, &change, now, None)
            .await
        {
            // An operator removed the sender while the provider was asked.
            Err(PortError::Conflict(_)) => return Ok(None),
            changed => changed?,
        };
        Ok(Some(Examined {
            sender,
            answered,
            changed,
        }))
    }

    /// Returns the senders whose check is due.
    pub async fn due(&self) -> Result<Vec<SenderId>, PortError> {
        self.healths.list_due_checks(self.clock.now(), BATCH).await
    }
}

/// Concludes from the provider's answer whether the sender may send.
///
/// If a message was refused, the reason of that refusal is kept: later messages are answered with it. A
/// token that may send is not always allowed to ask. But if the provider refuses the question with the
/// same code as the message, the reason holds.
fn conclude(answer: Examination, suspicion: Option<&ProviderRefusal>) -> Finding {
    match answer {
        Examination::Able(rating) => Finding::Able(rating),
        Examination::Unable(refusal, rating) => {
            Finding::Unable(suspicion.cloned().unwrap_or(refusal), rating)
        }
        Examination::NotShown(refusal) => {
            let same = suspicion.filter(|suspicion| {
                suspicion.failure.code.is_some() && suspicion.failure.code == refusal.failure.code
            });
            same.map_or(Finding::Unclear, |suspicion| {
                Finding::Unable(suspicion.clone(), Rating::default())
            })
        }
        Examination::Silent => Finding::Unclear,
    }
}
