//! The body of a new verification.

use otp_core::language::LanguageTag;
use otp_core::recipient::Recipient;
use otp_core::usecases::create_verification::CodeSource;
use otp_core::verification::fallback::FallbackPlan;
use otp_core::verification::{
    Alphabet, CodeLength, CodeLifetime, Context, InvalidMetadata, InvalidTransaction, Metadata,
    OwnCode, Transaction, VerificationPolicy,
};
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::context::{ContextBody, context};
use super::destination::{ChannelChoice, channel, recipient};
use super::fallback::{FallbackStepBody, fallback};
use super::typed_field::{TypedField, nested};
use crate::body::JsonField;
use crate::error::{ApiError, FieldFault, InvalidField};

/// A recipient, and how to verify it.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CreateVerificationRequest {
    /// The recipient: a number in E.164 (a plus sign and digits), which gets the code by WhatsApp, or an
    /// e-mail address.
    #[serde(default)]
    #[schema(value_type = String, required = true)]
    to: TypedField,
    /// The channel. `auto` follows from the recipient: `whatsapp` reaches numbers, `email` reaches e-mail
    /// addresses.
    #[serde(default)]
    #[schema(value_type = Option<ChannelChoice>, default = "auto")]
    channel: TypedField,
    /// The language of the message (BCP 47: `en`, `ar`, `en_US`, `ar-SA`). Without it, or if no such
    /// template exists, the account's default language is used.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    language_code: TypedField,
    /// Your own code, which the service sends and checks: 4 to 8 of A-Z, a-z and 0-9. Without it, the
    /// service makes one.
    #[serde(default)]
    #[schema(value_type = Option<String>, min_length = 4, max_length = 8, pattern = "^[A-Za-z0-9]+$")]
    code: TypedField,
    /// The number of characters of the code that the service makes. Less than 6 has to be allowed by the
    /// operator.
    #[serde(default)]
    #[schema(value_type = Option<u8>, minimum = 4, maximum = 8, default = 6)]
    code_length: TypedField,
    /// The alphabet of that code: digits, or letters and digits that do not look alike.
    #[serde(default)]
    #[schema(value_type = Option<AlphabetChoice>, default = "numeric")]
    alphabet: TypedField,
    /// How long the code is valid, in seconds. The default is the operator's, usually 300.
    #[serde(default)]
    #[schema(value_type = Option<u16>, minimum = 30, maximum = 600)]
    lifetime_seconds: TypedField,
    /// The transaction that the code confirms. Checks have to repeat it.
    #[serde(default)]
    #[schema(value_type = Option<TransactionBody>)]
    transaction: TypedField,
    /// Your own data, which every answer repeats: at most 10 pairs of strings, 1 KiB in all.
    #[serde(default)]
    #[schema(value_type = Option<std::collections::BTreeMap<String, String>>)]
    metadata: TypedField,
    /// Your knowledge of the person who asked for the code. It is stored as keyed hashes and never shown.
    #[serde(default)]
    #[schema(value_type = Option<ContextBody>)]
    context: TypedField,
    /// Other ways for the code if it does not arrive: at most two steps, each to another recipient. A step is taken
    /// at once when no message can arrive any more, and never after one has arrived.
    #[serde(default)]
    #[schema(value_type = Option<Vec<FallbackStepBody>>, max_items = 2)]
    fallback: TypedField,
    /// Makes the request safe to repeat, like the header `Idempotency-Key`.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 255)]
    idempotency_key: JsonField,
}

/// The alphabet of a code.
#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
#[expect(dead_code, reason = "documents the names that are read")]
pub(crate) enum AlphabetChoice {
    Numeric,
    Alphanumeric,
}

/// A transaction that a code confirms.
#[derive(ToSchema)]
#[schema(as = Transaction)]
#[expect(dead_code, reason = "documents an object that is read field by field")]
pub(crate) struct TransactionBody {
    /// The amount as a decimal number, such as `49.90`. A check repeats it as it is written here.
    #[schema(max_length = 20, pattern = r"^[0-9]+(\.[0-9]+)?$")]
    amount: String,
    /// Its currency (ISO 4217).
    #[schema(pattern = "^[A-Z]{3}$")]
    currency: String,
    /// The payee.
    #[schema(min_length = 1, max_length = 140)]
    payee: String,
}

/// A body that was read.
pub(crate) struct CreateVerificationFields {
    pub(crate) to: Recipient,
    pub(crate) fallback: FallbackPlan,
    pub(crate) code: CodeSource,
    pub(crate) lifetime: CodeLifetime,
    pub(crate) language: Option<LanguageTag>,
    pub(crate) transaction: Option<Transaction>,
    pub(crate) metadata: Metadata,
    pub(crate) context: Context,
}

