//! Verifications: the service makes a code, delivers it and checks it.
//!
//! A verification owns one or more messages, which all carry the same code. It is judged in two places:
//! [`crate::send::admission`] judges what sends a message (a new verification, a resend), and
//! [`check`] judges guesses. Both judge while the account is locked, so of many guesses made at the same
//! time each one counts.

pub mod check;
mod code;
mod context;
pub mod fallback;
mod guesses;
mod metadata;
mod query;
mod record;
mod status;
mod transaction;

pub use code::{
    Alphabet, CodeHash, CodeLength, CodeLifetime, Guess, InvalidCodeLength, InvalidLifetime,
    InvalidOwnCode, OwnCode, VerificationPolicy, ascii_digit, generate,
};
pub use context::{
    Context, ContextHash, ContextText, HashedContext, InvalidContextText, MAX_CONTEXT_TEXT,
};
pub use guesses::{GUESSES_PER_CODE, GUESSES_PER_RECIPIENT, GuessBudget, MEMORY as GUESS_MEMORY};
pub use metadata::{InvalidMetadata, Metadata};
pub use query::{Chosen, FoundVerifications, VerificationQuery};
pub use record::{
    CheckKey, CheckRecord, CheckResult, VerificationMessage, VerificationRecord, VerificationState,
};
pub use status::{Ended, VerificationOver, VerificationStatus};
pub use transaction::{InvalidTransaction, Transaction, TransactionHash};

use crate::ids::VerificationId;
use crate::language::LanguageTag;
use crate::sealing::Sealed;
use crate::time::Timestamp;
use fallback::FallbackStep;

/// A new verification, as admission judges it and a store keeps it. Its recipient, account, API key
/// and channel are those of its first message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewVerification {
    /// Its id.
    pub id: VerificationId,
    /// The recipient, sealed for this verification.
    pub recipient: Sealed,
    /// The keyed hash that guesses are compared with.
    pub code_hash: CodeHash,
    /// The code, sealed for resends. It is wiped when the verification ends.
    pub code: Sealed,
    /// The alphabet of the code.
    pub alphabet: Alphabet,
    /// Its number of characters.
    pub code_length: CodeLength,
    /// The language the caller asked for, which resends use as well.
    pub language: Option<LanguageTag>,
    /// The hash of the transaction that a check has to repeat, if any.
    pub transaction: Option<TransactionHash>,
    /// The caller's own data, sealed.
    pub metadata: Option<Sealed>,
    /// The caller's knowledge of the person, hashed.
    pub context: Option<HashedContext>,
    /// The instant from which the code is refused.
    pub expires_at: Timestamp,
    /// The steps that the code takes if it does not arrive.
    pub fallback: Vec<FallbackStep>,
}

/// The part that a send has in a verification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VerificationPart {
    /// It begins one.
    Create(Box<NewVerification>),
    /// It sends the code of one again.
    Resend(VerificationId),
    /// It takes the step with this number of a fallback.
    Fallback(VerificationId, usize),
}

impl VerificationPart {
    /// Returns the verification.
    pub fn id(&self) -> VerificationId {
        match self {
            Self::Create(new) => new.id,
            Self::Resend(id) | Self::Fallback(id, _) => *id,
        }
    }
}
