//! Wire types that several endpoints share.

mod code_outcome;
mod context;
mod create_verification_request;
mod destination;
mod fallback;
mod message;
mod message_status;
mod page;
mod problem;
mod request_headers;
mod send_message_request;
mod time;
mod typed_field;
mod verification;
mod webhook_body;
mod webhook_delivery;
mod webhook_endpoint;

pub(crate) use code_outcome::CodeOutcomeName;
pub(crate) use create_verification_request::{
    CreateVerificationRequest, TransactionBody, transaction,
};
pub(crate) use destination::{ChannelChoice, channel};
pub(crate) use message::{FailureFields, MessageResource, MessageWithTimeline};
pub(crate) use message_status::MessageStatusName;
pub(crate) use page::{ListPage, PageOf};
pub(crate) use problem::{ErrorBody, ExplainedError};
pub(crate) use request_headers::{IdempotencyHeader, RequestHeaders};
pub(crate) use send_message_request::{
    InvalidIdempotencyKey, InvalidRecipient, SendMessageRequest,
};
pub(crate) use time::Time;
pub(crate) use typed_field::{ChangedField, TypedField};
pub(crate) use verification::{ChannelName, VerificationResource, VerificationStatusName};
pub(crate) use webhook_body::{
    ApiKeyResource, RecipientResource, SenderResource, SubscriptionResource, TemplateResource,
    WebhookBody, WebhookData,
};
pub(crate) use webhook_delivery::{
    AcceptedWebhook, ReplayWebhooksResponse, WebhookDeliveryResource, WebhookDeliveryWithAttempts,
};
pub(crate) use webhook_endpoint::{
    DeliveredEventName, WebhookEndpointResource, WebhookEndpointWithSecret, WebhookEventName,
    description, events,
};
