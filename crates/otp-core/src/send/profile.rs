//! The data of an account that sending needs.

use std::sync::Arc;

use crate::channel::email::{self, UnreadableEmailSender};
use crate::channel::whatsapp::health::SenderStop;
use crate::channel::whatsapp::template::AuthenticationTemplate;
use crate::channel::whatsapp::{self, NoRoute, Route, Sender, SenderProfile, route};
use crate::keyring::AccountKey;
use crate::language::LanguageTag;
use crate::proof::ProofSubject;
use crate::recipient::EmailAddress;
use crate::reviewer::ReviewerNumber;
use crate::sealing::{AccountSealer, RecipientIndex};
use crate::send::Refusal;
use crate::time::Timestamp;

/// The data of an account that sending needs and that rarely changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SendingProfile {
    /// The account's key; `None` once it is deleted, after which the account cannot send.
    pub key: Option<Arc<AccountKey>>,
    /// The language of a message if its request names none that is available.
    pub default_language: LanguageTag,
    /// The account's WhatsApp senders, oldest first, each with its approved templates.
    pub senders: Vec<SenderProfile>,
    /// The sender of the account's mails.
    pub email: email::SenderProfile,
    /// Whether it is a test account, whose messages go to its test inbox.
    pub is_test: bool,
    /// The name of the account's recipients in proofs.
    pub proof_subject: ProofSubject,
    /// The account's reviewer numbers, including ended ones.
    pub reviewers: Vec<ReviewerNumber>,
}

impl SendingProfile {
    /// Builds the profile of an account that sends, from its senders and templates in any order.
    pub fn new(
        key: Option<AccountKey>,
        default_language: LanguageTag,
        senders: Vec<(Sender, Option<SenderStop>)>,
        templates: Vec<AuthenticationTemplate>,
        email: email::SenderProfile,
    ) -> Self {
        Self {
            key: key.map(Arc::new),
            default_language,
            senders: SenderProfile::assemble(senders, templates),
            email,
            is_test: false,
            proof_subject: ProofSubject::default(),
            reviewers: Vec::new(),
        }
    }

    /// Returns the reviewer number that this recipient has at this time.
    pub fn reviewer(&self, recipient: RecipientIndex, now: Timestamp) -> Option<&ReviewerNumber> {
        let mut reviewers = self.reviewers.iter();
        reviewers.find(|number| number.recipient_index == recipient && number.is_active(now))
    }

    /// Returns the WhatsApp sender and template for a message in this language.
    pub fn route(&self, preferred_language: Option<&LanguageTag>) -> Result<Route<'_>, NoRoute> {
        route(&self.senders, preferred_language, &self.default_language)
    }

    /// Returns the WhatsApp sender and template that a message was routed to, if both may still be used.
    pub fn find_route(&self, routed_to: &whatsapp::RoutedTo) -> Option<Route<'_>> {
        let mut senders = self.senders.iter();
        let of = senders.find(|profile| profile.sender.id == routed_to.sender_id)?;
        let mut templates = of.templates.iter();
        let template = templates.find(|template| template.id == routed_to.template_id)?;
        Some(Route {
            sender: &of.sender,
            stop: of.stop.as_ref(),
            template,
        })
    }

    /// Returns the sender and language for a mail, or the refusal of a gateway without a mail server.
    ///
    /// `gateway` is the address that the gateway sends from, if it has a mail server.
    pub fn email_route(
        &self,
        gateway: Option<&EmailAddress>,
        preferred_language: Option<&LanguageTag>,
        sealer: &AccountSealer,
    ) -> Result<Result<email::Route, Refusal>, UnreadableEmailSender> {
        let languages = (preferred_language, &self.default_language);
        let route = self.email.route(gateway, languages, sealer)?;
        Ok(route.ok_or(Refusal::EmailSenderNotFound))
    }
}
