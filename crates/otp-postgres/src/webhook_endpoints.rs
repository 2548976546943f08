//! Webhook endpoints.

use std::collections::BTreeSet;

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use otp_core::audit::AuditEntry;
use otp_core::ids::{AccountId, WebhookEndpointId};
use otp_core::ports::{PortError, WebhookEndpoints};
use otp_core::time::Timestamp;
use otp_core::webhook::WantedEvents;
use otp_core::webhook::endpoint::{
    WebhookEndpoint, WebhookEndpointChange, judge_addition, judge_change, judge_removal,
};
use otp_core::webhook::turn::restarted;
use otp_rows::Col;
use otp_rows::rows::{FailingEndpointRow, WebhookEndpointRow, WebhookTurnRow};
use otp_rows::schema::{accounts, webhook_endpoints, webhook_turns};

use crate::PgStore;
use crate::audit_trail::append;
use crate::errors::port_error;
use crate::pipeline::try_join;
use crate::send_ledger::lock_accounts;
use crate::statement::statement;
use crate::transaction::Transaction;
use crate::webhook_deliveries::{load_first_due, set_turn};

statement! {
    /// The endpoints of an account whose last call failed.
    Failing { account_id: AccountId } -> FailingEndpointRow,
    "SELECT endpoint_id, failing_since \
     FROM webhook_endpoints AS endpoint \
     JOIN webhook_turns AS turn ON turn.endpoint_id = endpoint.id \
     WHERE endpoint.account_id = {} AND failing_since IS NOT NULL"
}

#[async_trait]
impl WebhookEndpoints for PgStore {
    async fn add_webhook_endpoint(
        &self,
        endpoint: &WebhookEndpoint,
        entry: &AuditEntry,
    ) -> Result<bool, PortError> {
        let transaction = Transaction::on(self.connection().await?);
        let added = add(&transaction, endpoint, entry).await;
        transaction.finish(added.map_err(port_error)).await
    }

    async fn change_webhook_endpoint(
        &self,
        account: AccountId,
        id: WebhookEndpointId,
        change: &WebhookEndpointChange,
        entry: &AuditEntry,
    ) -> Result<Option<WebhookEndpoint>, PortError> {
        let transaction = Transaction::on(self.connection().await?);
        let changed = self::change(&transaction, (account, id), change, entry).await;
        transaction.finish(changed.map_err(port_error)).await
    }

    async fn remove_webhook_endpoint(
        &self,
        account: AccountId,
        id: WebhookEndpointId,
        entry: &AuditEntry,
    ) -> Result<bool, PortError> {
        let transaction = Transaction::on(self.connection().await?);
        let removed = remove(&transaction, account, id, entry).await;
        transaction.finish(removed.map_err(port_error)).await
    }

    async fn find_webhook_endpoint(
        &self,
        account: AccountId,
        id: WebhookEndpointId,
    ) -> Result<Option<WebhookEndpoint>, PortError> {
        let row = webhook_endpoints::table
            .find(Col(id))
            .filter(webhook_endpoints::account_id.eq(Col(account)))
            .select(WebhookEndpointRow::as_select())
            .first(&mut self.connection().await?)
            .await
            .optional()
            .map_err(port_error)?;
        Ok(row.map(WebhookEndpoint::from))
    }

    async fn list_webhook_endpoints(
        &self,
        account: AccountId,
    ) -> Result<Vec<WebhookEndpoint>, PortError> {
        let connection = self.connection().await?;
        load(&connection, account).await.map_err(port_error)
    }

    async fn list_failing_webhook_endpoints(
        &self,
        account: AccountId,
    ) -> Result<Vec<(WebhookEndpointId, Timestamp)>, PortError> {
        let failing = Failing {
            account_id: Col(account),
        };
        let rows = failing.rows(&*self.connection().await?).await;
        let rows = rows.map_err(port_error)?.into_iter();
        Ok(rows.map(Into::into).collect())
    }
}

