//! Examine a sender: ask the provider how it is, and record what that means.
//!
//! One refusal does not stop a sender, because it may be about one message: the provider is asked. Every
//! process may do this at any time; the record says which of them brought the news.

use std::sync::Arc;

use crate::channel::whatsapp::Sender;
use crate::channel::whatsapp::health::{Finding, HealthChange, HealthChanged, Rating};
use crate::ids::SenderId;
use crate::ports::{
    Clock, Examination, PortError, ProviderRefusal, SenderExaminer, SenderHealths, Senders,
};
use crate::usecases::account_sealers::AccountSealers;

/// Senders dealt with at a time.
const BATCH: usize = 100;

/// Examines senders.
#[derive(Clone)]
pub struct ExamineSender {
    /// For the sender's token.
    pub senders: Arc<dyn Senders>,
    /// For what is known of it.
    pub healths: Arc<dyn SenderHealths>,
    /// Asks the provider.
    pub examiner: Arc<dyn SenderExaminer>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Open the token.
    pub sealers: AccountSealers,
}

/// An examined sender.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Examined {
    /// Which.
    pub sender: Sender,
    /// Whether the provider answered at all; if not, asking again may help.
    pub answered: bool,
    /// What that changed.
    pub changed: HealthChanged,
}

impl ExamineSender {
    /// Asks about one sender, of which the provider said `suspicion` when it refused a message. `None`
    /// where there is no such sender, or nobody can read its token.
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
        let said = self.examiner.examine(&sender.phone_number_id, &token).await;
        let answered = said != Examination::Silent;
        let change = HealthChange::Examined(conclude(said, suspicion));
        let changed = self
            .healths
            .change_health(sender.id, &change, self.clock.now())
            .await?;
        Ok(Some(Examined {
            sender,
            answered,
            changed,
        }))
    }

    /// The senders whose look is due.
    pub async fn due(&self) -> Result<Vec<SenderId>, PortError> {
        self.healths.list_due_checks(self.clock.now(), BATCH).await
    }
}

/// What refused a message is what the next ones are answered with. A token that may send need not be
/// allowed to ask; but if asking is refused for the very reason sending was, the reason holds.
fn conclude(said: Examination, suspicion: Option<&ProviderRefusal>) -> Finding {
    match said {
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
