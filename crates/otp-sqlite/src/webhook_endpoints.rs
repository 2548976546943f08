//! Webhook endpoints.

use async_trait::async_trait;
use diesel::prelude::*;
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
use otp_rows::encoding::Id;
use otp_rows::rows::{FailingEndpointRow, WebhookEndpointRow, WebhookTurnRow};
use otp_rows::schema::{accounts, webhook_endpoints, webhook_turns};

use crate::SqliteStore;
use crate::audit_trail::append;
use crate::webhook_deliveries::{load_first_due, set_turn};

const FAILING: &str = "
    SELECT t.endpoint_id, t.failing_since
    FROM webhook_endpoints AS e CROSS JOIN webhook_turns AS t
    WHERE e.account_id = ? AND t.endpoint_id = e.id AND t.failing_since IS NOT NULL";

// A transaction that writes has the database to itself, which locks the account too.
#[async_trait]
impl WebhookEndpoints for SqliteStore {
    async fn add_webhook_endpoint(
        &self,
        endpoint: &WebhookEndpoint,
        entry: &AuditEntry,
    ) -> Result<bool, PortError> {
        let (endpoint, entry) = (endpoint.clone(), entry.clone());
        self.write("db.webhook_endpoints.add", move |connection| {
            let account = endpoint.account_id;
            let Some(wanted) = judge_addition(&load(connection, account)?, &endpoint) else {
                return Ok(false);
            };
            diesel::insert_into(webhook_endpoints::table)
                .values(WebhookEndpointRow::from(&endpoint))
                .execute(connection)?;
            set_wanted_events(connection, account, wanted)?;
            diesel::insert_into(webhook_turns::table)
                .values(WebhookTurnRow::of(&endpoint))
                .execute(connection)?;
            append(connection, [entry])?;
            Ok(true)
        })
        .await
    }

    async fn change_webhook_endpoint(
        &self,
        account: AccountId,
        id: WebhookEndpointId,
        change: &WebhookEndpointChange,
        entry: &AuditEntry,
    ) -> Result<Option<WebhookEndpoint>, PortError> {
        let (change, entry) = (change.clone(), entry.clone());
        self.write("db.webhook_endpoints.change", move |connection| {
            let existing = load(connection, account)?;
            let Some(changed) = write_change(connection, existing, id, &change)? else {
                return Ok(None);
            };
            if change.restarts() {
                let first_due = load_first_due(connection, id)?;
                let (due_at, health) = restarted(&changed, first_due);
                set_turn(connection, id, due_at, health)?;
            }
            append(connection, [entry])?;
            Ok(Some(changed))
        })
        .await
    }

    async fn remove_webhook_endpoint(
        &self,
        account: AccountId,
        id: WebhookEndpointId,
        entry: &AuditEntry,
    ) -> Result<bool, PortError> {
        let entry = entry.clone();
        self.write("db.webhook_endpoints.remove", move |connection| {
            let Some(wanted) = judge_removal(load(connection, account)?, id) else {
                return Ok(false);
            };
            diesel::delete(webhook_endpoints::table.find(Col(id))).execute(connection)?;
            set_wanted_events(connection, account, wanted)?;
            append(connection, [entry])?;
            Ok(true)
        })
        .await
    }

    async fn find_webhook_endpoint(
        &self,
        account: AccountId,
        id: WebhookEndpointId,
    ) -> Result<Option<WebhookEndpoint>, PortError> {
        self.read("db.webhook_endpoints.find", move |connection| {
            let row = webhook_endpoints::table
                .find(Col(id))
                .filter(webhook_endpoints::account_id.eq(Col(account)))
                .select(WebhookEndpointRow::as_select())
                .first(connection)
                .optional()?;
            Ok(row.map(WebhookEndpoint::from))
        })
        .await
    }

    async fn list_webhook_endpoints(
        &self,
        account: AccountId,
    ) -> Result<Vec<WebhookEndpoint>, PortError> {
        self.read("db.webhook_endpoints.list", move |connection| {
            Ok(load(connection, account)?)
        })
        .await
    }

    async fn list_failing_webhook_endpoints(
        &self,
        account: AccountId,
    ) -> Result<Vec<(WebhookEndpointId, Timestamp)>, PortError> {
        self.read("db.webhook_endpoints.failing", move |connection| {
            let rows: Vec<FailingEndpointRow> = diesel::sql_query(FAILING)
                .bind::<Id, _>(Col(account))
                .load(connection)?;
            Ok(rows.into_iter().map(Into::into).collect())
        })
        .await
    }
}

/// Changes one of the endpoints of an account.
pub(crate) fn write_change(
    connection: &mut SqliteConnection,
    existing: Vec<WebhookEndpoint>,
    id: WebhookEndpointId,
    change: &WebhookEndpointChange,
) -> QueryResult<Option<WebhookEndpoint>> {
    let Some((changed, wanted)) = judge_change(existing, id, change) else {
        return Ok(None);
    };
    diesel::update(webhook_endpoints::table.find(Col(id)))
        .set(WebhookEndpointRow::from(&changed))
        .execute(connection)?;
    set_wanted_events(connection, changed.account_id, wanted)?;
    Ok(Some(changed))
}

/// Loads the endpoints of an account, oldest first.
pub(crate) fn load(
    connection: &mut SqliteConnection,
    account: AccountId,
) -> QueryResult<Vec<WebhookEndpoint>> {
    let rows = webhook_endpoints::table
        .filter(webhook_endpoints::account_id.eq(Col(account)))
        .order((webhook_endpoints::created_at, webhook_endpoints::id))
        .select(WebhookEndpointRow::as_select())
        .load(connection)?;
    Ok(rows.into_iter().map(WebhookEndpoint::from).collect())
}

fn set_wanted_events(
    connection: &mut SqliteConnection,
    account: AccountId,
    wanted: WantedEvents,
) -> QueryResult<()> {
    diesel::update(accounts::table.find(Col(account)))
        .set(accounts::webhook_events.eq(Col(wanted)))
        .execute(connection)?;
    Ok(())
}
