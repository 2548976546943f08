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
use zeroize::Zeroizing;

use crate::ports::Randomness;
use crate::recipient::PhoneNumber;
use crate::recipient_identity::ProviderIdentities;
use crate::sealing::{InstallationSealer, OpenError, ProviderMessageIndex, Purpose, Sealed};
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

/// A consent request as the provider reports it: of a person it names, to one of our numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboundConsent {
    /// What the person asks for.
    pub request: ConsentRequest,
    /// How they asked.
    pub source: ConsentSource,
    /// The provider's id of the number it was written to.
    pub phone_number_id: Option<ProviderId>,
    /// The provider's id of the message; a request that is reported again has the same.
    pub message: ProviderMessageIndex,
    /// The message of ours that it answers, if the provider says so.
    pub context: Option<ProviderMessageIndex>,
    /// What the provider calls the person.
    pub from: ProviderIdentities,
    /// The person's number, if the provider's spelling is a number to us as well.
    pub number: Option<PhoneNumber>,
    /// When, by the provider's clock.
    pub provider_time: Timestamp,
    /// When it reached us.
    pub received_at: Timestamp,
}

/// A consent request that waits until a receipt says which recipient it comes from. Its account is not
/// known yet, so the installation's key seals the person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnresolvedConsent {
    /// What the person asks for.
    pub request: ConsentRequest,
    /// How they asked.
    pub source: ConsentSource,
    /// The provider's id of the number it was written to.
    pub phone_number_id: Option<ProviderId>,
    /// The provider's id of the message.
    pub message: ProviderMessageIndex,
    /// The message of ours that it answers.
    pub context: Option<ProviderMessageIndex>,
    /// The person, sealed.
    pub from: Sealed,
    /// When, by the provider's clock.
    pub provider_time: Timestamp,
    /// When it reached us.
    pub received_at: Timestamp,
}

impl InboundConsent {
    /// The form in which it is kept.
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
    /// The request as it came.
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
