//! The channels that carry passcodes, each with its own types.
//!
//! A channel adds a variant to [`Channel`], to the route of an attempt
//! ([`RoutedTo`](crate::send::RoutedTo)) and to the message for a provider
//! ([`OutgoingMessage`](crate::ports::OutgoingMessage)). Everything else in a send is the same for all
//! channels.

pub mod email;
mod limits;
pub mod pacing;
pub mod whatsapp;

pub use limits::Limits;

/// A way for a passcode to reach a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Channel {
    /// A WhatsApp message.
    WhatsApp,
    /// A mail.
    Email,
    /// The second channel of the tests.
    #[cfg(feature = "mocks")]
    Double,
}

impl Channel {
    /// Every channel, for tables and tests.
    pub const ALL: &'static [Self] = &[
        Self::WhatsApp,
        Self::Email,
        #[cfg(feature = "mocks")]
        Self::Double,
    ];

    /// Returns the name on the wire and in logs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::WhatsApp => "whatsapp",
            Self::Email => "email",
            #[cfg(feature = "mocks")]
            Self::Double => "double",
        }
    }

    /// Returns the one of two channels that proves less. A mail can be read by whoever runs its server, so a code
    /// that was mailed proves an address, however else it was sent.
    #[must_use]
    pub const fn weaker(self, other: Self) -> Self {
        match self {
            Self::Email => self,
            Self::WhatsApp => other,
            #[cfg(feature = "mocks")]
            Self::Double => other,
        }
    }

    /// Returns the stored number.
    pub const fn code(self) -> i16 {
        match self {
            Self::WhatsApp => 0,
            Self::Email => 1,
            #[cfg(feature = "mocks")]
            Self::Double => i16::MAX,
        }
    }

    /// Returns the channel with this stored number.
    pub fn from_code(code: i16) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|channel| channel.code() == code)
    }
}

impl std::fmt::Display for Channel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stored_number_reads_back() {
        for channel in Channel::ALL {
            assert_eq!(Channel::from_code(channel.code()), Some(*channel));
        }
        assert_eq!(Channel::from_code(-1), None);
    }
}
