//! Manage webhook endpoints: creates, changes, removes and shows the endpoints of an account.

use std::sync::Arc;

use crate::audit::{AuditAction, AuditEntry};
use crate::ids::{AccountId, WebhookEndpointId};
use crate::person::permission::AccountAction;
use crate::ports::{Clock, PortError, Randomness, WebhookEndpoints};
use crate::sealing::{AccountSealer, OpenError, Purpose, Sealed};
use crate::time::Timestamp;
use crate::usecases::account_actor::AccountActor;
use crate::usecases::account_sealers::AccountSealers;
use crate::webhook::endpoint::{
    DisabledReason, EndpointStanding, MAX_ENDPOINTS, MAX_LISTENERS, SecretRotation,
    WebhookEndpoint, WebhookEndpointChange,
};
use crate::webhook::{
    EventFilter, ForbiddenWebhookTarget, InvalidWebhookTarget, PrivateTargets, WebhookDescription,
    WebhookSecret, WebhookTarget, WebhookTargetError,
};

/// Manages webhook endpoints.
#[derive(Clone)]
pub struct ManageWebhookEndpoints {
    /// Stores them.
    pub endpoints: Arc<dyn WebhookEndpoints>,
    /// Seals and opens URLs, descriptions and secrets.
    pub sealers: AccountSealers,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Generates ids, secrets and nonces.
    pub randomness: Arc<dyn Randomness>,
    /// Whether URLs may lead into the operator's own network.
    pub private_targets: PrivateTargets,
}

/// An endpoint to be created.
#[derive(Clone)]
pub struct NewWebhookEndpoint {
    /// The account.
    pub account_id: AccountId,
    /// The URL as its owner typed it; `None` for a listener.
    pub url: Option<String>,
    /// The owner's description.
    pub description: Option<WebhookDescription>,
    /// The events it receives.
    pub events: EventFilter,
}

/// The values of an endpoint to replace; `None` keeps a value.
#[derive(Clone, Default)]
pub struct WebhookEndpointEdit {
    /// The URL as its owner typed it.
    pub url: Option<String>,
    /// The owner's description; `Some(None)` removes it.
    pub description: Option<Option<WebhookDescription>>,
    /// The events it receives.
    pub events: Option<EventFilter>,
    /// Whether it is called.
    pub enabled: Option<bool>,
}

/// An endpoint as its owner sees it.
#[derive(Clone, PartialEq, Eq)]
pub struct ShownWebhookEndpoint {
    /// Its id.
    pub id: WebhookEndpointId,
    /// Its URL, normalised; `None` if it is a listener, and once the account's data is erased.
    pub url: Option<String>,
    /// The owner's description.
    pub description: Option<String>,
    /// The events it receives.
    pub events: EventFilter,
    /// Whether it is called.
    pub standing: EndpointStanding,
    /// The time it was created.
    pub created_at: Timestamp,
}

