//! The hot path's pure decision: which sends are admitted, and what their outcomes change.
//!
//! A store loads the facts that a whole batch needs ([`wanted`]) with a constant number of queries,
//! asks [`admission::judge`] or [`settlement::judge`], and writes what they say with a constant number
//! of statements. No rule is written in SQL, and no store decides anything.
//!

pub mod admission;
pub mod attempt;
pub mod explanation;
pub mod facts;
mod profile;
mod routed_to;
pub mod settlement;
pub mod wanted;

pub use admission::{Admission, Refusal};
pub use attempt::SendAttempt;
pub use explanation::Explanation;
pub use facts::{FirstAnswer, SendFacts};
pub use profile::SendingProfile;
pub use routed_to::RoutedTo;
pub use settlement::{Outcome, Settlement};
pub use wanted::WantedFacts;
