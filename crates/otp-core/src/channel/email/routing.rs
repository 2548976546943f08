//! Routing: chooses the sender and the language of a mail.

use super::outgoing::RoutedTo;
use super::sender::{EmailIdentity, EmailSender, UnreadableEmailSender};
use crate::account::ContactLine;
use crate::language::{self, LanguageTag};
use crate::recipient::EmailAddress;
use crate::sealing::{AccountSealer, Purpose, Sealed};
use crate::ui_language::UiLanguage;

/// The data of an account that its mails need, sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SenderProfile {
    /// The account's company, the default name of the sender.
    pub company: Sealed,
    /// The sender that an operator set; `None` if every value is the default.
    pub sender: Option<Sealed>,
}

/// The sender and the language of a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// The sender that the mail names.
    pub identity: EmailIdentity,
    /// The language of the mail.
    pub language: UiLanguage,
}

impl From<&Route> for RoutedTo {
    fn from(route: &Route) -> Self {
        Self {
            language: route.language.tag(),
        }
    }
}

impl SenderProfile {
    /// Returns the route of a mail of this account.
    ///
    /// `gateway` is the address that the gateway sends from; without one it has no mail server, and there
    /// is no route (`None`). A mail exists in every [`UiLanguage`]: the preferred one is chosen, or else
    /// the account's default.
    pub fn route(
        &self,
        gateway: Option<&EmailAddress>,
        (preferred, default): (Option<&LanguageTag>, &LanguageTag),
        sealer: &AccountSealer,
    ) -> Result<Option<Route>, UnreadableEmailSender> {
        let Some(gateway) = gateway else {
            return Ok(None);
        };
        let company = ContactLine::open(Purpose::ContactCompany, &self.company, sealer)?;
        let sender = match &self.sender {
            Some(sealed) => EmailSender::open(sealed, sealer)?,
            None => EmailSender::default(),
        };
        Ok(Some(Route {
            identity: sender.identity(gateway, company),
            language: chosen(preferred, default),
        }))
    }
}

fn chosen(preferred: Option<&LanguageTag>, default: &LanguageTag) -> UiLanguage {
    let tags = UiLanguage::ALL.map(UiLanguage::tag);
    let available: Vec<_> = tags.iter().collect();
    UiLanguage::of(language::select(preferred, default, &available).unwrap_or(default))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_requested_language_is_chosen_or_else_the_accounts() {
        let tag = |text| LanguageTag::parse(text).expect("a tag");
        for (preferred, default, expected) in [
            (Some("ar"), "en", UiLanguage::Arabic),
            (Some("ar_EG"), "en", UiLanguage::Arabic),
            (Some("en_GB"), "ar", UiLanguage::English),
            (Some("fr"), "ar", UiLanguage::Arabic),
            (None, "ar", UiLanguage::Arabic),
            (None, "en", UiLanguage::English),
            (Some("fr"), "tr", UiLanguage::English),
        ] {
            let preferred = preferred.map(tag);
            let language = chosen(preferred.as_ref(), &tag(default));
            assert_eq!(language, expected, "{preferred:?} {default}");
        }
    }
}
