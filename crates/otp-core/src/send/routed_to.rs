//! The route of a message, by channel.

use crate::channel::{Channel, email, whatsapp};
use crate::ids::{SenderId, TemplateId};
use crate::language::LanguageTag;

/// The route of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum RoutedTo {
    /// A WhatsApp number and one of its templates.
    WhatsApp(whatsapp::RoutedTo),
    /// A mail.
    Email(email::RoutedTo),
    /// No provider: the message stays here.
    NoProvider(NoProvider),
    /// The tests' second channel, which has neither.
    #[cfg(feature = "mocks")]
    Double(LanguageTag),
}

/// The route of a message that no provider gets: it needs no sender, no template and no mail server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoProvider {
    /// The channel that would carry it.
    pub channel: Channel,
    /// The language that it would have.
    pub language: LanguageTag,
}

impl RoutedTo {
    /// Reads a stored route; `None` if a WhatsApp message has no sender or no template.
    pub fn restore(
        channel: Channel,
        whatsapp: (Option<SenderId>, Option<TemplateId>),
        language: LanguageTag,
    ) -> Option<Self> {
        match channel {
            Channel::WhatsApp => Some(Self::WhatsApp(whatsapp::RoutedTo {
                sender_id: whatsapp.0?,
                template_id: whatsapp.1?,
                language,
            })),
            Channel::Email => Some(Self::Email(email::RoutedTo { language })),
            #[cfg(feature = "mocks")]
            Channel::Double => Some(Self::Double(language)),
        }
    }

    /// Returns the channel.
    pub fn channel(&self) -> Channel {
        match self {
            Self::WhatsApp(_) => Channel::WhatsApp,
            Self::Email(_) => Channel::Email,
            Self::NoProvider(route) => route.channel,
            #[cfg(feature = "mocks")]
            Self::Double(_) => Channel::Double,
        }
    }

    /// Returns whether all its messages wait in the queue for their hand-over, instead of being handed over
    /// by the request that admits them. The outcome of a mail may take longer than a request.
    pub fn is_queued(&self) -> bool {
        match self {
            Self::WhatsApp(_) | Self::NoProvider(_) => false,
            Self::Email(_) => true,
            #[cfg(feature = "mocks")]
            Self::Double(_) => false,
        }
    }

    /// Returns the language of the message.
    pub fn language(&self) -> &LanguageTag {
        match self {
            Self::WhatsApp(route) => &route.language,
            Self::Email(route) => &route.language,
            Self::NoProvider(route) => &route.language,
            #[cfg(feature = "mocks")]
            Self::Double(language) => language,
        }
    }

    /// Returns the WhatsApp number and template, if that is the channel.
    pub fn whatsapp(&self) -> Option<&whatsapp::RoutedTo> {
        match self {
            Self::WhatsApp(route) => Some(route),
            Self::Email(_) | Self::NoProvider(_) => None,
            #[cfg(feature = "mocks")]
            Self::Double(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_stored_route_needs_a_sender_and_a_template_only_on_whatsapp() {
        let language = LanguageTag::parse("ar").expect("a language");
        let sender = Some(SenderId(Uuid::from_u128(1)));
        let template = Some(TemplateId(Uuid::from_u128(2)));
        let restore = |channel, whatsapp| RoutedTo::restore(channel, whatsapp, language.clone());
        let whole = RoutedTo::WhatsApp(whatsapp::RoutedTo {
            sender_id: SenderId(Uuid::from_u128(1)),
            template_id: TemplateId(Uuid::from_u128(2)),
            language: language.clone(),
        });
        let mail = RoutedTo::Email(email::RoutedTo {
            language: language.clone(),
        });
        for (channel, stored, expected) in [
            (Channel::WhatsApp, (sender, template), Some(whole)),
            (Channel::WhatsApp, (None, template), None),
            (Channel::WhatsApp, (sender, None), None),
            (Channel::Email, (None, None), Some(mail)),
        ] {
            assert_eq!(restore(channel, stored), expected, "{channel:?} {stored:?}");
        }
    }
}
