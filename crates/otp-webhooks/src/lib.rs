//! Calls the endpoints of customers: one signed request, and the beginning of its answer.
//!
//! The URLs come from customers, so a call must not reach the operator's own network (server-side
//! request forgery). [`HttpWebhookCaller`] judges the host of a URL before each call, and the addresses
//! of a name in the HTTP client's own look-up, so that it connects to the judged addresses and to no
//! others. Both are needed: an address in a URL is never looked up, and a name may have any address.
//! The rules are in [`otp_core::webhook`].

mod answer;
mod caller;
mod client;
mod clients;
mod failure;
mod judged_resolver;
mod options;
mod resolver;

pub use caller::HttpWebhookCaller;
pub use client::system_roots;
pub use options::{InvalidWebhookCaller, MAX_CALL, WebhookCallerOptions};
pub use resolver::{NameResolver, SystemResolver};
