//! Preparation: chooses the route of a request, looks up its price and seals its recipient.

use super::prepared::{Prepared, PreparedRoute, SendRequest};
use super::{SendMessage, SendMessageError};
use crate::credits::Credits;
use crate::ids::MessageId;
use crate::ports::PortError;
use crate::pricing::PriceKey;
use crate::recipient::Recipient;
use crate::sealing::{AccountSealer, Purpose};
use crate::send::{NoProvider, Refusal, RoutedTo, SendAttempt, SendingProfile};
use crate::time::Timestamp;
use crate::usecases::account_sealers::{open_key, open_reviewer_code};

impl SendMessage {
    /// Prepares a request for judgement: chooses the route, looks up the price, seals the recipient.
    pub(in crate::usecases) async fn prepare<'a>(
        &self,
        profile: Option<&'a SendingProfile>,
        request: SendRequest<'_>,
        now: Timestamp,
    ) -> Result<Prepared<'a>, SendMessageError> {
        // An account without a key has been erased: its senders' tokens can no longer be read.
        let Some((profile, key)) =
            profile.and_then(|profile| Some((profile, profile.key.as_ref()?)))
        else {
            return Err(SendMessageError::SenderNumberNotFound);
        };
        let sealer = open_key(key, &self.master_keys)?;
        let recipient_index = sealer.recipient_index(request.to);
        let route = if profile.is_test {
            Ok(PreparedRoute::Test(
                no_provider(profile, request),
                request.to.clone(),
            ))
        } else if let Some(reviewer) = profile.reviewer(recipient_index, now) {
            let code = open_reviewer_code(&sealer, reviewer)?;
            Ok(PreparedRoute::Withheld(no_provider(profile, request), code))
        } else {
            self.route(profile, &sealer, request)?
        };
        let lifetime = match &route {
            Ok(PreparedRoute::WhatsApp(route, ..)) => route.template.lifetime(),
            Ok(
                PreparedRoute::Test(..) | PreparedRoute::Withheld(..) | PreparedRoute::Queued(_),
            )
            | Err(_) => None,
        };
        let (region, price) = match request.to {
            Recipient::Phone(number) => (Some(number.region()), number.region().into()),
            Recipient::Email(_) => (None, PriceKey::Email),
        };
        let price = match &route {
            Ok(PreparedRoute::Test(..) | PreparedRoute::Withheld(..)) => Credits::ZERO,
            Ok(_) | Err(_) => self.directory.price_list().await?.price(price),
        };
        let randomness = &*self.randomness;
        let message_id = MessageId::generate(now, randomness);
        let to = request.to.as_str();
        let attempt = SendAttempt {
            message_id,
            account_id: request.caller.account_id,
            api_key_id: request.caller.api_key_id,
            idempotency_key: request.idempotency_key,
            recipient_index,
            recipient: sealer.seal(Purpose::Recipient, message_id.0, to, randomness),
            region,
            price,
            route: match &route {
                Ok(route) => Ok(route.routed_to()),
                Err(refusal) => Err(*refusal),
            },
            notice_language: request.notice_language,
            at: now,
            expires_at: now + self.policy.lifetime(lifetime),
            verification: None,
        };
        Ok(Prepared {
            attempt,
            route,
            sealer,
            code_expires_at: None,
        })
    }

    /// Chooses the route by the form of the recipient.
    fn route<'a>(
        &self,
        profile: &'a SendingProfile,
        sealer: &AccountSealer,
        request: SendRequest<'_>,
    ) -> Result<Result<PreparedRoute<'a>, Refusal>, SendMessageError> {
        match request.to {
            Recipient::Phone(number) => Ok(match profile.route(request.language) {
                // Opened before admission, so that an unreadable token is found before anything is paid.
                Ok(route) => Ok(PreparedRoute::WhatsApp(
                    route,
                    route.sender.open_access_token(sealer)?,
                    number.clone(),
                )),
                Err(no_route) => Err(no_route.into()),
            }),
            Recipient::Email(_) => {
                let route = profile.email_route(self.mail_from.as_ref(), request.language, sealer);
                let route = route.map_err(|error| PortError::Backend(error.into()))?;
                Ok(route.map(|route| PreparedRoute::Queued(RoutedTo::Email((&route).into()))))
            }
        }
    }
}

/// Returns the route of a message that no provider gets, in the preferred language.
fn no_provider(profile: &SendingProfile, request: SendRequest<'_>) -> NoProvider {
    let language = request.language.unwrap_or(&profile.default_language);
    NoProvider {
        channel: request.to.channel(),
        language: language.clone(),
    }
}
