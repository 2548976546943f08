//! Senders: the WhatsApp numbers of an account, and which one carries a message.

pub mod health;

use zeroize::Zeroizing;

use self::health::SenderStop;
use crate::ids::{AccountId, SenderId};
use crate::language::{self, LanguageTag};
use crate::sealing::{Purpose, Sealed, Sealer};
use crate::template::AuthenticationTemplate;
use crate::time::Timestamp;

/// A WhatsApp number of an account, as a store keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sender {
    /// Its id.
    pub id: SenderId,
    /// Whose it is.
    pub account_id: AccountId,
    /// The provider's id of the number; it stands in the path of every call.
    pub phone_number_id: ProviderId,
    /// The provider's id of the business account that owns number and templates.
    pub waba_id: ProviderId,
    /// The number itself, sealed.
    pub phone: Sealed,
    /// The token that authorises calls, sealed.
    pub access_token: Sealed,
    /// When it was added.
    pub created_at: Timestamp,
}

/// An id the provider gave to a number, business account or template: digits only.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ProviderId(String);

/// The text is no id of the provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be the provider's numeric id, 1 to 32 digits")]
pub struct InvalidProviderId;

impl ProviderId {
    /// Reads an id. It becomes part of a URL, hence only digits.
    pub fn parse(text: &str) -> Result<Self, InvalidProviderId> {
        let fits = (1..=32).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        if fits {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidProviderId)
        }
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The provider's access token in the clear: in memory only, wiped after use, hidden in `Debug`.
#[derive(Clone)]
pub struct AccessToken(Zeroizing<String>);

/// The text is no access token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an access token is one line of printable ASCII without spaces")]
pub struct InvalidAccessToken;

impl AccessToken {
    /// Reads a token; white space around it, such as a file's last newline, is dropped.
    pub fn parse(text: &str) -> Result<Self, InvalidAccessToken> {
        let text = text.trim();
        let fits = (1..=4_096).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
        if fits {
            Ok(Self(Zeroizing::new(text.to_owned())))
        } else {
            Err(InvalidAccessToken)
        }
    }

