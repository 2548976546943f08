//! A verification as it is stored, and as its account reads it.

use std::time::Duration;

use sha2::{Digest as _, Sha256};

use crate::channel::Channel;
use crate::cooldown;
use crate::idempotency::RequestKey;
use crate::ids::{AccountId, ApiKeyId, MessageId, VerificationId};
use crate::language::LanguageTag;
use crate::message::MessageStatus;
use crate::page::{Listed, PagePosition};
use crate::sealing::{RecipientIndex, Sealed};
use crate::time::Timestamp;
use crate::verification::{
    Alphabet, CodeHash, CodeLength, GuessBudget, HashedContext, TransactionHash, VerificationStatus,
};

/// The part of a verification that checks, resends and its end depend on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerificationState {
    /// The verification.
    pub id: VerificationId,
    /// Its account.
    pub account_id: AccountId,
    /// The blind index of its recipient; `None` once it is erased.
    pub recipient_index: Option<RecipientIndex>,
    /// Its stored status. See [`Self::status_at`].
    pub status: VerificationStatus,
    /// The hash of the code; `None` once it is removed.
    pub code_hash: Option<CodeHash>,
    /// The alphabet of the code.
    pub alphabet: Alphabet,
    /// Wrong guesses, with those it inherited from the verification that it replaced.
    pub failed_guesses: usize,
    /// The hash of the transaction that a check has to repeat, if any.
    pub transaction: Option<TransactionHash>,
    /// The channel that a check proves: the [weakest](Channel::weaker) of its messages.
    pub channel: Channel,
    /// The idempotency key of the check that approved it, if that had one.
    pub approved_by: Option<CheckKey>,
    /// The time it was created.
    pub created_at: Timestamp,
    /// The instant from which the code is refused.
    pub expires_at: Timestamp,
}

/// SHA-256 of the idempotency key of a check, of its API key and of the guess's hash. Two API keys may use
/// the same text; and another guess is never a repetition, so it costs one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CheckKey(pub [u8; 32]);

impl CheckKey {
    /// Derives the stored form of a key, which a guess was sent with.
    pub fn of(key: RequestKey, guess: CodeHash) -> Self {
        let mut hash = Sha256::new();
        hash.update(key.api_key_id.0.as_bytes());
        hash.update(key.hash.0);
        hash.update(guess.0);
        Self(hash.finalize().into())
    }
}

/// How far the clock of another server may be behind the one that created a verification. If it is
/// further behind, the clock was set back, and nobody knows how long the code has been valid.
const MAX_CLOCK_SKEW: Duration = Duration::from_secs(10);

impl VerificationState {
    /// Returns the status at this instant: a pending verification is expired from its last instant on,
    /// whether or not that is recorded yet.
    pub fn status_at(&self, now: Timestamp) -> VerificationStatus {
        let is_over = now >= self.expires_at || now + MAX_CLOCK_SKEW < self.created_at;
        if is_over && self.status == VerificationStatus::Pending {
            VerificationStatus::Expired
        } else {
            self.status
        }
    }
}

/// The result of a check that compared the code. Other checks are not recorded, so a verification has at
/// most as many records as guesses, however often it is asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CheckResult {
    /// The code was right.
    Approved,
    /// The code was wrong.
    CodeIncorrect,
}

impl CheckResult {
    /// All results.
    pub const ALL: [Self; 2] = [Self::Approved, Self::CodeIncorrect];

    /// Returns the name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Approved => "Approved",
            Self::CodeIncorrect => "CodeIncorrect",
        }
    }

    /// Returns the stored number.
    pub const fn code(self) -> i16 {
        match self {
            Self::Approved => 0,
            Self::CodeIncorrect => 1,
        }
    }

    /// Returns the result of a stored number.
    pub fn from_code(code: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|result| result.code() == code)
    }
}

/// A check of a pending verification. Checks of one that is over are not recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CheckRecord {
    /// When.
    pub at: Timestamp,
    /// With which result.
    pub result: CheckResult,
}

/// A message of a verification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VerificationMessage {
    /// Its id.
    pub id: MessageId,
    /// Its channel.
    pub channel: Channel,
    /// Its status.
    pub status: MessageStatus,
    /// The time it was admitted.
    pub created_at: Timestamp,
}

