//! The webhooks of the sandbox.
//!
//! `change.rs` names what a webhook reports, `shape.rs` builds its JSON and `wire.rs` its bytes.
//! `outbox.rs` keeps what will happen, `receiver.rs` what each receiver has yet to get and `log.rs`
//! what it got. `worker.rs` is the task that makes things happen and sends the requests.

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
