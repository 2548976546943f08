//! Manage own webhooks: a person manages the webhook endpoints of their account, and looks into their deliveries.
//!
//! An endpoint belongs to the account of live keys or to that of test keys. Both are the person's, so an endpoint is
//! found by its id in either.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::api_key::ApiKeyMode;
use crate::ids::{AccountId, WebhookEndpointId, WebhookEventId};
use crate::page::{Cursor, Page, PageSize};
use crate::person::permission::AccountAction;
use crate::ports::{Accounts, PortError};
use crate::sealing::OpenError;
use crate::time::Timestamp;
use crate::usecases::account_actor::AccountActor;
use crate::usecases::inspect_webhook_deliveries::{
    InspectWebhookDeliveries, InspectWebhookDeliveriesError, ReplayRange, Replayed, ShownDelivery,
};
use crate::usecases::manage_webhook_endpoints::{
    ManageWebhookEndpoints, ManageWebhookEndpointsError, NewWebhookEndpoint, ShownWebhookEndpoint,
    WebhookEndpointEdit,
};
use crate::usecases::open_test_account::{OpenTestAccount, OpenTestAccountError};
use crate::usecases::resume_session::Viewer;
use crate::webhook::delivery_log::{DeliveryFilter, StoredDelivery};
use crate::webhook::endpoint::MAX_ENDPOINTS;
use crate::webhook::{EventFilter, WebhookDescription, WebhookSecret, WebhookTargetError};

/// Manages the endpoints of a person's account, by the same use cases as the API and an operator.
#[derive(Clone)]
pub struct ManageOwnWebhooks {
    /// Manages endpoints.
    pub endpoints: ManageWebhookEndpoints,
    /// Looks into deliveries, and makes them again.
    pub deliveries: InspectWebhookDeliveries,
    /// Finds the account of test keys.
    pub accounts: Arc<dyn Accounts>,
    /// Opens it.
    pub open_test_account: OpenTestAccount,
}

/// An endpoint as a person describes it.
#[derive(Clone)]
pub struct OwnNewEndpoint {
    /// Whether it receives the events of live keys or of test keys.
    pub mode: ApiKeyMode,
    /// The URL as they typed it.
    pub url: String,
    /// Their description.
    pub description: Option<WebhookDescription>,
    /// The events it receives.
    pub events: EventFilter,
}

/// An endpoint of a person's account.
#[derive(Clone, PartialEq, Eq)]
pub struct OwnEndpoint {
    /// The endpoint.
    pub endpoint: ShownWebhookEndpoint,
    /// Whether it receives the events of live keys or of test keys.
    pub mode: ApiKeyMode,
    /// The first failure since the last success, if its last call failed.
    pub failing_since: Option<Timestamp>,
    account: AccountId,
}

