//! A change of an account.

use super::AccountStanding;
use crate::language::LanguageTag;
use crate::notice::{LowBalance, MutedTopics};
use crate::proof::ProofSubject;
use crate::sealing::Sealed;

/// The values of an account to replace. `None` keeps a value, so changes of different values never undo
/// each other.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AccountChange {
    /// The name of the person responsible, sealed.
    pub name: Option<Sealed>,
    /// The mail address, sealed.
    pub email: Option<Sealed>,
    /// The phone number, sealed.
    pub phone: Option<Sealed>,
    /// The name of the business, sealed.
    pub company: Option<Sealed>,
    /// The postal address, sealed; `Some(None)` removes it.
    pub address: Option<Option<Sealed>>,
    /// The default language.
    pub default_language: Option<LanguageTag>,
    /// The threshold at which a balance counts as low.
    pub low_balance: Option<LowBalance>,
    /// Whether the account may send.
    pub standing: Option<AccountStanding>,
    /// The name of its recipients in proofs.
    pub proof_subject: Option<ProofSubject>,
    /// The sender of its mails, sealed; `Some(None)` removes it.
    pub email_sender: Option<Option<Sealed>>,
    /// The topics of notices that are not mailed to it.
    pub muted_topics: Option<MutedTopics>,
}
