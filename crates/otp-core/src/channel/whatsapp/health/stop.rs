//! Why a sender does not send.

use crate::message::Failure;
use crate::ports::{ProviderRefusal, RefusalScope};
use crate::time::Timestamp;

/// A stop, and what its messages are answered with: nobody is called for them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SenderStop {
    /// Since when.
    pub since: Timestamp,
    /// Who stopped it.
    pub by: StoppedBy,
    /// What the provider said, or what stands for it.
    pub refusal: ProviderRefusal,
}

/// Who stopped a sender.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StoppedBy {
    /// The provider refuses it.
    Provider,
    /// An operator.
    Operator,
}

impl SenderStop {
    /// The provider refuses the sender.
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

    /// The provider gives another reason. The same one stays as it was first heard: what refused a
    /// message has the status that messages are answered with.
    pub(super) fn say_anew(&mut self, refusal: &ProviderRefusal) {
        if self.refusal.failure.code != refusal.failure.code {
            let http_status = refusal.http_status.or(self.refusal.http_status);
            let refusal = ProviderRefusal {
                http_status,
                ..refusal.clone()
            };
            *self = Self::by_provider(self.since, refusal);
        }
    }

    /// An operator stops the sender.
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

    /// The name in listings.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Provider => "provider",
            Self::Operator => "operator",
        }
    }

    /// What a store keeps.
    pub const fn code(self) -> i16 {
        match self {
            Self::Provider => 0,
            Self::Operator => 1,
        }
    }

    /// The one with this code.
    pub fn from_code(code: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|by| by.code() == code)
    }
}
