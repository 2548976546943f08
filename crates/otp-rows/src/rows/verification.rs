//! Verifications: the facts that they are judged by, and their records.

use std::collections::HashMap;

use diesel::backend::Backend;
use diesel::deserialize::{self, QueryableByName};
use diesel::row::NamedRow;
use otp_core::channel::Channel;
use otp_core::ids::{AccountId, ApiKeyId, MessageId, VerificationId};
use otp_core::insights::SiblingMessage;
use otp_core::language::LanguageTag;
use otp_core::message::MessageStatus;
use otp_core::sealing::{RecipientIndex, Sealed};
use otp_core::send::SendFacts;
use otp_core::time::Timestamp;
use otp_core::verification::check::{AnsweredGuess, CheckFacts};
use otp_core::verification::{
    Alphabet, CheckKey, CheckRecord, CheckResult, CodeHash, CodeLength, HashedContext,
    TransactionHash, VerificationMessage, VerificationRecord, VerificationState,
    VerificationStatus,
};

use crate::Col;
use crate::column::by_name;

by_name! {
    /// The state of a verification.
    pub struct VerificationStateRow {
        id: Col<VerificationId>,
        account_id: Col<AccountId>,
        recipient_index: Col<Option<RecipientIndex>>,
        channel: Col<Channel>,
        status: Col<VerificationStatus>,
        code_hash: Col<Option<CodeHash>>,
        alphabet: Col<Alphabet>,
        failed_guesses: Col<usize>,
        transaction_hash: Col<Option<TransactionHash>>,
        approved_by: Col<Option<CheckKey>>,
        created_at: Col<Timestamp>,
        expires_at: Col<Timestamp>,
    }
}

impl VerificationStateRow {
    /// Adds the verification to the facts of admissions.
    pub fn add_to(self, facts: &mut SendFacts) {
        facts.add_verification(self.into());
    }

    /// Adds the verification to the facts of checks.
    pub fn add_to_checks(self, facts: &mut CheckFacts) {
        facts.verifications.insert(self.id.0, self.into());
    }
}

impl From<VerificationStateRow> for VerificationState {
    fn from(row: VerificationStateRow) -> Self {
        Self {
            id: row.id.0,
            account_id: row.account_id.0,
            recipient_index: row.recipient_index.0,
            status: row.status.0,
            code_hash: row.code_hash.0,
            alphabet: row.alphabet.0,
            failed_guesses: row.failed_guesses.0,
            transaction: row.transaction_hash.0,
            channel: row.channel.0,
            approved_by: row.approved_by.0,
            created_at: row.created_at.0,
            expires_at: row.expires_at.0,
        }
    }
}

by_name! {
    /// A wrong guess that may count against its recipient.
    pub struct WrongGuessRow {
        account_id: Col<AccountId>,
        recipient_index: Col<RecipientIndex>,
        at: Col<Timestamp>,
    }
}

impl WrongGuessRow {
    /// Adds the guess to the facts of admissions.
    pub fn add_to(self, facts: &mut SendFacts) {
        facts.add_wrong_guess(self.account_id.0, self.recipient_index.0, self.at.0);
    }

    /// Adds the guess to the facts of checks.
    pub fn add_to_checks(self, facts: &mut CheckFacts) {
        let recipient = (self.account_id.0, self.recipient_index.0);
        facts.failures.entry(recipient).or_default().push(self.at.0);
    }
}

by_name! {
    /// A check that had an idempotency key.
    pub struct AnsweredGuessRow {
        verification_id: Col<VerificationId>,
        request_key: Col<CheckKey>,
        result: Col<CheckResult>,
        attempts_left: Col<usize>,
    }
}

impl AnsweredGuessRow {
    /// Adds the check to the facts. Of checks with the same key, the one that is added first counts.
    pub fn add_to(self, facts: &mut CheckFacts) {
        let key = (self.verification_id.0, self.request_key.0);
        facts.answered.entry(key).or_insert(AnsweredGuess {
            result: self.result.0,
            attempts_left: self.attempts_left.0,
        });
    }
}

by_name! {
    /// A pending verification whose lifetime is over.
    pub struct DueVerificationRow {
        verification_id: Col<VerificationId>,
        account_id: Col<AccountId>,
    }
}

impl From<DueVerificationRow> for (VerificationId, AccountId) {
    fn from(row: DueVerificationRow) -> Self {
        (row.verification_id.0, row.account_id.0)
    }
}

