//! The webhooks of the sandbox.
//!
//! `change.rs` defines what a webhook reports; `shape.rs` builds its JSON and `wire.rs` its bytes.
//! `outbox.rs` plans events, `receiver.rs` holds the queue of one receiver, and `log.rs` records its
//! requests. `worker.rs` is the task that runs the plan and sends the requests.

mod change;
mod handshake;
mod log;
mod outbox;
mod receiver;
pub(crate) mod shape;
mod wire;
mod worker;

pub(crate) use change::{Change, Due};
pub(crate) use log::DeliveryFilter;
pub(crate) use outbox::{APP, Outbox, Override};
pub(crate) use receiver::{Receiver, Target};
pub(crate) use worker::start;
