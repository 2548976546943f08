//! Routing: chooses the sender and the template that carry a message.

use super::health::SenderStop;
use super::outgoing::RoutedTo;
use super::sender::Sender;
use super::template::AuthenticationTemplate;
use crate::language::{self, LanguageTag};
use crate::send::Refusal;

/// A sender with its stop, if it has one, and its approved templates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SenderProfile {
    /// The sender.
    pub sender: Sender,
    /// The stop of the sender, if it is stopped.
    pub stop: Option<SenderStop>,
    /// The templates that may be used now.
    pub templates: Vec<AuthenticationTemplate>,
}

/// The sender and the template that carry a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Route<'a> {
    /// The sender.
    pub sender: &'a Sender,
    /// Set if the sender is stopped; routing picks such a sender only if there is no other.
    pub stop: Option<&'a SenderStop>,
    /// The template, which determines the language.
    pub template: &'a AuthenticationTemplate,
}

impl From<Route<'_>> for RoutedTo {
    fn from(route: Route<'_>) -> Self {
        Self {
            sender_id: route.sender.id,
            template_id: route.template.id,
            language: route.template.language.clone(),
        }
    }
}

/// The reason there is no route.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NoRoute {
    /// The account has no sender.
    NoSender,
    /// No sender has an approved template in an acceptable language.
    NoTemplate,
}

impl From<NoRoute> for Refusal {
    fn from(no_route: NoRoute) -> Self {
        match no_route {
            NoRoute::NoSender => Self::SenderNumberNotFound,
            NoRoute::NoTemplate => Self::TemplateNotFound,
        }
    }
}

impl SenderProfile {
    /// Returns the senders, oldest first, each with its templates. The input may have any order.
    ///
    /// Templates whose messages the provider refuses are left out, so that another language is chosen.
    pub fn assemble(
        mut senders: Vec<(Sender, Option<SenderStop>)>,
        mut templates: Vec<AuthenticationTemplate>,
    ) -> Vec<Self> {
        templates.retain(|template| template.status.may_send());
        // Ids order senders and templates that were added in the same millisecond.
        senders.sort_unstable_by_key(|(sender, _)| (sender.created_at, sender.id));
        templates.sort_unstable_by_key(|template| (template.created_at, template.id));
        let with_templates = |(sender, stop): (Sender, Option<SenderStop>)| Self {
            templates: templates
                .extract_if(.., |template| template.sender_id == sender.id)
                .collect(),
            sender,
            stop,
        };
        senders.into_iter().map(with_templates).collect()
    }
}

/// Chooses the language over all senders first, then the oldest sender that has it.
///
/// A stopped sender is chosen only if no other sender has any acceptable language, because a message in
/// another language still arrives.
pub fn route<'a>(
    senders: &'a [SenderProfile],
    preferred_language: Option<&LanguageTag>,
    default_language: &LanguageTag,
) -> Result<Route<'a>, NoRoute> {
    if senders.is_empty() {
        return Err(NoRoute::NoSender);
    }
    let route_over = |takes_part: fn(&SenderProfile) -> bool| {
        let routes = || {
            let senders = senders.iter().filter(move |profile| takes_part(profile));
            senders.flat_map(|profile| {
                profile.templates.iter().map(|template| Route {
                    sender: &profile.sender,
                    stop: profile.stop.as_ref(),
                    template,
                })
            })
        };
        let available: Vec<_> = routes().map(|route| &route.template.language).collect();
        let language = language::select(preferred_language, default_language, &available)?;
        routes().find(|route| route.template.language == *language)
    };
    route_over(|profile| profile.stop.is_none())
        .or_else(|| route_over(|_| true))
        .ok_or(NoRoute::NoTemplate)
}

#[cfg(test)]
mod tests;
