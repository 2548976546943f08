//! What sending needs to know of an account.

use std::sync::Arc;

use crate::channel::whatsapp::health::SenderStop;
use crate::channel::whatsapp::template::AuthenticationTemplate;
use crate::channel::whatsapp::{NoRoute, Route, Sender, SenderProfile, route};
use crate::keyring::AccountKey;
use crate::language::LanguageTag;

/// Everything sending needs to know of an account and that hardly ever changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SendingProfile {
    /// The account's key; `None` once it is deleted, after which the account cannot send.
    pub key: Option<Arc<AccountKey>>,
    /// The message language if a request names none that can be served.
    pub default_language: LanguageTag,
    /// The account's WhatsApp senders, oldest first, each with its approved templates.
    pub senders: Vec<SenderProfile>,
}

impl SendingProfile {
    /// The profile of an account with these senders and templates, in whatever order they come.
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

    /// The WhatsApp sender and template for a message in this language.
    pub fn route(&self, preferred_language: Option<&LanguageTag>) -> Result<Route<'_>, NoRoute> {
        route(&self.senders, preferred_language, &self.default_language)
    }
}
