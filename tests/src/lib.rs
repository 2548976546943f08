//! The rig of the end-to-end tests: the built server as a process, a WhatsApp sandbox as another, and
//! a database of the test's own, on SQLite or PostgreSQL.
//!
//! Assertions read the sandbox's ledger and the database, never the server's own word for it.

pub mod database;
pub mod fake_collector;
pub mod fake_provider;
pub mod meta;
pub mod process;
pub mod sandbox;
pub mod smtp;
pub mod world;

pub use database::Database;
pub use fake_collector::FakeCollector;
pub use fake_provider::{FakeProvider, Mood};
pub use process::{Ended, Running};
pub use sandbox::Sandbox;
pub use smtp::{FakeSmtp, SmtpMood, TakenMail};
pub use world::{Answer, World};

/// Passes the time between two looks at what has to happen. Nothing depends on its length: a loop without
/// it would only take the processor from the servers it waits for.
pub async fn before_the_next_look() {
    tokio::time::sleep(std::time::Duration::from_millis(20)).await;
}

/// Makes a test of the function on each store.
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
