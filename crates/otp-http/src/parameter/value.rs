//! Kinds of values: the schema, the reader, and the text about a value that cannot be read.

use std::time::Duration;

use otp_core::ids::{MessageId, VerificationId, WebhookEndpointId, WebhookEventId, parse_uuid};
use otp_core::insights::GroupBy;
use otp_core::message::MessageStatus;
use otp_core::page::{Cursor, PageSize};
use otp_core::recipient::Recipient;
use otp_core::time::Timestamp;
use otp_core::usecases::waiting::MAX_WAIT;
use otp_core::verification::VerificationStatus;
use serde_json::json;
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, Schema, SchemaFormat, Type};
use utoipa::openapi::{Ref, RefOr};

/// A kind of parameter values.
pub(crate) struct Value<T: 'static> {
    pub(super) schema: fn() -> RefOr<Schema>,
    pub(super) example: Option<&'static str>,
    /// Reads a value; `None` if it is not of this kind.
    pub(super) parse: fn(&str) -> Option<T>,
    /// Key of the sentence that says how a value is written.
    pub(crate) text_key: &'static str,
}

/// The status of a message.
pub(crate) const MESSAGE_STATUS: Value<MessageStatus> = Value {
    schema: || Ref::from_schema_name("MessageStatus").into(),
    example: None,
    parse: MessageStatus::parse,
    text_key: "InvalidQueryParameter-status",
};

/// A phone number in E.164, or a mail address. A plus sign may have become a space in the query; that of
/// a number may be left out.
pub(crate) const PHONE_OR_EMAIL: Value<Recipient> = Value {
    schema: || string().into(),
    example: Some("966551234567"),
    parse: |text| {
        let text = if text.contains('@') {
            text.replace(' ', "+")
        } else {
            format!("+{}", text.trim_start_matches([' ', '+']))
        };
        Recipient::parse(&text).ok()
    },
    text_key: "InvalidQueryParameter-recipient",
};

/// A time. The plus sign of its offset may have become a space in the query.
pub(crate) const INSTANT: Value<Timestamp> = Value {
    schema: || format(KnownFormat::DateTime).into(),
    example: None,
    parse: |text| Timestamp::parse(&text.replace(' ', "+")).ok(),
    text_key: "InvalidQueryParameter-instant",
};

/// How long to wait for a message.
pub(crate) const WAIT: Value<Duration> = Value {
    schema: || {
        ObjectBuilder::new()
            .schema_type(Type::Integer)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int32)))
            .minimum(Some(0))
            .maximum(Some(MAX_WAIT.as_secs()))
            .default(Some(json!(0)))
            .into()
    },
    example: None,
    parse: |text| {
        let wait = text.parse().ok().map(Duration::from_secs);
        wait.filter(|wait| *wait <= MAX_WAIT)
    },
    text_key: "InvalidQueryParameter-wait",
};

/// The size of a page.
pub(crate) const PAGE_SIZE: Value<PageSize> = Value {
    schema: || {
        ObjectBuilder::new()
            .schema_type(Type::Integer)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int32)))
            .minimum(Some(1))
            .maximum(Some(100))
            .default(Some(json!(PageSize::default().get())))
            .into()
    },
    example: None,
    parse: |text| PageSize::parse(text).ok(),
    text_key: "InvalidQueryParameter-limit",
};

/// The cursor of a page.
pub(crate) const CURSOR: Value<Cursor> = Value {
    schema: || string().into(),
    example: None,
    parse: |text| Cursor::parse(text).ok(),
    text_key: "InvalidQueryParameter-cursor",
};

/// The meaning of the rows of insights.
pub(crate) const GROUP_BY: Value<GroupBy> = Value {
    schema: || {
        string()
            .enum_values(Some(GroupBy::ALL.map(GroupBy::as_str)))
            .default(Some(json!(GroupBy::default().as_str())))
            .into()
    },
    example: None,
    parse: GroupBy::parse,
    text_key: "InvalidQueryParameter-group-by",
};

/// The id of a message.
pub(crate) const MESSAGE_ID: Value<MessageId> = Value {
    schema: || format(KnownFormat::Uuid).into(),
    example: None,
    parse: |text| parse_uuid(text).ok().map(MessageId),
    text_key: "MessageIdMustBeUuid",
};

/// The status of a verification.
pub(crate) const VERIFICATION_STATUS: Value<VerificationStatus> = Value {
    schema: || Ref::from_schema_name("VerificationStatus").into(),
    example: None,
    parse: VerificationStatus::parse,
    text_key: "InvalidQueryParameter-verification-status",
};

/// The id of a verification.
pub(crate) const VERIFICATION_ID: Value<VerificationId> = Value {
    schema: || format(KnownFormat::Uuid).into(),
    example: None,
    parse: |text| parse_uuid(text).ok().map(VerificationId),
    text_key: "VerificationNotFound",
};

/// The id of a webhook endpoint.
pub(crate) const WEBHOOK_ENDPOINT_ID: Value<WebhookEndpointId> = Value {
    schema: || format(KnownFormat::Uuid).into(),
    example: None,
    parse: |text| parse_uuid(text).ok().map(WebhookEndpointId),
    text_key: "WebhookEndpointNotFound",
};

/// The id of a delivery, which is that of its event.
pub(crate) const WEBHOOK_EVENT_ID: Value<WebhookEventId> = Value {
    schema: || format(KnownFormat::Uuid).into(),
    example: None,
    parse: |text| parse_uuid(text).ok().map(WebhookEventId),
    text_key: "WebhookDeliveryNotFound",
};

fn string() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

fn format(format: KnownFormat) -> ObjectBuilder {
    string().format(Some(SchemaFormat::KnownFormat(format)))
}
