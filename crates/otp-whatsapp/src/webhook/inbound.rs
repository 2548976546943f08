//! Messages from people: recognises requests to opt out, or to opt in again.
//!
//! Nothing else is ever used of a message: its text is read for this and not passed on. Almost
//! everything about the author may be missing: a person with a username has no number here, only a
//! user id.

use otp_core::channel::whatsapp::ProviderId;
use otp_core::opt_out::{ConsentRequest, ConsentSource, InboundConsent};
use otp_core::recipient::PhoneNumber;
use otp_core::recipient_identity::ProviderIdentities;
use otp_core::sealing::{InstallationSealer, ProviderMessageIndex};
use otp_core::time::Timestamp;

use super::json::{Field, Node};
use super::status::provider_time;
use crate::provider_message_id;

/// The maximum length of a user id; Meta's have up to 135 characters.
const MAX_USER_ID: usize = 256;

/// The maximum length of a number; E.164 allows 15 digits.
const MAX_NUMBER: usize = 20;

/// Returns the request that a message is, if it is one. `value` is the object that contains the
/// message.
pub(super) fn request(
    message: &Node,
    value: &Node,
    received_at: Timestamp,
    sealer: &InstallationSealer,
) -> Option<InboundConsent> {
    let (request, source) = request_in(message)?;
    let contact = contact(message, value);
    let contact = |field| contact.and_then(|contact| contact.text(field));
    let number = message.text(Field::From).or_else(|| contact(Field::WaId));
    let number = number.filter(|text| is_number(text));
    let user = message
        .text(Field::FromUserId)
        .or_else(|| contact(Field::UserId));
    let ours = value.get(Field::Metadata);
    let ours = ours.and_then(|metadata| metadata.text(Field::PhoneNumberId));
    Some(InboundConsent {
        request,
        source,
        phone_number_id: ours.and_then(|id| ProviderId::parse(id).ok()),
        message: message_index(message, sealer)?,
        context: message
            .get(Field::Context)
            .and_then(|context| message_index(context, sealer)),
        from: identities(number, user),
        number: number.and_then(|digits| PhoneNumber::parse_spelling(digits).ok()),
        provider_time: provider_time(message, received_at),
        received_at,
    })
}

/// Returns Meta's names for a person, as far as they look like a number or a user id.
pub(super) fn identities(number: Option<&str>, user_id: Option<&str>) -> ProviderIdentities {
    let number = number.filter(|text| is_number(text));
    let user_id = user_id.filter(|text| is_user_id(text));
    ProviderIdentities::new(user_id, number)
}

/// Returns the request of a message and the way it was made. Other kinds of messages (pictures,
/// reactions, Meta's own about a changed number) contain none.
fn request_in(message: &Node) -> Option<(ConsentRequest, ConsentSource)> {
    match message.text(Field::Type)? {
        "text" => {
            let text = message.get(Field::Text)?.text(Field::Body)?;
            Some((ConsentRequest::of_text(text)?, ConsentSource::Typed))
        }
        "button" => {
            let button = message.get(Field::Button)?;
            pressed(button, [Field::Payload, Field::Text])
        }
        "interactive" => {
            let interactive = message.get(Field::Interactive)?;
            let reply = interactive.get(Field::ButtonReply);
            let reply = reply.or_else(|| interactive.get(Field::ListReply))?;
            pressed(reply, [Field::Id, Field::Title])
        }
        _ => None,
    }
}

/// Returns the request of a button: in its payload, or else in its label.
fn pressed(button: &Node, fields: [Field; 2]) -> Option<(ConsentRequest, ConsentSource)> {
    let mut requests = fields
        .into_iter()
        .filter_map(|field| ConsentRequest::of_text(button.text(field)?));
    requests
        .next()
        .map(|request| (request, ConsentSource::Button))
}

/// Returns the contact of the message's author, which is listed beside the messages. If the message
/// does not identify its author, the contact is taken only if there is one contact and one message.
fn contact<'a>(message: &Node, value: &'a Node) -> Option<&'a Node> {
    let contacts = value.items(Field::Contacts);
    let names = |contact: &&Node| {
        let same = |ours, theirs| {
            let ours = message.text(ours);
            ours.is_some() && ours == contact.text(theirs)
        };
        same(Field::From, Field::WaId) || same(Field::FromUserId, Field::UserId)
    };
    let named = contacts.iter().find(names);
    let nameless = message
        .text(Field::From)
        .or(message.text(Field::FromUserId));
    match (named, nameless, contacts, value.items(Field::Messages)) {
        (Some(named), ..) => Some(named),
        (None, None, [only], [_]) => Some(only),
        _ => None,
    }
}

fn message_index(node: &Node, sealer: &InstallationSealer) -> Option<ProviderMessageIndex> {
    let id = provider_message_id::parse(node.text(Field::Id)?)?;
    Some(sealer.provider_message_index(&id))
}

fn is_number(text: &str) -> bool {
    (1..=MAX_NUMBER).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_user_id(text: &str) -> bool {
    (1..=MAX_USER_ID).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

#[cfg(test)]
mod tests;