/// The reason endpoints were not changed or shown.
#[derive(Debug, thiserror::Error)]
pub enum ManageOwnWebhooksError {
    /// The account has no such endpoint or delivery, the person has no account, or their role does not allow it.
    #[error("the account has no such endpoint, or the role does not allow it")]
    NotFound,
    /// The last proof of the person is too old: they have to prove themselves again.
    #[error("the last proof of the person is too old")]
    NotFresh,
    /// The URL cannot be called, or must not be.
    #[error(transparent)]
    Url(WebhookTargetError),
    /// The account has too many.
    #[error("the account has {MAX_ENDPOINTS} webhook endpoints")]
    TooMany,
    /// The endpoint is disabled, so nothing is delivered to it.
    #[error("the webhook endpoint is disabled")]
    Disabled,
    /// The account of test keys could not be opened.
    #[error("the account of test keys could not be opened")]
    TestAccount(#[source] OpenTestAccountError),
    /// A stored value does not open.
    #[error("a stored value cannot be read")]
    Unreadable(#[source] OpenError),
    /// A port failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

type Answer<T> = Result<T, ManageOwnWebhooksError>;

impl ManageOwnWebhooks {
    /// Returns whether the person may change endpoints.
    pub fn may_manage(&self, viewer: &Viewer) -> bool {
        viewer.account_for(AccountAction::ManageWebhooks).is_some()
    }

    /// Refuses a person who may not change endpoints, or whose last proof is too old to see a secret: their form would
    /// be refused as well.
    pub fn require_fresh_manager(&self, viewer: &Viewer) -> Answer<()> {
        account_of(viewer, AccountAction::ManageWebhooks)?;
        match viewer.session.is_fresh_at(self.endpoints.clock.now()) {
            true => Ok(()),
            false => Err(ManageOwnWebhooksError::NotFresh),
        }
    }

    /// Returns the endpoints that receive the events of live keys, or of test keys, oldest first.
    pub async fn list(&self, viewer: &Viewer, mode: ApiKeyMode) -> Answer<Vec<OwnEndpoint>> {
        let live = account_of(viewer, AccountAction::Look)?;
        let Some(account) = self.account_in(live, mode).await? else {
            return Ok(Vec::new());
        };
        let endpoints = self.endpoints.list(account).await?;
        let failing = self.failing(account).await?;
        let own = |endpoint: ShownWebhookEndpoint| OwnEndpoint {
            failing_since: failing.get(&endpoint.id).copied(),
            endpoint,
            mode,
            account,
        };
        Ok(endpoints.into_iter().map(own).collect())
    }

    /// Returns an endpoint of the person's account. One of another account counts as unknown.
    pub async fn find(&self, viewer: &Viewer, id: WebhookEndpointId) -> Answer<OwnEndpoint> {
        self.find_for(viewer, AccountAction::Look, id).await
    }

    /// Returns an endpoint that the person may change.
    pub async fn find_managed(
        &self,
        viewer: &Viewer,
        id: WebhookEndpointId,
    ) -> Answer<OwnEndpoint> {
        let action = AccountAction::ManageWebhooks;
        self.find_for(viewer, action, id).await
    }

    /// Creates an endpoint, whose secret is not shown again.
    pub async fn create(
        &self,
        viewer: &Viewer,
        new: OwnNewEndpoint,
    ) -> Answer<(OwnEndpoint, WebhookSecret)> {
        let live = account_of(viewer, AccountAction::ManageWebhooks)?;
        self.require_fresh_manager(viewer)?;
        let account_id = match new.mode {
            ApiKeyMode::Live => live,
            ApiKeyMode::Test => {
                let by = viewer.person.id.actor();
                let test = self.open_test_account.open(live, by).await;
                test.map_err(ManageOwnWebhooksError::TestAccount)?.id
            }
        };
        let described = NewWebhookEndpoint {
            account_id,
            url: Some(new.url),
            description: new.description,
            events: new.events,
        };
        let created = self
            .endpoints
            .create(described, AccountActor::Viewer(viewer));
        let (endpoint, secret) = created.await?;
        let created = OwnEndpoint {
            endpoint,
            mode: new.mode,
            failing_since: None,
            account: account_id,
        };
        Ok((created, secret))
    }

    /// Changes an endpoint. Another URL needs a fresh proof: it sends the account's events elsewhere.
    pub async fn change(
        &self,
        viewer: &Viewer,
        id: WebhookEndpointId,
        mut edit: WebhookEndpointEdit,
    ) -> Answer<()> {
        let found = self.find_managed(viewer, id).await?;
        // The same URL again would restart the endpoint.
        edit.url = edit
            .url
            .filter(|url| found.endpoint.url.as_ref() != Some(url));
        if edit.url.is_some() {
            self.require_fresh_manager(viewer)?;
        }
        let changed = (found.account, id);
        let by = AccountActor::Viewer(viewer);
        self.endpoints.change(changed, edit, by).await?;
        Ok(())
    }

    /// Gives an endpoint a new secret, which is not shown again. The one before it signs for another day.
    pub async fn rotate_secret(
        &self,
        viewer: &Viewer,
        id: WebhookEndpointId,
    ) -> Answer<WebhookSecret> {
        let found = self.find_managed(viewer, id).await?;
        self.require_fresh_manager(viewer)?;
        let (of, by) = ((found.account, id), AccountActor::Viewer(viewer));
        Ok(self.endpoints.rotate_secret(of, by).await?.1)
    }

    /// Removes an endpoint with its deliveries.
    pub async fn remove(&self, viewer: &Viewer, id: WebhookEndpointId) -> Answer<ApiKeyMode> {
        let found = self.find_managed(viewer, id).await?;
        self.require_fresh_manager(viewer)?;
        let (removed, by) = ((found.account, id), AccountActor::Viewer(viewer));
        self.endpoints.remove(removed, by).await?;
        Ok(found.mode)
    }

    /// Returns one page of the deliveries of an endpoint, newest event first.
    pub async fn list_deliveries(
        &self,
        of: &OwnEndpoint,
        filter: DeliveryFilter,
        cursor: Option<Cursor>,
    ) -> Answer<Page<StoredDelivery>> {
        let (deliveries, of) = (&self.deliveries, (of.account, of.endpoint.id));
        let listed = deliveries.list(of, filter, cursor, PageSize::default());
        Ok(listed.await?)
    }

    /// Returns a delivery of an endpoint with its attempts.
    pub async fn show_delivery(
        &self,
        of: &OwnEndpoint,
        event: WebhookEventId,
    ) -> Answer<ShownDelivery> {
        let of = (of.account, of.endpoint.id);
        Ok(self.deliveries.show(of, event).await?)
    }

    /// Makes a delivery again.
    pub async fn replay(
        &self,
        viewer: &Viewer,
        id: WebhookEndpointId,
        event: WebhookEventId,
    ) -> Answer<()> {
        let found = self.find_managed(viewer, id).await?;
        Ok(self.deliveries.replay((found.account, id), event).await?)
    }

    /// Makes those deliveries of events since then again that the endpoint has not accepted, or continues after a
    /// cursor.
    pub async fn recover(
        &self,
        viewer: &Viewer,
        id: WebhookEndpointId,
        (since, cursor): (Timestamp, Option<Cursor>),
    ) -> Answer<Replayed> {
        let found = self.find_managed(viewer, id).await?;
        let range = ReplayRange {
            from: since,
            until: self.deliveries.clock.now(),
            filter: DeliveryFilter::Undelivered,
            cursor,
        };
        let of = (found.account, id);
        Ok(self.deliveries.replay_range(of, range).await?)
    }

    /// Delivers an event that tells nothing, to try an endpoint out. Returns its id.
    pub async fn test(&self, viewer: &Viewer, id: WebhookEndpointId) -> Answer<WebhookEventId> {
        let found = self.find_managed(viewer, id).await?;
        Ok(self.deliveries.test((found.account, id)).await?)
    }

    async fn find_for(
        &self,
        viewer: &Viewer,
        action: AccountAction,
        id: WebhookEndpointId,
    ) -> Answer<OwnEndpoint> {
        let live = account_of(viewer, action)?;
        for mode in ApiKeyMode::ALL {
            let Some(account) = self.account_in(live, mode).await? else {
                continue;
            };
            match self.endpoints.show(account, id).await {
                Ok(endpoint) => {
                    return Ok(OwnEndpoint {
                        failing_since: self.failing(account).await?.get(&id).copied(),
                        endpoint,
                        mode,
                        account,
                    });
                }
                Err(ManageWebhookEndpointsError::EndpointNotFound) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(ManageOwnWebhooksError::NotFound)
    }

    /// Returns the account of live keys or of test keys; `None` if there was no test key yet.
    async fn account_in(
        &self,
        live: AccountId,
        mode: ApiKeyMode,
    ) -> Result<Option<AccountId>, PortError> {
        match mode {
            ApiKeyMode::Live => Ok(Some(live)),
            ApiKeyMode::Test => {
                let test = self.accounts.find_test_account(live).await?;
                Ok(test.map(|test| test.id))
            }
        }
    }

    async fn failing(
        &self,
        account: AccountId,
    ) -> Result<BTreeMap<WebhookEndpointId, Timestamp>, PortError> {
        let endpoints = &self.endpoints.endpoints;
        let failing = endpoints.list_failing_webhook_endpoints(account).await?;
        Ok(failing.into_iter().collect())
    }
}

/// Returns the account in which the person may do this.
fn account_of(viewer: &Viewer, action: AccountAction) -> Answer<AccountId> {
    let account = viewer.account_for(action);
    account.ok_or(ManageOwnWebhooksError::NotFound)
}

impl From<ManageWebhookEndpointsError> for ManageOwnWebhooksError {
    fn from(error: ManageWebhookEndpointsError) -> Self {
        match error {
            ManageWebhookEndpointsError::InvalidUrl(invalid) => Self::Url(invalid.into()),
            ManageWebhookEndpointsError::ForbiddenUrl(forbidden) => Self::Url(forbidden.into()),
            ManageWebhookEndpointsError::Forbidden
            | ManageWebhookEndpointsError::AccountNotFound
            | ManageWebhookEndpointsError::EndpointNotFound => Self::NotFound,
            ManageWebhookEndpointsError::TooMany
            | ManageWebhookEndpointsError::TooManyListeners => Self::TooMany,
            ManageWebhookEndpointsError::Unreadable(error) => Self::Unreadable(error),
            ManageWebhookEndpointsError::Port(error) => Self::Port(error),
        }
    }
}

impl From<InspectWebhookDeliveriesError> for ManageOwnWebhooksError {
    fn from(error: InspectWebhookDeliveriesError) -> Self {
        match error {
            InspectWebhookDeliveriesError::EndpointNotFound
            | InspectWebhookDeliveriesError::DeliveryNotFound => Self::NotFound,
            InspectWebhookDeliveriesError::EndpointDisabled => Self::Disabled,
            InspectWebhookDeliveriesError::Unreadable(error) => Self::Unreadable(error),
            InspectWebhookDeliveriesError::Port(error) => Self::Port(error),
        }
    }
}
