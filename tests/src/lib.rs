//! The rig of the end-to-end tests.
//!
//! Each test runs the built server and a WhatsApp sandbox as processes, with a database of its own
//! on SQLite or PostgreSQL. Assertions read the sandbox's ledger and the database, and do not rely
//! on the server's own account of what it did.

pub mod database;
pub mod fake_collector;
pub mod fake_provider;
pub mod fake_receiver;
pub mod meta;
pub mod process;
pub mod proofs;
pub mod sandbox;
pub mod smtp;
pub mod world;

pub use database::Database;
pub use fake_collector::FakeCollector;
pub use fake_provider::{FakeProvider, Mood};
pub use fake_receiver::{FakeReceiver, ReceivedWebhook, Reception};
pub use process::{Ended, Running};
pub use sandbox::Sandbox;
pub use smtp::{AcceptedMail, FakeSmtp, SmtpMood};
pub use world::{Answer, World};

/// Pauses between two checks of a condition. No result depends on the length of the pause: a loop
/// without it would only take processor time from the servers that it waits for.
pub async fn pause_between_polls() {
    tokio::time::sleep(std::time::Duration::from_millis(20)).await;
}

/// Defines a test on each store for every named function.
#[macro_export]
macro_rules! on_every_store {
    ($($(#[$doc:meta])* $name:ident;)*) => {
        mod sqlite {$(
            $(#[$doc])*
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name($crate::Database::sqlite()).await;
            }
        )*}
        mod postgres {$(
            $(#[$doc])*
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name($crate::Database::postgres()).await;
            }
        )*}
    };
}