impl CreateVerificationRequest {
    /// Reads the fields in the order in which they are documented, and returns the idempotency key as it
    /// is.
    pub(crate) fn fields(
        self,
        policy: &VerificationPolicy,
    ) -> Result<(CreateVerificationFields, JsonField), ApiError> {
        let to = self.to.text("to")?;
        let to = recipient(to.as_deref())?;
        if channel(self.channel, "channel")?.is_some_and(|channel| channel != to.channel()) {
            return Err(InvalidField::new("channel", FieldFault::OtherChannel).into());
        }
        let language = self.language_code.text("languageCode")?;
        let code = match self.code.text("code")? {
            Some(text) => {
                for (field, value) in [
                    ("codeLength", &self.code_length),
                    ("alphabet", &self.alphabet),
                ] {
                    if !value.is_absent() {
                        return Err(InvalidField::new(field, FieldFault::NotWithOwnCode).into());
                    }
                }
                let own = OwnCode::parse(&text);
                let own = own.map_err(|_| InvalidField::new("code", FieldFault::OwnCode))?;
                CodeSource::Supplied(own)
            }
            None => {
                let length = code_length(self.code_length, policy)?;
                CodeSource::Generated(length, alphabet(self.alphabet)?)
            }
        };
        let lifetime = lifetime(self.lifetime_seconds)?.unwrap_or(policy.lifetime);
        let fields = CreateVerificationFields {
            fallback: fallback(self.fallback, &to, lifetime)?,
            to,
            code,
            lifetime,
            // An implausible tag selects nothing, so the account's default language is used.
            language: language.and_then(|tag| LanguageTag::parse(&tag).ok()),
            transaction: transaction(self.transaction)?,
            metadata: metadata(self.metadata)?,
            context: context(self.context)?,
        };
        Ok((fields, self.idempotency_key))
    }
}

fn alphabet(field: TypedField) -> Result<Alphabet, InvalidField> {
    const NAMES: &[&str] = &["numeric", "alphanumeric"];
    match field.text("alphabet")?.as_deref() {
        None | Some("numeric") => Ok(Alphabet::Numeric),
        Some("alphanumeric") => Ok(Alphabet::Alphanumeric),
        Some(_) => Err(InvalidField::new("alphabet", FieldFault::NotOneOf(NAMES))),
    }
}

fn lifetime(field: TypedField) -> Result<Option<CodeLifetime>, InvalidField> {
    let read = |seconds| CodeLifetime::try_new(seconds).ok();
    field.number("lifetimeSeconds", CodeLifetime::SECONDS, read)
}

fn code_length(field: TypedField, policy: &VerificationPolicy) -> Result<CodeLength, InvalidField> {
    let allow_short = policy.allow_short_codes;
    let read = |length| CodeLength::try_new(length, allow_short).ok();
    let length = field.number("codeLength", CodeLength::range(allow_short), read)?;
    Ok(length.unwrap_or(CodeLength::DEFAULT))
}

/// Reads a transaction, of a new verification or of a check.
pub(crate) fn transaction(field: TypedField) -> Result<Option<Transaction>, InvalidField> {
    let Some(mut object) = field.object("transaction")? else {
        return Ok(None);
    };
    let mut part = |path: &'static str| {
        let text = nested(&mut object, path).text(path)?;
        text.ok_or(InvalidField::new(path, FieldFault::Missing))
    };
    let amount = part("transaction.amount")?;
    let currency = part("transaction.currency")?;
    let payee = part("transaction.payee")?;
    let transaction = Transaction::try_new(&amount, &currency, &payee);
    transaction.map(Some).map_err(|invalid| match invalid {
        InvalidTransaction::Amount => InvalidField::new("transaction.amount", FieldFault::Amount),
        InvalidTransaction::Currency => {
            InvalidField::new("transaction.currency", FieldFault::Currency)
        }
        InvalidTransaction::Payee => InvalidField::new("transaction.payee", FieldFault::Payee),
    })
}

fn metadata(field: TypedField) -> Result<Metadata, InvalidField> {
    let Some(object) = field.object("metadata")? else {
        return Ok(Metadata::default());
    };
    let pairs: Option<Vec<_>> = object
        .into_iter()
        .map(|(key, value)| match value {
            Value::String(text) => Some((key, text)),
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::Array(_)
            | Value::Object(_) => None,
        })
        .collect();
    let pairs = pairs.ok_or(InvalidField::new("metadata", FieldFault::NotTexts))?;
    Metadata::try_new(pairs).map_err(|invalid| {
        let fault = match invalid {
            InvalidMetadata::TooMany => FieldFault::TooManyPairs,
            InvalidMetadata::TooLong => FieldFault::PairsTooLong,
            InvalidMetadata::Nul | InvalidMetadata::EmptyKey => FieldFault::NotTexts,
        };
        InvalidField::new("metadata", fault)
    })
}