async fn add(
    transaction: &Transaction,
    endpoint: &WebhookEndpoint,
    entry: &AuditEntry,
) -> QueryResult<bool> {
    let account = endpoint.account_id;
    transaction.begin().await?;
    let existing = lock_and_load(transaction, account).await?;
    let Some(wanted) = judge_addition(&existing, endpoint) else {
        return Ok(false);
    };
    let mut connection = transaction.connection();
    let insert = diesel::insert_into(webhook_endpoints::table)
        .values(WebhookEndpointRow::from(endpoint))
        .execute(&mut connection);
    try_join(insert, set_wanted_events(transaction, account, wanted)).await?;
    diesel::insert_into(webhook_turns::table)
        .values(WebhookTurnRow::of(endpoint))
        .execute(&mut connection)
        .await?;
    append(transaction.connection(), [entry.clone()]).await?;
    Ok(true)
}

async fn change(
    transaction: &Transaction,
    (account, id): (AccountId, WebhookEndpointId),
    change: &WebhookEndpointChange,
    entry: &AuditEntry,
) -> QueryResult<Option<WebhookEndpoint>> {
    transaction.begin().await?;
    let existing = lock_and_load(transaction, account).await?;
    let Some(changed) = write_change(transaction, existing, id, change).await? else {
        return Ok(None);
    };
    if change.restarts() {
        let first_due = load_first_due(transaction, id).await?;
        let (due_at, health) = restarted(&changed, first_due);
        set_turn(transaction, id, due_at, health).await?;
    }
    append(transaction.connection(), [entry.clone()]).await?;
    Ok(Some(changed))
}

/// Changes one of the endpoints of an account that is locked.
pub(crate) async fn write_change(
    transaction: &Transaction,
    existing: Vec<WebhookEndpoint>,
    id: WebhookEndpointId,
    change: &WebhookEndpointChange,
) -> QueryResult<Option<WebhookEndpoint>> {
    let Some((changed, wanted)) = judge_change(existing, id, change) else {
        return Ok(None);
    };
    let account = changed.account_id;
    let mut connection = transaction.connection();
    let update = diesel::update(webhook_endpoints::table.find(Col(id)))
        .set(WebhookEndpointRow::from(&changed))
        .execute(&mut connection);
    try_join(update, set_wanted_events(transaction, account, wanted)).await?;
    Ok(Some(changed))
}

async fn remove(
    transaction: &Transaction,
    account: AccountId,
    id: WebhookEndpointId,
    entry: &AuditEntry,
) -> QueryResult<bool> {
    transaction.begin().await?;
    let existing = lock_and_load(transaction, account).await?;
    let Some(wanted) = judge_removal(existing, id) else {
        return Ok(false);
    };
    let mut connection = transaction.connection();
    let delete = diesel::delete(webhook_endpoints::table.find(Col(id))).execute(&mut connection);
    try_join(delete, set_wanted_events(transaction, account, wanted)).await?;
    append(transaction.connection(), [entry.clone()]).await?;
    Ok(true)
}

/// Locks the account, and loads its endpoints, oldest first.
pub(crate) async fn lock_and_load(
    transaction: &Transaction,
    account: AccountId,
) -> QueryResult<Vec<WebhookEndpoint>> {
    let accounts = BTreeSet::from([account]);
    let locked = lock_accounts(transaction.connection(), &accounts);
    let (_, existing) = try_join(locked, load(transaction.connection(), account)).await?;
    Ok(existing)
}

/// Loads the endpoints of an account, oldest first.
async fn load(
    mut connection: &AsyncPgConnection,
    account: AccountId,
) -> QueryResult<Vec<WebhookEndpoint>> {
    let rows = webhook_endpoints::table
        .filter(webhook_endpoints::account_id.eq(Col(account)))
        .order((webhook_endpoints::created_at, webhook_endpoints::id))
        .select(WebhookEndpointRow::as_select())
        .load(&mut connection)
        .await?;
    Ok(rows.into_iter().map(WebhookEndpoint::from).collect())
}

async fn set_wanted_events(
    transaction: &Transaction,
    account: AccountId,
    wanted: WantedEvents,
) -> QueryResult<()> {
    diesel::update(accounts::table.find(Col(account)))
        .set(accounts::webhook_events.eq(Col(wanted)))
        .execute(&mut transaction.connection())
        .await?;
    Ok(())
}
