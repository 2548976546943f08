//! Tests of the sender against the tests' own servers (well-behaved, hostile and absent), and of
//! the webhook against Meta's notifications and malformed ones.

mod contract;
mod hostile;
mod inspector;
mod logging;
mod numbers;
mod support;
mod templates;
mod webhook;
mod webhook_templates;
mod wire;
