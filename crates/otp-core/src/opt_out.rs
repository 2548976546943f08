//! Opt-outs: people who write STOP are left alone until they write START.
//!
//! - Which text is a request: [`ConsentRequest::of_text`].
//! - Who asked: [`resolution`]. WhatsApp names people by numbers of its own spelling, or not by number
//!   at all.
//! - What holds: [`CurrentConsent`]. The request that came last by the provider's time, in whatever order and
//!   however often requests are reported; between two of one instant STOP holds. What an operator enters
//!   holds at once.
//! - What is kept: every request in an append-only log, and the last one beside it ([`consent`]).

pub mod consent;
pub mod resolution;
mod words;

use crate::channel::whatsapp::ProviderId;
use crate::sealing::{IdentityIndex, ProviderMessageIndex, RecipientIndex};
use crate::time::Timestamp;

/// What a person wants. The order is that of two requests of one instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ConsentRequest {
    /// Messages again.
    Start,
    /// No more messages.
    Stop,
}

impl ConsentRequest {
    /// The request that a whole message is, if it is one.
    pub fn of_text(text: &str) -> Option<Self> {
        words::request(text)
    }

    /// The number a store keeps of it.
    pub const fn code(self) -> i16 {
        match self {
            Self::Stop => 1,
            Self::Start => 2,
        }
    }

    /// The request of a stored number.
    pub const fn from_code(code: i16) -> Option<Self> {
        match code {
            1 => Some(Self::Stop),
            2 => Some(Self::Start),
            _ => None,
        }
    }

    /// Its name, for operators.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Stop => "stop",
            Self::Start => "start",
        }
    }
}

/// How a request was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ConsentSource {
    /// Written as a message.
    Typed,
    /// By a button or an item of a list.
    Button,
    /// Entered by an operator, whom the person told otherwise.
    Operator,
}

impl ConsentSource {
    /// The number a store keeps of it.
    pub const fn code(self) -> i16 {
        match self {
            Self::Typed => 1,
            Self::Button => 2,
            Self::Operator => 3,
        }
    }

    /// The source of a stored number.
    pub const fn from_code(code: i16) -> Option<Self> {
        match code {
            1 => Some(Self::Typed),
            2 => Some(Self::Button),
            3 => Some(Self::Operator),
            _ => None,
        }
    }

    /// Its name, for operators.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Typed => "typed",
            Self::Button => "button",
            Self::Operator => "operator",
        }
    }
}

/// The request that holds for a recipient. Ordered by when it was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct CurrentConsent {
    /// When, by the provider's clock.
    pub at: Timestamp,
    /// What.
    pub request: ConsentRequest,
}

/// A request as the provider reports it: of somebody it knows, to one of our numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboundConsent {
    /// What is asked.
    pub request: ConsentRequest,
    /// How it was made.
    pub source: ConsentSource,
    /// Which of our numbers it was written to, by the provider's id of it.
    pub phone_number_id: Option<ProviderId>,
    /// The message it is, by the provider's id: a request that is reported again is the same.
    pub message: ProviderMessageIndex,
    /// The message of ours that it answers, if it says so.
    pub context: Option<ProviderMessageIndex>,
    /// Who asked.
    pub from: Identities,
    /// Who asked, if the provider's number of them is a number to us as well.
    pub number: Option<RecipientIndex>,
    /// When, by the provider's clock.
    pub provider_time: Timestamp,
    /// When it reached us.
    pub received_at: Timestamp,
}

/// By what the provider knows a person. It may tell both, either or none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Identities {
    /// The business-scoped user id; another one when the person's number changes.
    pub user: Option<IdentityIndex>,
    /// The number in the provider's own spelling, which is not ours everywhere.
    pub number: Option<IdentityIndex>,
}

impl Identities {
    /// Those that are there, the most telling first.
    pub fn iter(self) -> impl Iterator<Item = IdentityIndex> {
        [self.user, self.number].into_iter().flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_back() {
        for request in [ConsentRequest::Stop, ConsentRequest::Start] {
            assert_eq!(ConsentRequest::from_code(request.code()), Some(request));
        }
        for source in [
            ConsentSource::Typed,
            ConsentSource::Button,
            ConsentSource::Operator,
        ] {
            assert_eq!(ConsentSource::from_code(source.code()), Some(source));
        }
        assert_eq!(
            (ConsentRequest::from_code(0), ConsentSource::from_code(4)),
            (None, None)
        );
    }
}
