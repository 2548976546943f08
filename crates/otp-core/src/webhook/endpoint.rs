//! The endpoints of an account: what a store keeps of one, and how it changes.

use std::time::Duration;

use super::event_kind::{EventFilter, WantedEvents};
use crate::ids::{AccountId, WebhookEndpointId};
use crate::sealing::Sealed;
use crate::time::Timestamp;

/// An account has at most this many endpoints with a URL.
pub const MAX_ENDPOINTS: usize = 20;

/// An account has at most this many listeners.
pub const MAX_LISTENERS: usize = 5;

/// How long the previous secret signs after a rotation.
pub const SECRET_OVERLAP: Duration = Duration::from_secs(24 * 60 * 60);

/// An endpoint: a URL of a customer that receives events, or a listener, which fetches them. This is what a store
/// keeps of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookEndpoint {
    /// Its id.
    pub id: WebhookEndpointId,
    /// The account.
    pub account_id: AccountId,
    /// The URL, sealed: it may contain a token. A listener has none.
    pub url: Option<Sealed>,
    /// The owner's description, sealed.
    pub description: Option<Sealed>,
    /// The events it receives.
    pub events: EventFilter,
    /// Whether it is called.
    pub standing: EndpointStanding,
    /// The secret that signs calls to it, sealed.
    pub secret: Sealed,
    /// The secret before the last rotation.
    pub previous_secret: Option<PreviousSecret>,
    /// The time it was created.
    pub created_at: Timestamp,
}

/// A replaced secret, which signs for a while beside its successor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreviousSecret {
    /// The secret, sealed like the one in use.
    pub secret: Sealed,
    /// The time from which it no longer signs.
    pub until: Timestamp,
}

/// Whether an endpoint is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EndpointStanding {
    /// It is called.
    Enabled,
    /// It is not called, and gets no events.
    Disabled(DisabledReason),
}

/// The reason an endpoint is disabled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DisabledReason {
    /// Its owner disabled it.
    ByOwner,
    /// It answered that it is gone (410).
    Gone,
    /// All calls failed for five days.
    Failing,
}

impl DisabledReason {
    /// Returns the name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ByOwner => "ByOwner",
            Self::Gone => "Gone",
            Self::Failing => "Failing",
        }
    }
}

impl EndpointStanding {
    /// Every standing, for tables and tests.
    pub const ALL: [Self; 4] = [
        Self::Enabled,
        Self::Disabled(DisabledReason::ByOwner),
        Self::Disabled(DisabledReason::Gone),
        Self::Disabled(DisabledReason::Failing),
    ];

    /// Returns the number a store keeps.
    pub const fn code(self) -> i16 {
        match self {
            Self::Enabled => 0,
            Self::Disabled(DisabledReason::ByOwner) => 1,
            Self::Disabled(DisabledReason::Gone) => 2,
            Self::Disabled(DisabledReason::Failing) => 3,
        }
    }

    /// Returns the standing of a stored number.
    pub fn from_code(code: i16) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|standing| standing.code() == code)
    }

    /// Returns the reason it is disabled.
    pub const fn disabled_reason(self) -> Option<DisabledReason> {
        match self {
            Self::Enabled => None,
            Self::Disabled(reason) => Some(reason),
        }
    }

    /// Returns the standing after a change to `wanted`. What is disabled keeps its first reason.
    const fn changed_to(self, wanted: Self) -> Self {
        match (self, wanted) {
            (_, Self::Enabled) => Self::Enabled,
            (Self::Disabled(reason), _) | (Self::Enabled, Self::Disabled(reason)) => {
                Self::Disabled(reason)
            }
        }
    }
}

/// The values of an endpoint to replace. `None` keeps a value, so changes of different values never undo
/// each other.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WebhookEndpointChange {
    /// The URL, sealed.
    pub url: Option<Sealed>,
    /// The description, sealed; `Some(None)` removes it.
    pub description: Option<Option<Sealed>>,
    /// The events it receives.
    pub events: Option<EventFilter>,
    /// Whether it is called. To disable a disabled endpoint keeps its first reason.
    pub standing: Option<EndpointStanding>,
    /// A new secret.
    pub rotation: Option<SecretRotation>,
}