    /// The token, for the adapter that calls the provider and for sealing.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

/// A sender's access token cannot be read with the configured master key.
#[derive(Debug, thiserror::Error)]
#[error("the sender's access token cannot be read")]
pub struct UnreadableToken(#[source] Box<dyn std::error::Error + Send + Sync>);

impl Sender {
    /// Opens the access token.
    pub fn open_access_token(&self, sealer: &Sealer) -> Result<AccessToken, UnreadableToken> {
        let opened = sealer
            .open(Purpose::AccessToken, &self.access_token)
            .map_err(|error| UnreadableToken(error.into()))?;
        AccessToken::parse(&opened).map_err(|error| UnreadableToken(error.into()))
    }
}

impl std::fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AccessToken(…)")
    }
}

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
    pub fn route(&self, wish: Option<&LanguageTag>) -> Result<Route<'_>, NoRoute> {
        if self.senders.is_empty() {
            return Err(NoRoute::NoSender);
        }
        self.route_over(wish, |profile| profile.stop.is_none())
            .or_else(|_| self.route_over(wish, |_| true))
    }

    fn route_over(
        &self,
        wish: Option<&LanguageTag>,
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
        let language = language::select(wish, &self.default_language, &available)
            .ok_or(NoRoute::NoTemplate)?;
        routes()
            .find(|route| route.template.language == *language)
            .ok_or(NoRoute::NoTemplate)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::ids::TemplateId;
    use crate::template::{TemplateName, TemplateStatus};

    fn tag(text: &str) -> LanguageTag {
        LanguageTag::parse(text).expect(text)
    }

    /// Senders 1, 2, … with templates in these languages, in the order of their ages.
    fn profile(languages: &[&[&str]]) -> SendingProfile {
        let sender = |number| Sender {
            id: SenderId(Uuid::from_u128(number)),
            account_id: AccountId(Uuid::nil()),
            phone_number_id: ProviderId::parse("1").expect("digits"),
            waba_id: ProviderId::parse("2").expect("digits"),
            phone: Sealed(Vec::new()),
            access_token: Sealed(Vec::new()),
            created_at: Timestamp::from_unix_millis(0),
        };
        let template = |(number, language): (u128, &str)| {
            AuthenticationTemplate::vouched_for(
                TemplateId(Uuid::nil()),
                SenderId(Uuid::from_u128(number)),
                TemplateName::parse("otp_code").expect("name"),
                tag(language),
                Timestamp::from_unix_millis(0),
            )
        };
        let templates = (1..)
            .zip(languages)
            .flat_map(|(number, languages)| languages.iter().map(move |tag| (number, *tag)));
        let senders = (1..).zip(languages).map(|(number, _)| sender(number));
        SendingProfile::new(
            tag("ar"),
            senders.map(|sender| (sender, None)).collect(),
            templates.map(template).collect(),
        )
    }

    #[track_caller]
    fn check(senders: &[&[&str]], wish: Option<&str>, expected: Result<(u128, &str), NoRoute>) {
        let profile = profile(senders);
        let wish = wish.map(tag);
        let route = profile.route(wish.as_ref());
        let found = route.map(|r| (r.sender.id.0.as_u128(), r.template.language.as_str()));
        assert_eq!(found, expected);
    }

    #[test]
    fn without_a_sender_there_is_no_route() {
        check(&[], Some("en"), Err(NoRoute::NoSender));
    }

    #[test]
    fn without_a_fitting_template_there_is_no_route() {
        check(&[&[]], Some("en"), Err(NoRoute::NoTemplate));
        check(&[&["fr"]], Some("en"), Err(NoRoute::NoTemplate));
    }

    #[test]
    fn the_language_matters_more_than_the_sender() {
        check(&[&["ar"], &["ar", "en"]], Some("en"), Ok((2, "en")));
        check(&[&["ar"], &["ar", "en"]], None, Ok((1, "ar")));
    }

    #[test]
    fn of_senders_that_have_the_language_the_oldest_carries_the_message() {
        let mut senders = Vec::new();
        let mut templates = Vec::new();
        for (number, age) in [(1, 30), (2, 10), (3, 20)] {
            let mut one = profile(&[&["ar"]]).senders.remove(0);
            one.sender.id = SenderId(Uuid::from_u128(number));
            one.sender.created_at = Timestamp::from_unix_millis(age);
            one.templates[0].sender_id = one.sender.id;
            senders.push((one.sender, None));
            templates.append(&mut one.templates);
        }
        let profile = SendingProfile::new(tag("ar"), senders, templates);
        let order: Vec<_> = profile
            .senders
            .iter()
            .map(|of| of.sender.id.0.as_u128())
            .collect();
        assert_eq!(order, [2, 3, 1]);
        let route = profile.route(None).expect("a route");
        assert_eq!(route.sender.id.0.as_u128(), 2);
    }

    #[test]
    fn a_template_that_is_out_of_use_is_passed_over() {
        let full = profile(&[&["ar", "en"]]).senders.remove(0);
        for (status, expected) in [
            (TemplateStatus::APPROVED, Ok("en")),
            (TemplateStatus::PAUSED, Ok("ar")),
        ] {
            let mut templates = full.templates.clone();
            templates[1].status = status;
            let profile =
                SendingProfile::new(tag("ar"), vec![(full.sender.clone(), None)], templates);
            let route = profile.route(Some(&tag("en")));
            assert_eq!(
                route.map(|route| route.template.language.as_str()),
                expected
            );
        }
        let mut templates = full.templates;
        for template in &mut templates {
            template.status = TemplateStatus::DISABLED;
        }
        let profile = SendingProfile::new(tag("ar"), vec![(full.sender, None)], templates);
        assert_eq!(profile.route(None), Err(NoRoute::NoTemplate));
    }

    #[test]
    fn a_stopped_sender_carries_a_message_only_where_no_other_can() {
        for (stopped, expected) in [
            (&[][..], (1, "en", false)),
            (&[1], (2, "ar", false)),
            (&[2], (1, "en", false)),
            (&[1, 2], (1, "en", true)),
        ] {
            let mut profile = profile(&[&["ar", "en"], &["ar"]]);
            for number in stopped {
                let at = Timestamp::from_unix_millis(0);
                profile.senders[number - 1].stop = Some(SenderStop::by_operator(at));
            }
            let route = profile.route(Some(&tag("en"))).expect("a route");
            let language = route.template.language.as_str();
            let found = (route.sender.id.0.as_u128(), language, route.stop.is_some());
            assert_eq!(found, expected, "stopped: {stopped:?}");
        }
    }

    #[test]
    fn a_provider_id_is_digits() {
        for text in ["", "12/34", "12 34", "abc", &"1".repeat(33)] {
            assert_eq!(ProviderId::parse(text), Err(InvalidProviderId));
        }
    }

    #[test]
    fn a_token_has_no_room_for_a_second_header() {
        assert_eq!(
            AccessToken::parse("EAAG\n")
                .map(|t| t.expose().to_owned())
                .ok(),
            Some("EAAG".to_owned())
        );
        for text in ["", " ", "a b", "a\r\nX: y", "ä"] {
            assert!(AccessToken::parse(text).is_err(), "{text:?}");
        }
    }
}