/// A verification, for reading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerificationRecord {
    /// The part that checks depend on.
    pub state: VerificationState,
    /// The API key that created it.
    pub api_key_id: ApiKeyId,
    /// The recipient, sealed; `None` once it is erased.
    pub recipient: Option<Sealed>,
    /// The code, sealed; `None` once the verification is over.
    pub code: Option<Sealed>,
    /// The code's number of characters.
    pub code_length: CodeLength,
    /// The language the caller asked for.
    pub language: Option<LanguageTag>,
    /// The caller's own data, sealed.
    pub metadata: Option<Sealed>,
    /// The caller's knowledge of the person, hashed.
    pub context: Option<HashedContext>,
    /// Its messages, oldest first.
    pub messages: Vec<VerificationMessage>,
    /// Its checks, oldest first.
    pub checks: Vec<CheckRecord>,
    /// The times of the recipient's wrong guesses that may still count.
    pub failures: Vec<Timestamp>,
    /// The times of the account's non-failed messages to the recipient that may still count for the
    /// cooldown.
    pub sends: Vec<Timestamp>,
}

impl VerificationRecord {
    /// Returns how many wrong guesses are still allowed at this instant; 0 once it is over.
    pub fn attempts_left(&self, now: Timestamp) -> usize {
        if self.state.status_at(now) != VerificationStatus::Pending {
            return 0;
        }
        let budget = GuessBudget {
            of_code: self.state.failed_guesses,
            of_recipient: &self.failures,
            now,
        };
        budget.left()
    }

    /// Returns how long to wait until a new verification of the recipient is admitted: until the end of its
    /// cooldown, and until it may guess again.
    pub fn wait(&self, now: Timestamp) -> Duration {
        let budget = GuessBudget {
            of_code: 0,
            of_recipient: &self.failures,
            now,
        };
        let retry_at = cooldown::retry_at(&self.sends, now).max(budget.blocked_until());
        retry_at.map_or(Duration::ZERO, |retry_at| retry_at.since(now))
    }
}

impl Listed for VerificationState {
    fn position(&self) -> PagePosition {
        PagePosition {
            created_at: self.created_at,
            id: self.id.0,
        }
    }
}

impl Listed for VerificationRecord {
    fn position(&self) -> PagePosition {
        self.state.position()
    }
}

#[cfg(test)]
impl VerificationState {
    /// A pending verification for tests, of a code that is valid for five minutes.
    pub(crate) fn sample(created_at: Timestamp) -> Self {
        Self {
            id: VerificationId(uuid::Uuid::nil()),
            account_id: AccountId(uuid::Uuid::nil()),
            recipient_index: None,
            status: VerificationStatus::Pending,
            code_hash: None,
            alphabet: Alphabet::Numeric,
            failed_guesses: 0,
            transaction: None,
            channel: Channel::WhatsApp,
            approved_by: None,
            created_at,
            expires_at: created_at + Duration::from_secs(300),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Timestamp = Timestamp::from_unix_millis(1_800_000_000_000);

    fn state(status: VerificationStatus) -> VerificationState {
        VerificationState {
            status,
            ..VerificationState::sample(START)
        }
    }

    #[test]
    fn a_pending_verification_is_expired_from_its_last_instant_on() {
        let at = |seconds: i64| Timestamp::from_unix_millis(START.unix_millis() + seconds * 1_000);
        for (seconds, expected) in [
            (0, VerificationStatus::Pending),
            (299, VerificationStatus::Pending),
            (300, VerificationStatus::Expired),
            (-10, VerificationStatus::Pending),
            (-11, VerificationStatus::Expired),
            (-86_400, VerificationStatus::Expired),
        ] {
            let found = state(VerificationStatus::Pending).status_at(at(seconds));
            assert_eq!(found, expected, "{seconds}");
        }
        for status in [VerificationStatus::Approved, VerificationStatus::Canceled] {
            assert_eq!(state(status).status_at(at(301)), status);
        }
    }

    #[test]
    fn a_stored_result_reads_back() {
        for result in CheckResult::ALL {
            assert_eq!(CheckResult::from_code(result.code()), Some(result));
        }
        assert_eq!(CheckResult::from_code(3), None);
    }
}
