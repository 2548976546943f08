//! The channels a passcode can travel by, each with what only it knows.
//!
//! A channel adds a variant to [`Channel`], to the route of an attempt
//! ([`RoutedTo`](crate::send::RoutedTo)) and to what is handed to a provider
//! ([`OutgoingMessage`](crate::ports::OutgoingMessage)); everything else a send needs is the same for
//! all of them.

mod limits;
pub mod whatsapp;

pub use limits::Limits;

/// A way for a passcode to reach a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Channel {
    /// A WhatsApp message.
    WhatsApp,
    /// A second channel for tests.
    #[cfg(feature = "mocks")]
    Double,
}

impl Channel {
    /// Every channel, for tables and tests.
    pub const ALL: &'static [Self] = &[
        Self::WhatsApp,
        #[cfg(feature = "mocks")]
        Self::Double,
    ];

    /// The name on the wire and in logs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::WhatsApp => "whatsapp",
            #[cfg(feature = "mocks")]
            Self::Double => "double",
        }
    }

    /// The number a store keeps.
    pub const fn code(self) -> i16 {
        match self {
            Self::WhatsApp => 0,
            #[cfg(feature = "mocks")]
            Self::Double => i16::MAX,
        }
    }

    /// The channel of a stored number.
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
