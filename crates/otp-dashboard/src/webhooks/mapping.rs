//! How endpoints and deliveries are shown.

use otp_core::api_key::ApiKeyMode;
use otp_core::time::Timestamp;
use otp_core::usecases::manage_own_webhooks::OwnEndpoint;
use otp_core::webhook::delivery_log::{AttemptResult, StoredDelivery};
use otp_core::webhook::endpoint::{DisabledReason, EndpointStanding};
use otp_core::webhook::{DeliveryState, EventFilter};

use crate::markup::Markup;
use crate::page::Page;
use crate::value::Value;

/// An endpoint.
#[derive(Debug, Clone)]
pub(super) struct ShownEndpoint {
    pub(super) id: String,
    /// Its URL; `None` if it is a listener.
    pub(super) url: Option<String>,
    /// Its description, as typed.
    pub(super) description: Option<String>,
    /// The names of the events that it receives; none if it receives all.
    pub(super) events: Vec<&'static str>,
    pub(super) state: EndpointState,
    /// Whether it receives the events of test keys.
    pub(super) is_test: bool,
    pub(super) created_at: Timestamp,
}

/// The state of an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum EndpointState {
    /// It is called, and works or was not called yet.
    Enabled,
    /// It is called, and all calls have failed since then.
    Failing {
        /// The first failure.
        since: Timestamp,
    },
    /// It is not called.
    Disabled(DisabledReason),
}

impl From<OwnEndpoint> for ShownEndpoint {
    fn from(own: OwnEndpoint) -> Self {
        let endpoint = own.endpoint;
        Self {
            id: endpoint.id.to_string(),
            url: endpoint.url,
            description: endpoint.description,
            events: names(endpoint.events),
            state: match (endpoint.standing, own.failing_since) {
                (EndpointStanding::Disabled(reason), _) => EndpointState::Disabled(reason),
                (EndpointStanding::Enabled, Some(since)) => EndpointState::Failing { since },
                (EndpointStanding::Enabled, None) => EndpointState::Enabled,
            },
            is_test: own.mode == ApiKeyMode::Test,
            created_at: endpoint.created_at,
        }
    }
}

/// Returns the names of the events that a filter names.
pub(super) fn names(filter: EventFilter) -> Vec<&'static str> {
    filter.named().map(|kind| kind.as_str()).collect()
}

impl ShownEndpoint {
    /// Returns the URL, or what stands for the program that listens.
    pub(super) fn title(&self, page: &Page) -> Markup {
        match &self.url {
            Some(url) => page.code(url),
            None => page.t("webhook-listener"),
        }
    }

    pub(super) const fn is_disabled(&self) -> bool {
        matches!(self.state, EndpointState::Disabled(_))
    }

    /// Returns the first failure, if all calls have failed since then.
    pub(super) const fn failing_since(&self) -> Option<Timestamp> {
        match self.state {
            EndpointState::Failing { since } => Some(since),
            EndpointState::Enabled | EndpointState::Disabled(_) => None,
        }
    }

    /// Returns the class of the badge, and the key of its word.
    pub(super) const fn badge(&self) -> (&'static str, &'static str) {
        match self.state {
            EndpointState::Enabled => ("is-good", "webhook-enabled"),
            EndpointState::Failing { .. } => ("is-bad", "webhook-failing"),
            EndpointState::Disabled(DisabledReason::ByOwner) => ("is-off", "webhook-disabled"),
            EndpointState::Disabled(DisabledReason::Gone | DisabledReason::Failing) => {
                ("is-bad", "webhook-disabled")
            }
        }
    }

    /// Returns the key of the words for the reason that it is disabled.
    pub(super) const fn disabled_key(&self) -> Option<&'static str> {
        match self.state {
            EndpointState::Enabled | EndpointState::Failing { .. } => None,
            EndpointState::Disabled(DisabledReason::ByOwner) => Some("webhook-disabled-by-owner"),
            EndpointState::Disabled(DisabledReason::Gone) => Some("webhook-disabled-gone"),
            EndpointState::Disabled(DisabledReason::Failing) => Some("webhook-disabled-failing"),
        }
    }
}

/// A delivery in a list.
#[derive(Debug, Clone)]
pub(super) struct DeliveryLine {
    pub(super) id: String,
    pub(super) at: Timestamp,
    /// The name of the event.
    pub(super) kind: &'static str,
    /// The id of what the event is about.
    pub(super) subject: String,
    pub(super) state: DeliveryState,
    pub(super) attempts: u32,
    pub(super) last: Option<AttemptResult>,
    pub(super) due_at: Timestamp,
}

