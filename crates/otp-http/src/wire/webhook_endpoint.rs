//! A webhook endpoint as the paths below `/v1` read and show it.

use std::borrow::Cow;

use otp_core::usecases::manage_webhook_endpoints::ShownWebhookEndpoint;
use otp_core::webhook::{EventFilter, WebhookDescription, WebhookEventKind, WebhookSecret};
use serde::Serialize;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};
use uuid::Uuid;

use super::time::Time;
use super::typed_field::TypedField;
use crate::error::{FieldFault, InvalidField};

/// A webhook endpoint of the account: a URL of your server, or a listener. Every field is always there.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = WebhookEndpoint)]
pub(crate) struct WebhookEndpointResource {
    /// Id of the endpoint.
    id: Uuid,
    /// The URL in its normal form; null if it is a listener, and once the account's data is erased.
    #[schema(required = true, format = "uri")]
    url: Option<String>,
    /// Your description of it, if it has one.
    #[schema(required = true)]
    description: Option<String>,
    /// The events it receives. An empty list means all, also those that a later version adds.
    #[schema(value_type = Vec<WebhookEventName>)]
    events: Vec<&'static str>,
    /// Whether it is called.
    enabled: bool,
    /// Time of creation, in UTC.
    #[schema(value_type = String, format = DateTime)]
    created_at: Time,
    /// The reason it is disabled; null if it is enabled.
    #[schema(required = true, value_type = Option<DisabledReasonName>)]
    disabled_reason: Option<&'static str>,
}

/// A webhook endpoint with its new secret.
#[derive(Serialize, ToSchema)]
pub(crate) struct WebhookEndpointWithSecret {
    #[serde(flatten)]
    endpoint: WebhookEndpointResource,
    /// The secret that signs the calls (Standard Webhooks): `whsec_` and base64. It is shown only here.
    #[schema(pattern = "^whsec_[A-Za-z0-9+/]+=*$")]
    secret: String,
}

/// Reason an endpoint is disabled: you disabled it, it answered 410 (Gone), or all calls failed for five
/// days.
#[derive(ToSchema)]
#[schema(as = DisabledReason)]
#[expect(dead_code, reason = "documents the names that the core gives")]
pub(crate) enum DisabledReasonName {
    ByOwner,
    Gone,
    Failing,
}

/// The name of an event. The schema has the names that the core gives.
pub(crate) struct WebhookEventName;

impl PartialSchema for WebhookEventName {
    fn schema() -> RefOr<Schema> {
        one_of("Name of an event.", WebhookEventKind::NAMES)
    }
}

impl ToSchema for WebhookEventName {
    fn name() -> Cow<'static, str> {
        "WebhookEvent".into()
    }
}

/// The name of an event in a delivery: one of those, or the event of a test.
pub(crate) struct DeliveredEventName;

impl PartialSchema for DeliveredEventName {
    fn schema() -> RefOr<Schema> {
        let test = WebhookEventKind::EndpointTest.as_str();
        let names = WebhookEventKind::NAMES.into_iter().chain([test]);
        one_of("Name of an event, the one of a test included.", names)
    }
}

impl ToSchema for DeliveredEventName {
    fn name() -> Cow<'static, str> {
        "DeliveredWebhookEvent".into()
    }
}

fn one_of(description: &str, names: impl IntoIterator<Item = &'static str>) -> RefOr<Schema> {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some(description))
        .enum_values(Some(names))
        .into()
}

impl From<ShownWebhookEndpoint> for WebhookEndpointResource {
    fn from(shown: ShownWebhookEndpoint) -> Self {
        let reason = shown.standing.disabled_reason();
        Self {
            id: shown.id.0,
            url: shown.url,
            description: shown.description,
            events: shown.events.named().map(WebhookEventKind::as_str).collect(),
            enabled: reason.is_none(),
            created_at: shown.created_at.into(),
            disabled_reason: reason.map(|reason| reason.as_str()),
        }
    }
}

impl From<(ShownWebhookEndpoint, WebhookSecret)> for WebhookEndpointWithSecret {
    fn from((shown, secret): (ShownWebhookEndpoint, WebhookSecret)) -> Self {
        Self {
            endpoint: shown.into(),
            secret: secret.to_text().as_str().to_owned(),
        }
    }
}

/// Reads a list of event names.
pub(crate) fn events(
    field: TypedField,
    name: &'static str,
) -> Result<Option<EventFilter>, InvalidField> {
    let Some(elements) = field.list(name)? else {
        return Ok(None);
    };
    let kinds = elements.into_iter().enumerate().map(|(index, element)| {
        let text = element.text(name).ok().flatten();
        let kind = text.and_then(|text| WebhookEventKind::parse(&text).ok());
        kind.ok_or_else(|| {
            let known = FieldFault::NotOneOf(&WebhookEventKind::NAMES);
            InvalidField::new(format!("{name}[{index}]"), known)
        })
    });
    kinds.collect::<Result<EventFilter, _>>().map(Some)
}

/// Reads a description.
pub(crate) fn description(
    field: TypedField,
    name: &'static str,
) -> Result<Option<WebhookDescription>, InvalidField> {
    let Some(text) = field.text(name)? else {
        return Ok(None);
    };
    let fault = FieldFault::NotOneLine(WebhookDescription::MAX_CHARS);
    let read = WebhookDescription::parse(&text);
    read.map(Some).map_err(|_| InvalidField::new(name, fault))
}
