//! Sends passcodes through Meta's WhatsApp Cloud API, and reads the webhooks that say what became of
//! them ([`webhook`]).
//! What else an operator asks of it goes through `graph`.
//!
//! The API knows no idempotency: what it took twice is delivered twice. So everything here turns on
//! one question, whether a call may have been taken, and `single_use` makes it answerable.

mod answer;
mod client;
mod codes;
mod graph;
mod graph_error;
mod numbers;
mod options;
mod provider_message_id;
mod redaction;
mod request;
mod retry_after;
mod sender;
mod single_use;
mod templates;
#[cfg(test)]
mod test_messages;
pub mod webhook;

pub use numbers::CloudApiNumbers;
pub use options::{CloudApiOptions, InvalidOptions};
pub use sender::CloudApiSender;
pub use templates::CloudApiTemplates;
pub use webhook::CloudApiWebhook;
