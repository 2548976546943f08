//! The storage contract: one function per promise, named after it.
//! [`storage_contract!`](crate::storage_contract!) makes a test of each:
//!
//! ```
//! use std::sync::Arc;
//! use otp_testkit::MemoryStore;
//!
//! otp_testkit::storage_contract!(async {
//!     let store = MemoryStore::default(); // or: connect to an empty database, apply the migrations
//!     let folder = (); // what has to live as long as the test, such as a temporary folder
//!     (Arc::new(store), folder)
//! });
//! ```
//!
//! A store grows port by port. [`StorageParts`](crate::StorageParts) takes the ports that do not
//! exist yet from a [`MemoryStore`](crate::MemoryStore), so the contract passes at every step. While
//! one module is worked on, name it: `storage_contract!(…; administration)`.
//!
//! Every module creates accounts and keys: it needs `Accounts`, `ApiKeys`, `Keyring` and `Directory`.
//! The ports beside these:
//!
//! | module | ports | without them |
//! | --- | --- | --- |
//! | [`administration`], [`corrections`] | `Plans`, `Prices`, `Senders`, `StorageHealth`, `Subscriptions`, `Templates` | no account can be set up |
//! | [`admission`], [`idempotency`], [`credits`], [`races`] | `SendLedger`, `Messages`, `AdmissionFacts`, `OptOuts`, `Subscriptions` | nothing is sent |
//! | [`settlement`], [`receipts`], [`timeline`] | the same and `Receipts`, `Senders`, `Templates` | no status changes |
//! | [`pages`], [`channels`] | `Messages` | the list of messages |
//! | [`outcomes`] | `MessageOutcomes`, `Erasure` | outcomes of codes that callers check |
//! | [`sender_health`], [`templates`] | `Senders`, `SenderHealths`, `Templates` | no sender is stopped |
//! | [`opt_out`] | `OptOuts`, `RecipientIdentities` | STOP and START |
//! | [`idempotent_answers`] | `IdempotentAnswers` | no request below `/v1` is repeated safely |
//! | [`insight_rollups`] | `InsightRollups` | no insights over days are shown |
//! | [`insights`] | `Insights`, `MessageOutcomes`, `VerificationLedger` | no funnel is shown |
//! | [`notice_outbox`] | `NoticeOutbox` | mail to account holders |
//! | [`orders`] | `Orders`, `Plans`, `Subscriptions`, `Persons`, `NoticeOutbox`, `AuditTrail` | nobody orders a plan |
//! | [`audit_trail`], [`audited_changes`] | `AuditTrail`, and the ports whose changes it records | no operator sees a number |
//! | [`verifications`], [`code_checks`] | `SendLedger`, `VerificationLedger`, `Verifications`, `Erasure` | the service checks no codes |
//! | [`fallbacks`] | the same, `Fallbacks`, `CreditAudit`, `OutgoingQueue` | no code takes another way |
//! | [`outgoing_queue`] | `SendLedger`, `OutgoingQueue` | no mail with a code is sent |
//! | [`test_accounts`] | `TestInbox`, `Accounts`, `SendLedger`, `CreditAudit`, `Erasure` | no test key works |
//! | [`proof_keys`] | `ProofKeys` | no proof is signed |
//! | [`reviewer_numbers`] | `ReviewerNumbers`, `AuditTrail`, `Erasure` | no app review without a phone |
//! | [`persons`], [`sessions`], [`second_factors`], [`staff`], [`teams`] | `Persons`, `Sessions`, `SignInAttempts`, `SignInLinks`, `SecondFactors`, `Staff`, `Teams`, `AuditTrail` | nobody signs in |
//! | [`webhook_endpoints`] | `WebhookEndpoints`, `AdmissionFacts` | no customer's server is called |
//! | [`webhook_deliveries`], [`webhook_events`], [`webhook_listeners`], [`webhook_log`] | `WebhookDeliveries`, and the ports whose changes are events | no customer's server is called |
//! | [`schema`] | `Schema` | the server does not start |
//! | [`keyring`], [`erasure`] | `Erasure`, `RecipientIdentities`, `CreditAudit` | keys are not rotated, nobody is erased |

pub mod administration;
pub mod admission;
pub mod audit_trail;
pub mod audited_changes;
pub mod channels;
pub mod code_checks;
pub mod corrections;
pub mod credits;
pub mod erasure;
pub mod fallbacks;
pub mod fixture;
pub mod idempotency;
pub mod idempotent_answers;
pub mod insight_rollups;
pub mod insights;
pub mod keyring;
pub mod notice_outbox;
pub mod opt_out;
pub mod orders;
pub mod outcomes;
pub mod outgoing_queue;
pub mod pages;
pub mod persons;
mod promises;
pub mod proof_keys;
pub mod races;
pub mod receipts;
pub mod reviewer_numbers;
pub mod schema;
pub mod second_factors;
pub mod sender_health;
pub mod sessions;
pub mod settlement;
pub mod staff;
pub mod teams;
pub mod templates;
pub mod test_accounts;
pub mod timeline;
pub mod verifications;
pub mod webhook_deliveries;
pub mod webhook_endpoints;
pub mod webhook_events;
pub mod webhook_listeners;
pub mod webhook_log;
