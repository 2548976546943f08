//! All storage ports at once, for wiring.

use super::{
    Accounts, AdmissionFacts, ApiKeys, CreditAudit, Directory, Erasure, Keyring, Messages,
    NoticeOutbox, OptOuts, Plans, Prices, Receipts, RecipientIdentities, Schema, SendLedger,
    SenderHealths, Senders, StorageHealth, Subscriptions, Templates,
};

/// What one storage adapter provides. Programs and contract tests hold an adapter by this; a use case
/// never asks for it, only for the narrow ports it needs (`Arc<dyn Storage>` coerces to each).
pub trait Storage:
    Accounts
    + AdmissionFacts
    + ApiKeys
    + CreditAudit
    + Directory
    + Erasure
    + Keyring
    + Messages
    + OptOuts
    + NoticeOutbox
    + Plans
    + Prices
    + Receipts
    + RecipientIdentities
    + Schema
    + SendLedger
    + SenderHealths
    + Senders
    + StorageHealth
    + Subscriptions
    + Templates
{
}

impl<T> Storage for T where
    T: Accounts
        + AdmissionFacts
        + ApiKeys
        + CreditAudit
        + Directory
        + Erasure
        + Keyring
        + Messages
        + OptOuts
        + NoticeOutbox
        + Plans
        + Prices
        + Receipts
        + RecipientIdentities
        + Schema
        + SendLedger
        + SenderHealths
        + Senders
        + StorageHealth
        + Subscriptions
        + Templates
{
}
