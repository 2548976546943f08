//! The data of an account that sending needs.

use std::sync::Arc;

use crate::channel::whatsapp::health::SenderStop;
use crate::channel::whatsapp::template::AuthenticationTemplate;
use crate::channel::whatsapp::{NoRoute, Route, Sender, SenderProfile, route};
use crate::keyring::AccountKey;
use crate::language::LanguageTag;

/// The data of an account that sending needs and that rarely changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SendingProfile {
    /// The account's key; `None` once it is deleted, after which the account cannot send.
    pub key: Option<Arc<AccountKey>>,
    /// The language of a message if its request names none that is available.
    pub default_language: LanguageTag,
    /// The account's WhatsApp senders, oldest first, each with its approved templates.
    pub senders: Vec<SenderProfile>,
}

impl SendingProfile {
    /// Builds the profile from an account's senders and templates, in any order.
    pub fn new(
        key: Option<AccountKey>,
        default_language: LanguageTag,
        senders: Vec<(Sender, Option<SenderStop>)>,
        templates: Vec<AuthenticationTemplate>,
    ) -> Self {
        Self {
            key: key.map(Arc::new),
            default_language,
            senders: SenderProfile::assemble(senders, templates),
        }
    }

    /// Returns the WhatsApp sender and template for a message in this language.
    pub fn route(&self, preferred_language: Option<&LanguageTag>) -> Result<Route<'_>, NoRoute> {
        route(&self.senders, preferred_language, &self.default_language)
    }
}