by_name! {
    /// The verification of a message, if it has one.
    pub struct OfMessageRow {
        verification_id: Col<Option<VerificationId>>,
    }
}

impl From<OfMessageRow> for Option<VerificationId> {
    fn from(row: OfMessageRow) -> Self {
        row.verification_id.0
    }
}

by_name! {
    /// The columns of a verification that only its readers need.
    struct VerificationDetailsRow {
        api_key_id: Col<ApiKeyId>,
        recipient: Col<Option<Sealed>>,
        code: Col<Option<Sealed>>,
        code_length: Col<CodeLength>,
        language: Col<Option<LanguageTag>>,
        metadata: Col<Option<Sealed>>,
        context: Col<Option<HashedContext>>,
    }
}

/// A verification, for reading.
pub struct VerificationRow {
    state: VerificationStateRow,
    details: VerificationDetailsRow,
}

impl<DB> QueryableByName<DB> for VerificationRow
where
    DB: Backend,
    VerificationStateRow: QueryableByName<DB>,
    VerificationDetailsRow: QueryableByName<DB>,
{
    fn build<'a>(row: &impl NamedRow<'a, DB>) -> deserialize::Result<Self> {
        Ok(Self {
            state: VerificationStateRow::build(row)?,
            details: VerificationDetailsRow::build(row)?,
        })
    }
}

by_name! {
    /// A message that carries the code of a verification.
    pub struct CodeMessageRow {
        verification_id: Col<VerificationId>,
        id: Col<MessageId>,
        channel: Col<Channel>,
        status: Col<MessageStatus>,
        created_at: Col<Timestamp>,
    }
}

impl From<CodeMessageRow> for SiblingMessage {
    fn from(row: CodeMessageRow) -> Self {
        Self {
            verification: row.verification_id.0,
            message: VerificationMessage {
                id: row.id.0,
                channel: row.channel.0,
                status: row.status.0,
                created_at: row.created_at.0,
            },
        }
    }
}

by_name! {
    /// A check of a verification.
    pub struct CheckRow {
        verification_id: Col<VerificationId>,
        at: Col<Timestamp>,
        result: Col<CheckResult>,
    }
}

by_name! {
    /// The time of something that counts for the recipient of a verification.
    pub struct RecordedTimeRow {
        verification_id: Col<VerificationId>,
        at: Col<Timestamp>,
    }
}

/// The parts of the records of some verifications.
pub struct RecordParts {
    /// The verifications.
    pub verifications: Vec<VerificationRow>,
    /// Their messages; those of each one oldest first.
    pub messages: Vec<CodeMessageRow>,
    /// Their checks; those of each one oldest first.
    pub checks: Vec<CheckRow>,
    /// The wrong guesses of their recipients.
    pub failures: Vec<RecordedTimeRow>,
    /// The messages to their recipients that did not fail.
    pub sends: Vec<RecordedTimeRow>,
}

impl RecordParts {
    /// Returns the records, in the order of `ids`.
    pub fn in_the_order_of(self, ids: &[VerificationId]) -> Vec<VerificationRecord> {
        let mut records: HashMap<_, _> = self
            .verifications
            .into_iter()
            .map(|row| (row.state.id.0, record(row)))
            .collect();
        for row in self.messages {
            let of = SiblingMessage::from(row);
            if let Some(record) = records.get_mut(&of.verification) {
                record.messages.push(of.message);
            }
        }
        for row in self.checks {
            if let Some(record) = records.get_mut(&row.verification_id.0) {
                let (at, result) = (row.at.0, row.result.0);
                record.checks.push(CheckRecord { at, result });
            }
        }
        for row in self.failures {
            if let Some(record) = records.get_mut(&row.verification_id.0) {
                record.failures.push(row.at.0);
            }
        }
        for row in self.sends {
            if let Some(record) = records.get_mut(&row.verification_id.0) {
                record.sends.push(row.at.0);
            }
        }
        ids.iter().filter_map(|id| records.remove(id)).collect()
    }
}

/// The record of a verification, without what other tables have of it.
fn record(row: VerificationRow) -> VerificationRecord {
    let details = row.details;
    VerificationRecord {
        state: row.state.into(),
        api_key_id: details.api_key_id.0,
        recipient: details.recipient.0,
        code: details.code.0,
        code_length: details.code_length.0,
        language: details.language.0,
        metadata: details.metadata.0,
        context: details.context.0,
        messages: Vec::new(),
        checks: Vec::new(),
        failures: Vec::new(),
        sends: Vec::new(),
    }
}
