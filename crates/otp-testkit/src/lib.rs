//! Tests' own adapters, and the contracts that every adapter keeps.
//!
//! - [`contract`] and [`storage_contract!`]: the promises of a store, one function each. A new store is
//!   done when it passes.
//! - [`sender_contract`](mod@sender_contract) and [`sender_contract!`]: the promises of a transport.
//! - [`World`]: a gateway in memory with an account that can send, for tests of use cases.
//! - [`MemoryStore`]: every storage port in memory; it passes the contract too.
//! - [`StorageParts`]: a store that is made of parts, such as one new port over a [`MemoryStore`].
//! - [`ManualClock`], [`SeededRandomness`], [`ScriptedSender`]: time, chance and a provider that do
//!   what the test says.
//! - [`PlainKeyPairs`]: key pairs that a test can compute.
//! - [`channel_double`]: a second channel beside WhatsApp.
//! - [`postgres`]: a PostgreSQL server of the test's own.

pub mod channel_double;
pub mod clock;
pub mod contract;
pub mod histories;
pub mod log_capture;
pub mod memory_store;
pub mod people;
pub mod postgres;
pub mod proof;
pub mod randomness;
#[doc(hidden)]
pub mod runtime;
pub mod sender;
pub mod sender_contract;
mod storage_parts;
pub mod world;

pub use clock::ManualClock;
pub use log_capture::LogCapture;
pub use memory_store::MemoryStore;
pub use proof::PlainKeyPairs;
pub use randomness::SeededRandomness;
pub use sender::ScriptedSender;
pub use storage_parts::StorageParts;
pub use world::World;