impl From<StoredDelivery> for DeliveryLine {
    fn from(stored: StoredDelivery) -> Self {
        Self {
            id: stored.event.id.to_string(),
            at: stored.event.at,
            kind: stored.event.kind.as_str(),
            subject: stored.event.subject.to_string(),
            state: stored.state,
            attempts: stored.attempts,
            last: stored.last_attempt,
            due_at: stored.due_at,
        }
    }
}

impl DeliveryLine {
    /// Returns the class of the badge.
    pub(super) const fn class(&self) -> &'static str {
        match (self.state, self.attempts) {
            (DeliveryState::Delivered, _) => "is-good",
            (DeliveryState::Waiting, 0) => "is-off",
            (DeliveryState::Waiting, _) => "is-warn",
            (DeliveryState::GivenUp, _) => "is-bad",
        }
    }

    /// Returns the word of the badge: the answer, or else the state.
    pub(super) fn answer(&self, page: &Page) -> Markup {
        match &self.last {
            Some(result) => outcome(page, result),
            None => page.t(self.state_key()),
        }
    }

    pub(super) const fn state_key(&self) -> &'static str {
        match self.state {
            DeliveryState::Waiting => "delivery-waiting",
            DeliveryState::Delivered => "delivery-delivered",
            DeliveryState::GivenUp => "delivery-given-up",
        }
    }

    /// Returns how long the last attempt took.
    pub(super) fn took(&self, page: &Page) -> Option<Markup> {
        self.last.as_ref().map(|result| took(page, result))
    }

    /// Returns the number of the last attempt.
    pub(super) fn attempt(&self, page: &Page) -> Markup {
        attempt(page, self.attempts)
    }

    /// Returns the time of the next attempt.
    pub(super) fn next(&self) -> Option<Timestamp> {
        (self.state == DeliveryState::Waiting).then_some(self.due_at)
    }

    pub(super) fn is_given_up(&self) -> bool {
        self.state == DeliveryState::GivenUp
    }
}

/// Returns the HTTP status of an attempt, or why there is none.
pub(super) fn outcome(page: &Page, result: &AttemptResult) -> Markup {
    match (result.status, &result.failure) {
        (Some(status), _) => page.code(&status.to_string()),
        (None, Some(failure)) => match failure_key(failure) {
            Some(key) => page.t(key),
            None => page.code(failure),
        },
        (None, None) => page.t("delivery-delivered"),
    }
}

/// Returns the words for the number of an attempt.
pub(super) fn attempt(page: &Page, number: u32) -> Markup {
    let number = Value::Number(number.into());
    page.say_all("attempt-number", &[("number", number)])
}

/// Returns how long an attempt took.
pub(super) fn took(page: &Page, result: &AttemptResult) -> Markup {
    let millis = Value::Number(result.latency_millis.into());
    page.say_all("webhook-took", &[("millis", millis)])
}

/// The failures of attempts, by their names in the API, each with the key of its words.
const FAILURES: [(&str, &str); 16] = [
    ("status", "failure-status"),
    ("redirect", "failure-redirect"),
    ("throttled", "failure-throttled"),
    ("gone", "failure-gone"),
    ("timeout", "failure-timeout"),
    ("answer_too_slow", "failure-answer-too-slow"),
    ("answer_too_large", "failure-answer-too-large"),
    ("unknown_host", "failure-unknown-host"),
    ("connection_refused", "failure-connection-refused"),
    ("unreachable", "failure-unreachable"),
    ("connection_lost", "failure-connection-lost"),
    ("tls", "failure-tls"),
    ("not_http", "failure-not-http"),
    ("forbidden_target", "failure-forbidden-target"),
    ("resource_gone", "failure-resource-gone"),
    ("internal", "failure-internal"),
];

/// Returns the key of the words for a failure.
fn failure_key(name: &str) -> Option<&'static str> {
    let found = FAILURES.iter().find(|(failure, _)| *failure == name);
    found.map(|(_, key)| *key)
}

/// Returns the keys of words that the templates do not name.
#[cfg(test)]
pub(super) fn keys() -> Vec<&'static str> {
    let states = [
        "webhook-listener",
        "webhook-enabled",
        "webhook-failing",
        "webhook-disabled",
        "webhook-disabled-by-owner",
        "webhook-disabled-gone",
        "webhook-disabled-failing",
        "attempt-number",
        "delivery-waiting",
        "delivery-delivered",
        "delivery-given-up",
    ];
    states
        .into_iter()
        .chain(FAILURES.map(|(_, key)| key))
        .collect()
}
