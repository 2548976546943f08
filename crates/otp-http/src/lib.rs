//! The JSON API over HTTP: endpoints, errors, texts, OpenAPI.
//!
//! - One endpoint, one file: wire types, handler, documentation. Each judges a request in the order
//!   the contract gives, written down as the order of its statements.
//! - [`ApiState`] holds the use cases; they run on the program's main runtime, never on the workers'
//!   own, so that a client that goes away cannot stop one half-way.
//! - Every error answer is made in `error`, from one exhaustive mapping, in the caller's language.
//! - [`envelope`] gives every answer its request id, its log line and its security headers.
//!
//! What this crate does not do: decide. Rules live in `otp-core`; here requests are read and answers
//! are worded.

mod api;
mod authentication;
mod body;
mod check_message_status;
mod context;
mod docs;
mod envelope;
mod error;
mod explain_message;
mod fallback;
mod health;
mod list_messages;
mod message_resource;
mod openapi;
mod options;
mod query;
mod rate_limit;
mod send_message;
mod server;
mod show_message;
mod state;
mod text;
mod whatsapp_webhook;

pub use api::Api;
pub use envelope::{REQUEST_DURATION, envelope};
pub use options::{HttpOptions, InvalidProxy, PerIpQuota, TrustedProxies};
pub use server::serve;
pub use state::{ApiState, WhatsAppWebhook};
