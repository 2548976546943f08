//! The stop of a sender, and its reason.

use crate::message::Failure;
use crate::ports::{ProviderRefusal, RefusalScope};
use crate::time::Timestamp;

/// A stop of a sender, with the answer to its messages: the provider is not called for them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SenderStop {
    /// The start of the stop.
    pub since: Timestamp,
    /// The party that stopped the sender.
    pub by: StoppedBy,
    /// The provider's refusal, or its substitute if an operator stopped the sender.
    pub refusal: ProviderRefusal,
}

/// The party that stopped a sender.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StoppedBy {
    /// The provider, by a refusal.
    Provider,
    /// An operator.
    Operator,
}

impl SenderStop {
    /// Creates a stop by the provider.
    pub fn by_provider(since: Timestamp, refusal: ProviderRefusal) -> Self {
        Self {
            since,
            by: StoppedBy::Provider,
            refusal: ProviderRefusal {
                scope: RefusalScope::SenderUntilFixed,
                ..refusal
            },
        }
    }

    /// Replaces the reason if the provider gives another one.
    ///
    /// The same reason stays as first received: the refusal of a message has the HTTP status that later
    /// messages are answered with.
    pub(super) fn update_reason(&mut self, refusal: &ProviderRefusal) {
        if self.refusal.failure.code != refusal.failure.code {
            let http_status = refusal.http_status.or(self.refusal.http_status);
            let refusal = ProviderRefusal {
                http_status,
                ..refusal.clone()
            };
            *self = Self::by_provider(self.since, refusal);
        }
    }

    /// Creates a stop by an operator.
    pub fn by_operator(since: Timestamp) -> Self {
        let refusal = ProviderRefusal {
            http_status: None,
            message: "The sender was stopped by its operator.".to_owned(),
            failure: Failure {
                code: None,
                title: "Sender stopped".to_owned(),
                reason: "The sender was stopped by its operator; the message was not sent."
                    .to_owned(),
            },
            scope: RefusalScope::SenderUntilFixed,
        };
        Self {
            since,
            by: StoppedBy::Operator,
            refusal,
        }
    }
}

impl StoppedBy {
    /// Both, for tables and tests.
    pub const ALL: [Self; 2] = [Self::Provider, Self::Operator];

    /// Returns the name in listings.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Provider => "provider",
            Self::Operator => "operator",
        }
    }

    /// Returns the stored code.
    pub const fn code(self) -> i16 {
        match self {
            Self::Provider => 0,
            Self::Operator => 1,
        }
    }

    /// Returns the party with this stored code.
    pub fn from_code(code: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|by| by.code() == code)
    }
}
