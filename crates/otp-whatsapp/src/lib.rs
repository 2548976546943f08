//! Sends passcodes through Meta's WhatsApp Cloud API, and reads the webhooks that report their
//! delivery ([`webhook`]). Other calls, for operators, go through `graph`.
//!
//! The API has no idempotency keys: a message that it accepts twice is delivered twice. The crate
//! therefore has to know whether a call may have been accepted; `single_use` decides that.

mod answer;
mod client;
mod codes;
mod graph;
mod graph_error;
mod inspector;
mod numbers;
mod options;
mod provider_message_id;
mod redaction;
mod request;
mod sender;
mod single_use;
mod templates;
#[cfg(test)]
mod test_messages;
pub mod webhook;

pub use inspector::CloudApiInspector;
pub use numbers::CloudApiNumbers;
pub use options::{CloudApiOptions, InvalidOptions};
pub use sender::CloudApiSender;
pub use templates::CloudApiTemplates;
pub use webhook::CloudApiWebhook;
