//! The destination of a code: a recipient, and the channel that reaches it.

use otp_core::channel::Channel;
use otp_core::recipient::{EmailAddress, Recipient};
use utoipa::ToSchema;

use super::send_message_request::{InvalidRecipient, recipient as number};
use super::typed_field::TypedField;
use crate::error::{FieldFault, InvalidField};

/// A channel, or the choice of it.
#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
#[expect(dead_code, reason = "documents the names that are read")]
pub(crate) enum ChannelChoice {
    Auto,
    Whatsapp,
    Email,
}

/// Reads a number in E.164 or, if there is an @, a mail address.
pub(super) fn recipient(text: Option<&str>) -> Result<Recipient, InvalidRecipient> {
    match text {
        Some(text) if text.contains('@') => {
            let address = EmailAddress::parse(text);
            Ok(address.map_err(|_| InvalidRecipient::Address)?.into())
        }
        Some(_) | None => Ok(number(text)?.into()),
    }
}

/// Reads the channel of a request; `None` if it follows from the recipient.
pub(crate) fn channel(
    field: TypedField,
    name: &'static str,
) -> Result<Option<Channel>, InvalidField> {
    const NAMES: &[&str] = &["auto", "whatsapp", "email"];
    match field.text(name)?.as_deref() {
        None | Some("auto") => Ok(None),
        Some("whatsapp") => Ok(Some(Channel::WhatsApp)),
        Some("email") => Ok(Some(Channel::Email)),
        Some(_) => Err(InvalidField::new(name, FieldFault::NotOneOf(NAMES))),
    }
}
