//! What tests need and a product must not have.
//!
//! - [`contract`]: the storage contract, one function per promise; [`storage_contract!`] turns it into
//!   tests of an adapter. A new adapter is done when it passes.
//! - [`MemoryStore`]: every storage port in memory, for tests of use cases; it passes the contract too.
//! - [`World`]: the use cases of a gateway over that store, with an account that can send.
//! - [`ManualClock`], [`SeededRandomness`], [`ScriptedSender`]: time, chance and a provider that do
//!   what the test says.
//! - [`channel_double`]: a second channel beside WhatsApp.
//! - [`postgres`]: a PostgreSQL server of the test's own.

pub mod channel_double;
pub mod clock;
pub mod contract;
pub mod memory_store;
pub mod postgres;
pub mod randomness;
pub mod sender;
pub mod world;

pub use clock::ManualClock;
pub use memory_store::MemoryStore;
pub use randomness::SeededRandomness;
pub use sender::ScriptedSender;
pub use world::World;