/// The reason endpoints were not changed or shown.
#[derive(Debug, thiserror::Error)]
pub enum ManageWebhookEndpointsError {
    /// Whoever asks may not do this.
    #[error("the role does not allow it")]
    Forbidden,
    /// The URL is not one that can be called.
    #[error(transparent)]
    InvalidUrl(InvalidWebhookTarget),
    /// The URL must not be called.
    #[error(transparent)]
    ForbiddenUrl(ForbiddenWebhookTarget),
    /// The account does not exist, or its key is deleted, so nothing can be sealed for it.
    #[error("no account has that id")]
    AccountNotFound,
    /// The account has too many endpoints.
    #[error("the account has {MAX_ENDPOINTS} webhook endpoints; remove one first")]
    TooMany,
    /// The account has too many listeners.
    #[error("{MAX_LISTENERS} programs listen to the account's events; end one first")]
    TooManyListeners,
    /// The account has no such endpoint.
    #[error("the account has no webhook endpoint with that id")]
    EndpointNotFound,
    /// An endpoint does not open.
    #[error("a webhook endpoint cannot be read")]
    Unreadable(#[from] OpenError),
    /// A port failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

impl ManageWebhookEndpoints {
    /// Creates an endpoint and returns it with its secret, which is not shown again.
    pub async fn create(
        &self,
        new: NewWebhookEndpoint,
        by: AccountActor<'_>,
    ) -> Result<(ShownWebhookEndpoint, WebhookSecret), ManageWebhookEndpointsError> {
        let target = new.url.as_deref();
        let target = target.map(|url| WebhookTarget::parse(url, self.private_targets));
        let target = target.transpose()?;
        let sealer = self.sealer(new.account_id).await?;
        let now = self.clock.now();
        let id = WebhookEndpointId::generate(now, &*self.randomness);
        let secret = WebhookSecret::generate(&*self.randomness);
        let description = new.description.as_ref();
        let endpoint = WebhookEndpoint {
            id,
            account_id: new.account_id,
            url: target.map(|url| self.seal(&sealer, Purpose::WebhookUrl, id, url.as_str())),
            description: description.map(|text| self.seal_description(&sealer, id, text)),
            events: new.events,
            standing: EndpointStanding::Enabled,
            secret: self.seal(&sealer, Purpose::WebhookSecret, id, &secret.to_text()),
            previous_secret: None,
            created_at: now,
        };
        let entry = self.entry(AuditAction::CreateWebhookEndpoint, id, by)?;
        let added = self.endpoints.add_webhook_endpoint(&endpoint, &entry);
        if !added.await? {
            return Err(match endpoint.is_listener() {
                true => ManageWebhookEndpointsError::TooManyListeners,
                false => ManageWebhookEndpointsError::TooMany,
            });
        }
        Ok((shown(Some(&sealer), &endpoint)?, secret))
    }

    /// Changes an endpoint and returns it.
    pub async fn change(
        &self,
        (account, id): (AccountId, WebhookEndpointId),
        edit: WebhookEndpointEdit,
        by: AccountActor<'_>,
    ) -> Result<ShownWebhookEndpoint, ManageWebhookEndpointsError> {
        let target = edit.url.as_deref();
        let target = target.map(|url| WebhookTarget::parse(url, self.private_targets));
        let target = target.transpose()?;
        // Only a sealer seals; to change anything else, an account needs none.
        let sealer = match (&target, &edit.description) {
            (None, None | Some(None)) => self.sealers.find(account).await?,
            (Some(_), _) | (None, Some(Some(_))) => Some(self.sealer(account).await?),
        };
        let seal_url = |sealer: &Arc<AccountSealer>| {
            let target = target.as_ref()?;
            Some(self.seal(sealer, Purpose::WebhookUrl, id, target.as_str()))
        };
        let description = edit.description.map(|description| {
            let sealed = description.zip(sealer.as_ref());
            sealed.map(|(text, sealer)| self.seal_description(sealer, id, &text))
        });
        let change = WebhookEndpointChange {
            url: sealer.as_ref().and_then(seal_url),
            description,
            events: edit.events,
            standing: edit.enabled.map(|enabled| match enabled {
                true => EndpointStanding::Enabled,
                false => EndpointStanding::Disabled(DisabledReason::ByOwner),
            }),
            rotation: None,
        };
        let entry = self.entry(AuditAction::ChangeWebhookEndpoint, id, by)?;
        let endpoints = &self.endpoints;
        let changed = endpoints.change_webhook_endpoint(account, id, &change, &entry);
        let changed = changed.await?;
        let changed = changed.ok_or(ManageWebhookEndpointsError::EndpointNotFound)?;
        Ok(shown(sealer.as_deref(), &changed)?)
    }

    /// Gives an endpoint a new secret and returns both; the secret is not shown again.
    ///
    /// The secret before it signs too, for
    /// [`SECRET_OVERLAP`](crate::webhook::endpoint::SECRET_OVERLAP). Of several rotations within that time,
    /// the newest two secrets sign.
    pub async fn rotate_secret(
        &self,
        (account, id): (AccountId, WebhookEndpointId),
        by: AccountActor<'_>,
    ) -> Result<(ShownWebhookEndpoint, WebhookSecret), ManageWebhookEndpointsError> {
        let sealer = self.sealer(account).await?;
        let secret = WebhookSecret::generate(&*self.randomness);
        let rotation = SecretRotation {
            secret: self.seal(&sealer, Purpose::WebhookSecret, id, &secret.to_text()),
            at: self.clock.now(),
        };
        let change = WebhookEndpointChange {
            rotation: Some(rotation),
            ..WebhookEndpointChange::default()
        };
        let entry = self.entry(AuditAction::RotateWebhookSecret, id, by)?;
        let endpoints = &self.endpoints;
        let rotated = endpoints.change_webhook_endpoint(account, id, &change, &entry);
        let rotated = rotated.await?;
        let rotated = rotated.ok_or(ManageWebhookEndpointsError::EndpointNotFound)?;
        Ok((shown(Some(&sealer), &rotated)?, secret))
    }

    /// Removes an endpoint.
    pub async fn remove(
        &self,
        (account, id): (AccountId, WebhookEndpointId),
        by: AccountActor<'_>,
    ) -> Result<(), ManageWebhookEndpointsError> {
        let entry = self.entry(AuditAction::RemoveWebhookEndpoint, id, by)?;
        let removed = self.endpoints.remove_webhook_endpoint(account, id, &entry);
        if removed.await? {
            Ok(())
        } else {
            Err(ManageWebhookEndpointsError::EndpointNotFound)
        }
    }

    /// Returns an endpoint of the account.
    pub async fn show(
        &self,
        account: AccountId,
        id: WebhookEndpointId,
    ) -> Result<ShownWebhookEndpoint, ManageWebhookEndpointsError> {
        let sealer = self.sealers.find(account).await?;
        let found = self.endpoints.find_webhook_endpoint(account, id).await?;
        let found = found.ok_or(ManageWebhookEndpointsError::EndpointNotFound)?;
        Ok(shown(sealer.as_deref(), &found)?)
    }

    /// Returns the account's endpoints, oldest first.
    pub async fn list(
        &self,
        account: AccountId,
    ) -> Result<Vec<ShownWebhookEndpoint>, ManageWebhookEndpointsError> {
        let sealer = self.sealers.find(account).await?;
        let endpoints = self.endpoints.list_webhook_endpoints(account).await?;
        let shown = endpoints
            .iter()
            .map(|endpoint| Ok(shown(sealer.as_deref(), endpoint)?));
        shown.collect()
    }

    /// Makes the entry of a change, unless whoever asks may not make it.
    fn entry(
        &self,
        action: AuditAction,
        id: WebhookEndpointId,
        by: AccountActor<'_>,
    ) -> Result<AuditEntry, ManageWebhookEndpointsError> {
        let by = by.authorise(AccountAction::ManageWebhooks);
        let by = by.ok_or(ManageWebhookEndpointsError::Forbidden)?;
        let now = self.clock.now();
        Ok(AuditEntry::new(by, action, id.0, now, &*self.randomness))
    }

    async fn sealer(
        &self,
        account: AccountId,
    ) -> Result<Arc<AccountSealer>, ManageWebhookEndpointsError> {
        let sealer = self.sealers.find(account).await?;
        sealer.ok_or(ManageWebhookEndpointsError::AccountNotFound)
    }

    fn seal(
        &self,
        sealer: &AccountSealer,
        purpose: Purpose,
        id: WebhookEndpointId,
        text: &str,
    ) -> Sealed {
        sealer.seal(purpose, id.0, text, &*self.randomness)
    }

    fn seal_description(
        &self,
        sealer: &AccountSealer,
        id: WebhookEndpointId,
        description: &WebhookDescription,
    ) -> Sealed {
        self.seal(
            sealer,
            Purpose::WebhookDescription,
            id,
            description.as_str(),
        )
    }
}

/// Opens what an owner sees of an endpoint.
fn shown(
    sealer: Option<&AccountSealer>,
    endpoint: &WebhookEndpoint,
) -> Result<ShownWebhookEndpoint, OpenError> {
    let open = |purpose, sealed: Option<&Sealed>| {
        let Some((sealer, sealed)) = sealer.zip(sealed) else {
            return Ok(None);
        };
        let opened = sealer.open(purpose, endpoint.id.0, sealed)?;
        Ok(Some(opened.as_str().to_owned()))
    };
    Ok(ShownWebhookEndpoint {
        id: endpoint.id,
        url: open(Purpose::WebhookUrl, endpoint.url.as_ref())?,
        description: open(Purpose::WebhookDescription, endpoint.description.as_ref())?,
        events: endpoint.events,
        standing: endpoint.standing,
        created_at: endpoint.created_at,
    })
}

impl From<WebhookTargetError> for ManageWebhookEndpointsError {
    fn from(error: WebhookTargetError) -> Self {
        match error {
            WebhookTargetError::Invalid(invalid) => Self::InvalidUrl(invalid),
            WebhookTargetError::Forbidden(forbidden) => Self::ForbiddenUrl(forbidden),
        }
    }
}
