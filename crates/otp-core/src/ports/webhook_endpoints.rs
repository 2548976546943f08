//! The webhook endpoints of accounts.

use async_trait::async_trait;

use crate::audit::AuditEntry;
use crate::ids::{AccountId, WebhookEndpointId};
use crate::ports::PortError;
use crate::time::Timestamp;
use crate::webhook::endpoint::{WebhookEndpoint, WebhookEndpointChange};

/// Stores webhook endpoints.
///
/// The account keeps the union of the events that its enabled endpoints want
/// ([`AccountRules::wanted_events`](crate::account::AccountRules::wanted_events)). Each method that changes
/// endpoints MUST lock the account before it loads them, as
/// [`SendLedger::admit`](crate::ports::SendLedger::admit) does, ask [`webhook::endpoint`](crate::webhook::endpoint)
/// for the verdict, and write the union in the same transaction. Each change
/// has its entry in the audit trail, both or neither.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait WebhookEndpoints: Send + Sync {
    /// Adds an endpoint; returns `false`, and adds nothing, if the account has too many. `Conflict` if the
    /// account does not exist.
    async fn add_webhook_endpoint(
        &self,
        endpoint: &WebhookEndpoint,
        entry: &AuditEntry,
    ) -> Result<bool, PortError>;

    /// Changes an endpoint of the account and returns it as it is now; `None` if the account has no such
    /// endpoint. Concurrent changes MUST NOT undo each other: each is applied to what the one before it
    /// wrote.
    async fn change_webhook_endpoint(
        &self,
        account: AccountId,
        id: WebhookEndpointId,
        change: &WebhookEndpointChange,
        entry: &AuditEntry,
    ) -> Result<Option<WebhookEndpoint>, PortError>;

    /// Removes an endpoint of the account; returns `false` if the account has no such endpoint.
    async fn remove_webhook_endpoint(
        &self,
        account: AccountId,
        id: WebhookEndpointId,
        entry: &AuditEntry,
    ) -> Result<bool, PortError>;

    /// Returns an endpoint of the account.
    async fn find_webhook_endpoint(
        &self,
        account: AccountId,
        id: WebhookEndpointId,
    ) -> Result<Option<WebhookEndpoint>, PortError>;

    /// Returns the account's endpoints, oldest first.
    async fn list_webhook_endpoints(
        &self,
        account: AccountId,
    ) -> Result<Vec<WebhookEndpoint>, PortError>;

    /// Returns those of the account's endpoints whose last call failed, each with the time of its first failure since
    /// the last success.
    async fn list_failing_webhook_endpoints(
        &self,
        account: AccountId,
    ) -> Result<Vec<(WebhookEndpointId, Timestamp)>, PortError>;
}
