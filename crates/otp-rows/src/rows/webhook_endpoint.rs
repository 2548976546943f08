//! The endpoints of customers.

use diesel::prelude::*;
use otp_core::ids::{AccountId, WebhookEndpointId};
use otp_core::sealing::Sealed;
use otp_core::time::Timestamp;
use otp_core::webhook::EventFilter;
use otp_core::webhook::endpoint::{EndpointStanding, PreviousSecret, WebhookEndpoint};

use crate::Col;
use crate::schema::webhook_endpoints;

/// An endpoint of an account. As a changeset, it replaces every value.
#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = webhook_endpoints)]
#[diesel(treat_none_as_null = true)]
pub struct WebhookEndpointRow {
    id: Col<WebhookEndpointId>,
    account_id: Col<AccountId>,
    url: Col<Option<Sealed>>,
    description: Col<Option<Sealed>>,
    events: Col<EventFilter>,
    standing: Col<EndpointStanding>,
    secret: Col<Sealed>,
    previous_secret: Col<Option<Sealed>>,
    previous_until: Col<Option<Timestamp>>,
    created_at: Col<Timestamp>,
}

impl From<&WebhookEndpoint> for WebhookEndpointRow {
    fn from(endpoint: &WebhookEndpoint) -> Self {
        let previous = endpoint.previous_secret.clone();
        let (previous_secret, previous_until) = previous
            .map(|previous| (previous.secret, previous.until))
            .unzip();
        Self {
            id: Col(endpoint.id),
            account_id: Col(endpoint.account_id),
            url: Col(endpoint.url.clone()),
            description: Col(endpoint.description.clone()),
            events: Col(endpoint.events),
            standing: Col(endpoint.standing),
            secret: Col(endpoint.secret.clone()),
            previous_secret: Col(previous_secret),
            previous_until: Col(previous_until),
            created_at: Col(endpoint.created_at),
        }
    }
}

impl From<WebhookEndpointRow> for WebhookEndpoint {
    fn from(row: WebhookEndpointRow) -> Self {
        let previous = row.previous_secret.0.zip(row.previous_until.0);
        Self {
            id: row.id.0,
            account_id: row.account_id.0,
            url: row.url.0,
            description: row.description.0,
            events: row.events.0,
            standing: row.standing.0,
            secret: row.secret.0,
            previous_secret: previous.map(|(secret, until)| PreviousSecret { secret, until }),
            created_at: row.created_at.0,
        }
    }
}
