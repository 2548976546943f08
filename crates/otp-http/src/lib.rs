//! The JSON API over HTTP: endpoints, errors, texts, OpenAPI.
//!
//! - One endpoint is one file in `endpoints`: its path, parameters, wire types, documentation and
//!   handler. A handler checks a request in the contract's order, which is the order of its
//!   statements. Wire types that several endpoints share are in `wire`.
//! - [`ApiState`] holds the use cases and the runner that finishes them, even if the client goes
//!   away.
//! - `error` makes every error answer from one exhaustive mapping, in the client's language.
//!
//! The parts that do not depend on JSON are in `otp-edge`: envelope, limits, client address, server.
//! Rules are in `otp-core`; this crate reads requests and words answers.

mod answer;
mod api;
mod authentication;
mod body;
mod endpoints;
mod error;
mod even_time;
mod idempotency;
mod openapi;
mod options;
mod parameter;
mod reference;
mod state;
mod text;
mod waiting;
mod webhook_bodies;
mod wire;

pub use api::Api;
pub use endpoints::whatsapp_webhook::{DROPPED_RECEIPTS, note_dropped_receipts};
pub use error::{ErrorEntry, error_entries};
pub use options::HttpOptions;
pub use state::{ApiState, WhatsAppWebhook};
pub use webhook_bodies::JsonWebhookBodies;
