//! Webhooks to customers: signed calls that tell an account's own server what happened.
//!
//! The calls follow Standard Webhooks: an id that stays the same when a call is repeated, the time of
//! the attempt, and a signature over both and the body. A [`WebhookTarget`] is judged when it is read,
//! and again before each call: the URL of a stranger MUST NOT reach the operator's own network.
//!
//! The webhook that a provider calls is [`provider_webhook_payload`](crate::provider_webhook_payload).

mod address;
mod call;
mod delivery;
pub mod delivery_log;
mod description;
pub mod endpoint;
mod event;
mod event_kind;
mod id;
mod outcome;
pub mod routing;
mod secret;
mod signature;
mod target;
pub mod turn;

pub use address::ForbiddenAddress;
pub use call::WebhookCall;
pub use delivery::{
    Attempt, DELIVERY_WAITS, DISABLED_AFTER, DeliveryState, EndpointHealth, JudgedAttempt,
};
pub use description::{InvalidWebhookDescription, WebhookDescription};
pub use event::WebhookEvent;
pub use event_kind::{EventFilter, UnknownWebhookEvent, WantedEvents, WebhookEventKind};
pub use id::{InvalidWebhookId, WebhookId};
pub use outcome::{
    MAX_ANSWER, MAX_ANSWER_EXCERPT, WebhookAnswer, WebhookFailure, WebhookOutcome, WebhookVerdict,
};
pub use secret::{InvalidWebhookSecret, WebhookSecret, WebhookSecrets};
pub use target::{
    ForbiddenWebhookTarget, InvalidWebhookTarget, PrivateTargets, WebhookTarget, WebhookTargetError,
};
