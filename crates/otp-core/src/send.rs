//! The pure decision of the hot path: which sends are admitted, and what their outcomes change.
//!
//! A store loads the facts of a whole batch ([`wanted`]) with a constant number of queries, calls
//! [`admission::judge`] or [`settlement::judge`], and writes their result with a constant number of
//! statements. SQL contains no rules, and a store decides nothing.

pub mod admission;
pub mod attempt;
pub mod explanation;
pub mod facts;
mod profile;
mod refusal;
mod routed_to;
pub mod settlement;
pub mod wanted;

pub use admission::Admission;
pub use attempt::SendAttempt;
pub use explanation::Explanation;
pub use facts::{FirstAnswer, SendFacts};
pub use profile::SendingProfile;
pub use refusal::Refusal;
pub use routed_to::{NoProvider, RoutedTo};
pub use settlement::{Outcome, Settlement};
pub use wanted::WantedFacts;
