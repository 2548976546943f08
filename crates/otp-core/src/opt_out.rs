//! Opt-outs: a person who writes STOP receives no messages until they write START.
//!
//! - [`ConsentRequest::of_text`] recognises a request in a text.
//! - [`resolution`] finds the recipient who made it. A provider identifies people by numbers in its
//!   own spelling, or without a number.
//! - [`CurrentConsent`] is the request that applies: the last one by the provider's time, whatever
//!   the order and number of reports. Of two requests at one instant, STOP applies. A request that
//!   an operator enters applies at once.
//! - [`consent`] keeps every request in an append-only log, and the last one beside it.

pub mod consent;
pub mod resolution;
mod words;

use crate::channel::whatsapp::ProviderId;
use zeroize::Zeroizing;

use crate::ports::Randomness;
use crate::recipient::PhoneNumber;
use crate::recipient_identity::ProviderIdentities;
use crate::sealing::{InstallationSealer, OpenError, ProviderMessageIndex, Purpose, Sealed};
use crate::time::Timestamp;

/// A person's request. The greater of two requests made at one instant applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ConsentRequest {
    /// A request to receive messages again.
    Start,
    /// A request to receive no more messages.
    Stop,
}

impl ConsentRequest {
    /// Returns the number a store keeps.
    pub const fn code(self) -> i16 {
        match self {
            Self::Stop => 1,
            Self::Start => 2,
        }
    }

    /// Returns the request of a stored number.
    pub const fn from_code(code: i16) -> Option<Self> {
        match code {
            1 => Some(Self::Stop),
            2 => Some(Self::Start),
            _ => None,
        }
    }

    /// Returns its name, for operators.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Stop => "stop",
            Self::Start => "start",
        }
    }
}

/// The way a request was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ConsentSource {
    /// It was written as a message.
    Typed,
    /// A button or an item of a list was chosen.
    Button,
    /// An operator entered it; the person asked in another way.
    Operator,
}

impl ConsentSource {
    /// Returns the number a store keeps.
    pub const fn code(self) -> i16 {
        match self {
            Self::Typed => 1,
            Self::Button => 2,
            Self::Operator => 3,
        }
    }

    /// Returns the source of a stored number.
    pub const fn from_code(code: i16) -> Option<Self> {
        match code {
            1 => Some(Self::Typed),
            2 => Some(Self::Button),
            3 => Some(Self::Operator),
            _ => None,
        }
    }

    /// Returns its name, for operators.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Typed => "typed",
            Self::Button => "button",
            Self::Operator => "operator",
        }
    }
}

/// The request that applies to a recipient. The order is that of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct CurrentConsent {
    /// The time of the request, by the provider's clock.
    pub at: Timestamp,
    /// The request.
    pub request: ConsentRequest,
}

/// A consent request as the provider reports it: from a person it identifies, to one of our
/// numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboundConsent {
    /// The person's request.
    pub request: ConsentRequest,
    /// The way it was made.
    pub source: ConsentSource,
    /// The provider's id of the number it was written to.
    pub phone_number_id: Option<ProviderId>,
    /// The provider's id of the message; a request that is reported again has the same id.
    pub message: ProviderMessageIndex,
    /// The message of ours that it answers, if the provider reports one.
    pub context: Option<ProviderMessageIndex>,
    /// The provider's names for the person.
    pub from: ProviderIdentities,
    /// The person's number, if the provider's spelling is a valid number.
    pub number: Option<PhoneNumber>,
    /// The time of the request, by the provider's clock.
    pub provider_time: Timestamp,
    /// The time we received it.
    pub received_at: Timestamp,
}

/// A consent request that waits until a receipt shows which recipient it comes from. Its account is
/// not known yet, so the person is sealed with the installation's key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnresolvedConsent {
    /// The person's request.
    pub request: ConsentRequest,
    /// The way it was made.
    pub source: ConsentSource,
    /// The provider's id of the number it was written to.
    pub phone_number_id: Option<ProviderId>,
    /// The provider's id of the message.
    pub message: ProviderMessageIndex,
    /// The message of ours that it answers.
    pub context: Option<ProviderMessageIndex>,
    /// The provider's names and the number of the person, sealed.
    pub from: Sealed,
    /// The time of the request, by the provider's clock.
    pub provider_time: Timestamp,
    /// The time we received it.
    pub received_at: Timestamp,
}

impl InboundConsent {
    /// Seals the person, for storage.
    pub fn seal(
        &self,
        sealer: &InstallationSealer,
        randomness: &dyn Randomness,
    ) -> UnresolvedConsent {
        let number = self.number.as_ref().map_or("", PhoneNumber::e164);
        let person = Zeroizing::new(format!("{number}\n{}", *self.from.to_text()));
        UnresolvedConsent {
            request: self.request,
            source: self.source,
            phone_number_id: self.phone_number_id.clone(),
            message: self.message,
            context: self.context,
            from: sealer.seal(
                Purpose::ProviderIdentities,
                &self.message.0,
                &person,
                randomness,
            ),
            provider_time: self.provider_time,
            received_at: self.received_at,
        }
    }
}

impl UnresolvedConsent {
    /// Opens the request as it was received.
    pub fn open(&self, sealer: &InstallationSealer) -> Result<InboundConsent, OpenError> {
        let person = sealer.open(Purpose::ProviderIdentities, &self.message.0, &self.from)?;
        let (number, from) = person.split_once('\n').ok_or(OpenError::Damaged)?;
        Ok(InboundConsent {
            request: self.request,
            source: self.source,
            phone_number_id: self.phone_number_id.clone(),
            message: self.message,
            context: self.context,
            from: ProviderIdentities::from_text(from),
            number: PhoneNumber::restore(number).ok(),
            provider_time: self.provider_time,
            received_at: self.received_at,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_numbers_read_back() {
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

    #[test]
    fn requests_and_sources_have_the_names_that_operators_read() {
        let requests = [ConsentRequest::Stop, ConsentRequest::Start];
        assert_eq!(requests.map(ConsentRequest::as_str), ["stop", "start"]);
        let sources = [
            ConsentSource::Typed,
            ConsentSource::Button,
            ConsentSource::Operator,
        ];
        assert_eq!(
            sources.map(ConsentSource::as_str),
            ["typed", "button", "operator"]
        );
    }
}
