//! The way a message goes out, by channel.

use crate::channel::{Channel, whatsapp};
use crate::language::LanguageTag;

/// How an attempt is routed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum RoutedTo {
    /// By a WhatsApp number and one of its templates.
    WhatsApp(whatsapp::RoutedTo),
    /// By the tests' second channel, which has neither.
    #[cfg(feature = "mocks")]
    Double(LanguageTag),
}

impl RoutedTo {
    /// The channel.
    pub fn channel(&self) -> Channel {
        match self {
            Self::WhatsApp(_) => Channel::WhatsApp,
            #[cfg(feature = "mocks")]
            Self::Double(_) => Channel::Double,
        }
    }

    /// The language of the message.
    pub fn language(&self) -> &LanguageTag {
        match self {
            Self::WhatsApp(route) => &route.language,
            #[cfg(feature = "mocks")]
            Self::Double(language) => language,
        }
    }

    /// The WhatsApp number and template, if that is the channel.
    pub fn whatsapp(&self) -> Option<&whatsapp::RoutedTo> {
        match self {
            Self::WhatsApp(route) => Some(route),
            #[cfg(feature = "mocks")]
            Self::Double(_) => None,
        }
    }
}