/// A new secret of an endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretRotation {
    /// The new secret, sealed.
    pub secret: Sealed,
    /// The time of the rotation.
    pub at: Timestamp,
}

impl WebhookEndpointChange {
    /// Returns the change that disables an endpoint.
    pub fn disable(reason: DisabledReason) -> Self {
        Self {
            standing: Some(EndpointStanding::Disabled(reason)),
            ..Self::default()
        }
    }

    /// Returns whether it begins or ends the calls of the endpoint, or sends them elsewhere: then what is known of
    /// its health no longer counts, and its next turn has to be decided anew.
    pub fn restarts(&self) -> bool {
        self.url.is_some() || self.standing.is_some()
    }
}

impl WebhookEndpoint {
    /// Returns whether it is a listener: a machine without a public address that fetches its events.
    pub const fn is_listener(&self) -> bool {
        self.url.is_none()
    }

    /// Returns the secret that signs beside the current one at `now`, if there is one.
    pub fn previous_secret_at(&self, now: Timestamp) -> Option<&Sealed> {
        let previous = self.previous_secret.as_ref();
        let previous = previous.filter(|previous| now < previous.until);
        previous.map(|previous| &previous.secret)
    }

    /// Returns the endpoint after a change.
    ///
    /// At most two secrets sign: a second rotation within [`SECRET_OVERLAP`] ends the secret that was
    /// previous until then.
    #[must_use]
    pub fn changed(mut self, change: &WebhookEndpointChange) -> Self {
        let change = change.clone();
        if let Some(rotation) = change.rotation {
            self.previous_secret = Some(PreviousSecret {
                secret: std::mem::replace(&mut self.secret, rotation.secret),
                until: rotation.at + SECRET_OVERLAP,
            });
        }
        Self {
            url: change.url.or(self.url),
            description: change.description.unwrap_or(self.description),
            events: change.events.unwrap_or(self.events),
            standing: change
                .standing
                .map_or(self.standing, |wanted| self.standing.changed_to(wanted)),
            ..self
        }
    }
}

/// Returns the events that the enabled ones of an account's endpoints want.
pub fn wanted_by(endpoints: &[WebhookEndpoint]) -> WantedEvents {
    let enabled = endpoints
        .iter()
        .filter(|endpoint| endpoint.standing == EndpointStanding::Enabled);
    enabled
        .map(|endpoint| WantedEvents::from(endpoint.events))
        .fold(WantedEvents::NONE, WantedEvents::union)
}

/// Judges a new endpoint of an account that has the `existing` ones. Returns the events that the account's
/// endpoints want with it; `None` if the account has too many of its sort.
pub fn judge_addition(existing: &[WebhookEndpoint], new: &WebhookEndpoint) -> Option<WantedEvents> {
    let is_alike = |one: &&WebhookEndpoint| one.is_listener() == new.is_listener();
    let most = match new.is_listener() {
        true => MAX_LISTENERS,
        false => MAX_ENDPOINTS,
    };
    if existing.iter().filter(is_alike).count() >= most {
        return None;
    }
    Some(wanted_by(existing).union(wanted_by(std::slice::from_ref(new))))
}

/// Judges a change of one of an account's endpoints. Returns the endpoint after it, and the events that the
/// account's endpoints want then; `None` if the account has no such endpoint. A listener cannot be changed.
pub fn judge_change(
    mut existing: Vec<WebhookEndpoint>,
    id: WebhookEndpointId,
    change: &WebhookEndpointChange,
) -> Option<(WebhookEndpoint, WantedEvents)> {
    let mut endpoints = existing.iter();
    let position = endpoints.position(|endpoint| endpoint.id == id && !endpoint.is_listener())?;
    let changed = existing.swap_remove(position).changed(change);
    let wanted = wanted_by(&existing).union(wanted_by(std::slice::from_ref(&changed)));
    Some((changed, wanted))
}

/// Judges the removal of one of an account's endpoints. Returns the events that the account's other
/// endpoints want; `None` if the account has no such endpoint.
pub fn judge_removal(
    mut existing: Vec<WebhookEndpoint>,
    id: WebhookEndpointId,
) -> Option<WantedEvents> {
    let position = existing.iter().position(|endpoint| endpoint.id == id)?;
    existing.swap_remove(position);
    Some(wanted_by(&existing))
}

#[cfg(test)]
mod tests;
