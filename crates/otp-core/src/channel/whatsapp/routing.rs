//! Routing: which sender and which template carry a message.

use super::health::SenderStop;
use super::sender::Sender;
use super::template::AuthenticationTemplate;
use crate::language::{self, LanguageTag};

/// All that sending needs to know of an account; it hardly ever changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SendingProfile {
    /// The message language where the request names none that can be served.
    pub default_language: LanguageTag,
    /// The account's senders, oldest first, each with its approved templates.
    pub senders: Vec<SenderProfile>,
}

/// A sender, whether it may send, and its approved templates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SenderProfile {
    /// The sender.
    pub sender: Sender,
    /// Why it does not send, if it does not.
    pub stop: Option<SenderStop>,
    /// Its templates that may be used now.
    pub templates: Vec<AuthenticationTemplate>,
}

/// Which number and template carry a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Route<'a> {
    /// The number.
    pub sender: &'a Sender,
    /// Why it does not send: then no number that would do does.
    pub stop: Option<&'a SenderStop>,
    /// The template, and with it the language.
    pub template: &'a AuthenticationTemplate,
}

/// Why no number and template can carry a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NoRoute {
    /// The account has no sender.
    NoSender,
    /// No sender has an approved template in a language that would do.
    NoTemplate,
}

impl SendingProfile {
    /// The profile of an account with these senders and their templates, in whatever order they come.
    /// Templates that the provider takes no messages of are left out, so that another language is
    /// chosen.
    pub fn new(
        default_language: LanguageTag,
        mut senders: Vec<(Sender, Option<SenderStop>)>,
        mut templates: Vec<AuthenticationTemplate>,
    ) -> Self {
        templates.retain(|template| template.status.may_send());
        // Ids order what was added in the same millisecond.
        senders.sort_unstable_by_key(|(sender, _)| (sender.created_at, sender.id));
        templates.sort_unstable_by_key(|template| (template.created_at, template.id));
        let with_templates = |(sender, stop): (Sender, Option<SenderStop>)| SenderProfile {
            templates: templates
                .extract_if(.., |template| template.sender_id == sender.id)
                .collect(),
            sender,
            stop,
        };
        Self {
            default_language,
            senders: senders.into_iter().map(with_templates).collect(),
        }
    }

    /// Chooses the language over all senders first, then the oldest sender that has it. A sender that
    /// is stopped carries a message only where no other can, in whatever language that would do: a
    /// message in another language arrives.
    pub fn route(&self, preferred_language: Option<&LanguageTag>) -> Result<Route<'_>, NoRoute> {
        if self.senders.is_empty() {
            return Err(NoRoute::NoSender);
        }
        self.route_over(preferred_language, |profile| profile.stop.is_none())
            .or_else(|_| self.route_over(preferred_language, |_| true))
    }

    fn route_over(
        &self,
        preferred_language: Option<&LanguageTag>,
        takes_part: impl Fn(&SenderProfile) -> bool,
    ) -> Result<Route<'_>, NoRoute> {
        let routes = || {
            let senders = self.senders.iter().filter(|profile| takes_part(profile));
            senders.flat_map(|profile| {
                profile.templates.iter().map(|template| Route {
                    sender: &profile.sender,
                    stop: profile.stop.as_ref(),
                    template,
                })
            })
        };
        let available: Vec<_> = routes().map(|route| &route.template.language).collect();
        let language = language::select(preferred_language, &self.default_language, &available)
            .ok_or(NoRoute::NoTemplate)?;
        routes()
            .find(|route| route.template.language == *language)
            .ok_or(NoRoute::NoTemplate)
    }
}

#[cfg(test)]
mod tests;
