//! Webhook endpoints.

use async_trait::async_trait;
use diesel::prelude::*;
use otp_core::ids::{AccountId, WebhookEndpointId};
use otp_core::ports::{PortError, WebhookEndpoints};
use otp_core::webhook::WantedEvents;
use otp_core::webhook::endpoint::{
    WebhookEndpoint, WebhookEndpointChange, judge_addition, judge_change, judge_removal,
};
use otp_rows::Col;
use otp_rows::rows::WebhookEndpointRow;
use otp_rows::schema::{accounts, webhook_endpoints};

use crate::SqliteStore;

// A transaction that writes has the database to itself, which locks the account too.
#[async_trait]
impl WebhookEndpoints for SqliteStore {
    async fn add_webhook_endpoint(&self, endpoint: &WebhookEndpoint) -> Result<bool, PortError> {
        let endpoint = endpoint.clone();
        self.write("db.webhook_endpoints.add", move |connection| {
            let account = endpoint.account_id;
            let Some(wanted) = judge_addition(&load(connection, account)?, &endpoint) else {
                return Ok(false);
            };
            diesel::insert_into(webhook_endpoints::table)
                .values(WebhookEndpointRow::from(&endpoint))
                .execute(connection)?;
            set_wanted_events(connection, account, wanted)?;
            Ok(true)
        })
        .await
    }

    async fn change_webhook_endpoint(
        &self,
        account: AccountId,
        id: WebhookEndpointId,
        change: &WebhookEndpointChange,
    ) -> Result<Option<WebhookEndpoint>, PortError> {
        let change = change.clone();
        self.write("db.webhook_endpoints.change", move |connection| {
            let judged = judge_change(load(connection, account)?, id, &change);
            let Some((changed, wanted)) = judged else {
                return Ok(None);
            };
            diesel::update(webhook_endpoints::table.find(Col(id)))
                .set(WebhookEndpointRow::from(&changed))
                .execute(connection)?;
            set_wanted_events(connection, account, wanted)?;
            Ok(Some(changed))
        })
        .await
    }

    async fn remove_webhook_endpoint(
        &self,
        account: AccountId,
        id: WebhookEndpointId,
    ) -> Result<bool, PortError> {
        self.write("db.webhook_endpoints.remove", move |connection| {
            let Some(wanted) = judge_removal(load(connection, account)?, id) else {
                return Ok(false);
            };
            diesel::delete(webhook_endpoints::table.find(Col(id))).execute(connection)?;
            set_wanted_events(connection, account, wanted)?;
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
}

/// Loads the endpoints of an account, oldest first.
fn load(
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
