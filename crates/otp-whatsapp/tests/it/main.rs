//! The sender against servers of the tests' own, well-behaved, hostile and absent ones; the webhook
//! against what Meta posts, and against what nobody should.

mod contract;
mod hostile;
mod logging;
mod numbers;
mod support;
mod templates;
mod webhook;
mod webhook_templates;
mod wire;
