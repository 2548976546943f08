//! All storage ports in one trait, for wiring.

use super::{
    Accounts, AdmissionFacts, ApiKeys, AuditTrail, CreditAudit, Directory, Erasure, Fallbacks,
    IdempotentAnswers, InsightRollups, Insights, Keyring, MessageOutcomes, Messages, NoticeOutbox,
    OptOuts, Orders, OutgoingQueue, Persons, Plans, Prices, ProofKeys, Receipts,
    RecipientIdentities, ReviewerNumbers, Schema, SecondFactors, SendLedger, SenderHealths,
    Senders, Sessions, SignInAttempts, SignInLinks, Staff, StorageDurability, StorageHealth,
    Subscriptions, Teams, Templates, TestInbox, VerificationLedger, Verifications,
    WebhookDeliveries, WebhookEndpoints,
};

/// All ports that a storage adapter provides.
///
/// Programs and contract tests use an adapter as this trait. A use case asks only for the narrow ports
/// that it needs; `Arc<dyn Storage>` coerces to each of them.
pub trait Storage:
    Accounts
    + AdmissionFacts
    + ApiKeys
    + AuditTrail
    + CreditAudit
    + Directory
    + Erasure
    + Fallbacks
    + IdempotentAnswers
    + InsightRollups
    + Insights
    + Keyring
    + MessageOutcomes
    + Messages
    + OptOuts
    + Orders
    + NoticeOutbox
    + OutgoingQueue
    + Persons
    + Plans
    + Prices
    + ProofKeys
    + Receipts
    + RecipientIdentities
    + ReviewerNumbers
    + Schema
    + SecondFactors
    + SendLedger
    + SenderHealths
    + Senders
    + Sessions
    + SignInAttempts
    + SignInLinks
    + Staff
    + StorageDurability
    + StorageHealth
    + Subscriptions
    + Teams
    + Templates
    + TestInbox
    + VerificationLedger
    + Verifications
    + WebhookDeliveries
    + WebhookEndpoints
{
}

impl<T> Storage for T where
    T: Accounts
        + AdmissionFacts
        + ApiKeys
        + AuditTrail
        + CreditAudit
        + Directory
        + Erasure
        + Fallbacks
        + IdempotentAnswers
        + InsightRollups
        + Insights
        + Keyring
        + MessageOutcomes
        + Messages
        + OptOuts
        + Orders
        + NoticeOutbox
        + OutgoingQueue
        + Persons
        + Plans
        + Prices
        + ProofKeys
        + Receipts
        + RecipientIdentities
        + ReviewerNumbers
        + Schema
        + SecondFactors
        + SendLedger
        + SenderHealths
        + Senders
        + Sessions
        + SignInAttempts
        + SignInLinks
        + Staff
        + StorageDurability
        + StorageHealth
        + Subscriptions
        + Teams
        + Templates
        + TestInbox
        + VerificationLedger
        + Verifications
        + WebhookDeliveries
        + WebhookEndpoints
{
}
