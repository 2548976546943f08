//! The body of `/SendMessage`, which the dry run reads as well.

use otp_core::idempotency::IdempotencyKey;
use otp_core::language::LanguageTag;
use otp_core::passcode::{InvalidPasscode, Passcode};
use otp_core::recipient::{InvalidPhoneNumber, PhoneNumber};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::body::{JsonField, MalformedBody};

/// A passcode, its recipient and its language.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SendMessageRequest {
    /// The passcode: 1 to 8 letters (A-Z, a-z) or digits. It is delivered, never stored.
    #[serde(default)]
    #[schema(value_type = String, required = true, min_length = 1, max_length = 8, pattern = "^[A-Za-z0-9]+$")]
    otp_code: JsonField,
    /// The recipient in E.164: a plus sign and digits. The number must be valid in its region, not
    /// merely well-formed.
    #[serde(default)]
    #[schema(value_type = String, required = true, pattern = r"^\+[0-9]+$")]
    to_phone_e164: JsonField,
    /// The language of the message (BCP 47: `en`, `ar`, `en_US`, `ar-SA`). Without it, or if no such
    /// template exists, the account's default language is used.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    language_code: JsonField,
    /// Makes retries safe: a request with the same key under the same API key sends nothing and gets
    /// the first answer again. A key is permanently bound to its message.
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    idempotency_key: JsonField,
}

/// The fields of a request, each with its own result, in the order in which they are checked.
pub(crate) struct SendMessageFields {
    pub(crate) has_passcode: bool,
    pub(crate) passcode: Result<Passcode, InvalidPasscode>,
    pub(crate) to: Result<PhoneNumber, InvalidRecipient>,
    pub(crate) idempotency_key: Result<Option<IdempotencyKey>, InvalidIdempotencyKey>,
    pub(crate) language: Option<LanguageTag>,
}

/// The recipient cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum InvalidRecipient {
    /// It is absent.
    Missing,
    /// It is blank.
    Blank,
    /// It is not a valid number.
    Invalid(InvalidPhoneNumber),
    /// It is not a valid mail address.
    Address,
}

/// The idempotency key is not a UUID.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct InvalidIdempotencyKey;

impl SendMessageRequest {
    /// Reads each field by itself. A field of the wrong type makes the whole body malformed.
    pub(crate) fn fields(self) -> Result<SendMessageFields, MalformedBody> {
        let passcode = self.otp_code.text("otpCode")?;
        let to = self.to_phone_e164.text("toPhoneE164")?;
        let language = self.language_code.text("languageCode")?;
        Ok(SendMessageFields {
            has_passcode: passcode.is_some(),
            passcode: Passcode::parse(passcode.as_deref()),
            to: recipient(to.as_deref()),
            idempotency_key: idempotency_key(&self.idempotency_key),
            // An implausible tag selects nothing, so the account's default language is used.
            language: language.and_then(|tag| LanguageTag::parse(&tag).ok()),
        })
    }
}

pub(super) fn recipient(text: Option<&str>) -> Result<PhoneNumber, InvalidRecipient> {
    let text = text.ok_or(InvalidRecipient::Missing)?;
    if text.trim().is_empty() {
        return Err(InvalidRecipient::Blank);
    }
    PhoneNumber::parse(text).map_err(InvalidRecipient::Invalid)
}

fn idempotency_key(field: &JsonField) -> Result<Option<IdempotencyKey>, InvalidIdempotencyKey> {
    let text = match field {
        JsonField::Absent => return Ok(None),
        JsonField::Text(text) => text,
        JsonField::Other => return Err(InvalidIdempotencyKey),
    };
    let key = IdempotencyKey::parse(text).map_err(|_| InvalidIdempotencyKey)?;
    Ok(Some(key))
}
