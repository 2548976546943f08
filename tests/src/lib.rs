//! The rig of the end-to-end tests: the built server as a process, a WhatsApp sandbox as another, and
//! a database of the test's own, on SQLite or PostgreSQL.
//!
//! Assertions read the sandbox's ledger and the database, never the server's own word for it.

pub mod database;
pub mod fake_provider;
pub mod meta;
pub mod process;
pub mod sandbox;
pub mod world;

pub use database::Database;
pub use fake_provider::{FakeProvider, Mood};
pub use process::{Ended, Running};
pub use sandbox::Sandbox;
pub use world::{Answer, World};

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
