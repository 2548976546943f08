//! Check a verification: compares what a person entered with the code.

use crate::usecases::show_verification::wait_for_new;
use std::sync::Arc;
use std::time::Duration;

use crate::channel::Channel;
use crate::idempotency::RequestKey;
use crate::ids::VerificationId;
use crate::ports::{
    Clock, Directory, PortError, ProofSigner, VerificationKey, VerificationLedger, Verifications,
};
use crate::proof::{Proof, ProofClaims, ProofSubject};
use crate::sealing::AccountSealer;
use crate::time::Timestamp;
use crate::usecases::account_sealers::{AccountSealers, open_verified};
use crate::usecases::authenticate::Caller;
use crate::verification::check::{CheckAttempt, CheckVerdict};
use crate::verification::{
    Alphabet, CheckKey, Guess, Transaction, TransactionHash, VerificationOver, VerificationState,
};

/// Checks codes.
#[derive(Clone)]
pub struct CheckVerification {
    /// Judges and records the guesses.
    pub ledger: Arc<dyn VerificationLedger>,
    /// Knows what the account's proofs call a recipient.
    pub directory: Arc<dyn Directory>,
    /// Tells the recipient, and how long to wait if no guess is left.
    pub verifications: Arc<dyn Verifications>,
    /// Hashes the guesses.
    pub sealers: AccountSealers,
    /// Signs the proof of a right guess.
    pub proofs: Arc<dyn ProofSigner>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
}

/// A parsed request to check a code.
#[derive(Debug, Clone)]
pub struct CheckVerificationRequest {
    /// The caller.
    pub caller: Caller,
    /// The verification.
    pub id: VerificationId,
    /// The text that the person entered.
    pub guess: Guess,
    /// The transaction that the code confirms, if any.
    pub transaction: Option<Transaction>,
    /// The idempotency key of the request, if it has one.
    pub idempotency_key: Option<RequestKey>,
}

/// A right guess.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApprovedVerification {
    /// The channel that delivered the code.
    pub channel: Channel,
    /// The proof for others.
    pub proof: Proof,
    /// Whether an earlier answer is repeated.
    pub replayed: bool,
}

/// The reason a check failed.
#[derive(Debug, thiserror::Error)]
pub enum CheckVerificationError {
    /// The account has no such verification.
    #[error("the account has no such verification")]
    NotFound,
    /// The guess is wrong.
    #[error("the code is wrong")]
    CodeIncorrect {
        /// How many wrong guesses are still allowed.
        attempts_left: usize,
    },
    /// The transaction is another one.
    #[error("the code was sent for another transaction")]
    TransactionMismatch,
    /// It is over.
    #[error("the verification is over")]
    Over(VerificationOver),
    /// No guess is left.
    #[error("too many wrong guesses")]
    TooManyAttempts {
        /// How long to wait before a new verification is admitted.
        wait: Duration,
    },
    /// A port failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

impl CheckVerification {
    /// Checks one guess.
    ///
    /// If the proof of a right guess cannot be signed, the verification is approved all the same. The caller
    /// gets the proof by repeating the check with its idempotency key.
    pub async fn execute(
        &self,
        request: CheckVerificationRequest,
    ) -> Result<ApprovedVerification, CheckVerificationError> {
        let at = self.clock.now();
        let account = request.caller.account_id;
        // Without a key the account has been erased, and no code of it can be compared any more.
        let sealer = self.sealers.find(account).await?;
        let sealer = sealer.ok_or(CheckVerificationError::NotFound)?;
        let hash = |alphabet| sealer.hash_code(request.id, &request.guess.read_as(alphabet));
        let exact = hash(Alphabet::Supplied);
        let key = request.idempotency_key;
        let attempt = CheckAttempt {
            account_id: account,
            verification_id: request.id,
            exact,
            in_capitals: hash(Alphabet::Alphanumeric),
            transaction: request.transaction.as_ref().map(Transaction::hash),
            key: key.map(|key| CheckKey::of(key, exact)),
            at,
        };
        let verdicts = self.ledger.check_codes(Arc::from([attempt])).await?;
        let verdict = verdicts.into_iter().next();
        let verdict = verdict.ok_or(PortError::Backend("no verdict on a check".into()))?;
        Err(match verdict {
            CheckVerdict::Approved { state, first } => {
                let subject = self.subject(&sealer, &state, at).await?;
                let proof = self.proofs.sign(&claims(subject, &state, at)).await?;
                return Ok(ApprovedVerification {
                    channel: state.channel,
                    proof,
                    replayed: !first,
                });
            }
            CheckVerdict::Incorrect { attempts_left } => {
                CheckVerificationError::CodeIncorrect { attempts_left }
            }
            CheckVerdict::TransactionMismatch => CheckVerificationError::TransactionMismatch,
            CheckVerdict::NotFound => CheckVerificationError::NotFound,
            CheckVerdict::Over(end) => CheckVerificationError::Over(end),
            CheckVerdict::TooManyAttempts => {
                let wait = wait_for_new(&*self.verifications, account, request.id, at);
                CheckVerificationError::TooManyAttempts { wait: wait.await? }
            }
        })
    }

    /// Returns what the proof of an approved verification calls the recipient.
    async fn subject(
        &self,
        sealer: &AccountSealer,
        state: &VerificationState,
        at: Timestamp,
    ) -> Result<String, PortError> {
        let account = state.account_id;
        let profile = self.directory.find_sending_profile(account).await?;
        let chosen = profile.map_or_else(ProofSubject::default, |profile| profile.proof_subject);
        // A recipient who is erased meanwhile has no name any more.
        match chosen {
            ProofSubject::Pseudonym => {
                let subject = state.recipient_index.map(|index| sealer.pseudonym(index));
                Ok(subject.unwrap_or_default())
            }
            ProofSubject::Recipient => {
                let key = VerificationKey::Id(state.id);
                let found = self.verifications.find_verification(account, key, at);
                let sealed = found.await?.and_then(|record| record.recipient);
                let opened = open_verified(Some(sealer), state.id, sealed.as_ref());
                let recipient = opened.map_err(|error| PortError::Backend(error.into()))?;
                Ok(recipient.map_or_else(String::new, |recipient| recipient.as_str().to_owned()))
            }
        }
    }
}

/// Returns what the proof of an approved verification says.
fn claims(subject: String, state: &VerificationState, at: Timestamp) -> ProofClaims {
    ProofClaims {
        audience: state.account_id,
        subject,
        verification_id: state.id.0,
        method: state.channel,
        issued_at: at,
        transaction: state.transaction.map(|TransactionHash(hash)| hash),
    }
}
