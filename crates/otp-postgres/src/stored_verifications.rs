//! The rows of verifications, as admission and checks read and write them while the account is locked.

use std::collections::{BTreeMap, BTreeSet};

use diesel::QueryResult;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use otp_core::channel::Channel;
use otp_core::ids::{AccountId, ApiKeyId, VerificationId};
use otp_core::language::LanguageTag;
use otp_core::sealing::{RecipientIndex, Sealed};
use otp_core::send::SendAttempt;
use otp_core::send::admission::BegunVerification;
use otp_core::time::Timestamp;
use otp_core::verification::check::VerificationUpdate;
use otp_core::verification::{
    Alphabet, CheckKey, CodeHash, CodeLength, HashedContext, NewVerification, TransactionHash,
    VerificationPart, VerificationState, VerificationStatus,
};
use otp_rows::Col;
use otp_rows::rows::{VerificationStateRow, WrongGuessRow};

use crate::statement::{each, statement};

/// The columns of a verification's state.
macro_rules! state {
    () => {
        "id, account_id, recipient_index, channel, status, code_hash, alphabet, failed_guesses, \
         transaction_hash, approved_by, created_at, expires_at"
    };
}

pub(crate) use state;

/// Recipients, and since when something of theirs counts, as arrays.
pub(crate) struct Recipients {
    pub(crate) account_id: Vec<Col<AccountId>>,
    pub(crate) index: Vec<Col<RecipientIndex>>,
    pub(crate) since: Vec<Col<Timestamp>>,
}

impl Recipients {
    pub(crate) fn of(wanted: &BTreeMap<(AccountId, RecipientIndex), Timestamp>) -> Self {
        Self {
            account_id: each(wanted, |((account, _), _)| *account),
            index: each(wanted, |((_, index), _)| *index),
            since: each(wanted, |(_, since)| *since),
        }
    }
}

// Each look-up is a subquery with `OFFSET 0`; `send_ledger/admit.rs` says why.

statement! {
    /// The verifications with these ids.
    States { id: [VerificationId] } -> VerificationStateRow,
    concat!(
        "SELECT verification.* FROM unnest({}) AS wanted (id), LATERAL (SELECT ",
        state!(),
        " FROM verifications WHERE verifications.id = wanted.id OFFSET 0) AS verification"
    )
}

/// Loads the state of verifications.
pub(crate) async fn load_states(
    connection: &AsyncPgConnection,
    ids: &BTreeSet<VerificationId>,
) -> QueryResult<Vec<VerificationStateRow>> {
    let id = each(ids, |id| *id);
    States { id }.rows(connection).await
}

statement! {
    /// The verifications of recipients whose end is not recorded.
    PendingOf { account_id: [AccountId], recipient_index: [RecipientIndex] } -> VerificationStateRow,
    concat!(
        "SELECT verification.* \
         FROM unnest({}, {}) AS recipient (account_id, recipient_index), LATERAL ( \
             SELECT verification_id FROM pending_verifications AS pending \
             WHERE pending.account_id = recipient.account_id \
                 AND pending.recipient_index = recipient.recipient_index \
             OFFSET 0) AS pending, LATERAL ( \
             SELECT ",
        state!(),
        " FROM verifications WHERE verifications.id = pending.verification_id \
             OFFSET 0) AS verification"
    )
}

/// Loads the pending verifications of recipients.
pub(crate) async fn load_pending(
    connection: &AsyncPgConnection,
    recipients: &Recipients,
) -> QueryResult<Vec<VerificationStateRow>> {
    let pending = PendingOf {
        account_id: recipients.account_id.clone(),
        recipient_index: recipients.index.clone(),
    };
    pending.rows(connection).await
}

statement! {
    /// The wrong guesses that may count against recipients: 1 is the result of a wrong guess.
    WrongGuessesOf {
        account_id: [AccountId],
        recipient_index: [RecipientIndex],
        since: [Timestamp],
    }
    -> WrongGuessRow,
    "SELECT recipient.account_id, recipient.recipient_index, guess.at \
     FROM unnest({}, {}, {}) AS recipient (account_id, recipient_index, since), LATERAL ( \
         SELECT at FROM verification_checks AS guess \
         WHERE guess.account_id = recipient.account_id \
             AND guess.recipient_index = recipient.recipient_index \
             AND guess.at > recipient.since AND guess.result = 1 \
         OFFSET 0) AS guess"
}

/// Loads the wrong guesses that may count against recipients.
pub(crate) async fn load_wrong_guesses(
    connection: &AsyncPgConnection,
    recipients: &Recipients,
) -> QueryResult<Vec<WrongGuessRow>> {
    let guesses = WrongGuessesOf {
        account_id: recipients.account_id.clone(),
        recipient_index: recipients.index.clone(),
        since: recipients.since.clone(),
    };
    guesses.rows(connection).await
}

statement! {
    /// Records new verifications, and that they are pending.
    Insert {
        id: [VerificationId],
        account_id: [AccountId],
        api_key_id: [ApiKeyId],
        recipient_index: [Option<RecipientIndex>],
        recipient: [Sealed],
        channel: [Channel],
        status: [VerificationStatus],
        code_hash: [Option<CodeHash>],
        code: [Sealed],
        alphabet: [Alphabet],
        code_length: [CodeLength],
        failed_guesses: [usize],
        language: [Option<LanguageTag>],
        transaction_hash: [Option<TransactionHash>],
        metadata: [Option<Sealed>],
        context: [Option<HashedContext>],
        created_at: [Timestamp],
        expires_at: [Timestamp],
    },
    "WITH new AS MATERIALIZED ( \
         SELECT * FROM unnest({}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}) AS new \
             (id, account_id, api_key_id, recipient_index, recipient, channel, status, code_hash, \
              code, alphabet, code_length, failed_guesses, language, transaction_hash, metadata, context, \
              created_at, expires_at)), \
     pending AS ( \
         INSERT INTO pending_verifications \
             (expires_at, verification_id, account_id, recipient_index) \
         SELECT expires_at, id, account_id, recipient_index FROM new) \
     INSERT INTO verifications \
         (id, account_id, api_key_id, recipient_index, recipient, channel, status, code_hash, code, \
          alphabet, code_length, failed_guesses, language, transaction_hash, metadata, context, created_at, \
          expires_at) \
     SELECT id, account_id, api_key_id, recipient_index, recipient, channel, status, code_hash, code, \
          alphabet, code_length, failed_guesses, language, transaction_hash, metadata, context, created_at, \
          expires_at \
     FROM new"
}

/// Inserts the verifications that a batch of sends began.
pub(crate) async fn insert(
    mut connection: &AsyncPgConnection,
    attempts: &[SendAttempt],
    begun: &[BegunVerification],
) -> QueryResult<()> {
    if begun.is_empty() {
        return Ok(());
    }
    let rows: Vec<_> = begun
        .iter()
        .filter_map(|one| new_row(attempts, one))
        .collect();
    let (rows, new) = (|| rows.iter(), || rows.iter().map(|row| row.new));
    let state = || rows().map(|row| &row.state);
    let insert = Insert {
        id: each(state(), |state| state.id),
        account_id: each(state(), |state| state.account_id),
        api_key_id: each(rows(), |row| row.api_key_id),
        recipient_index: each(state(), |state| state.recipient_index),
        recipient: each(new(), |new| new.recipient.clone()),
        channel: each(state(), |state| state.channel),
        status: each(state(), |state| state.status),
        code_hash: each(state(), |state| state.code_hash),
        code: each(new(), |new| new.code.clone()),
        alphabet: each(state(), |state| state.alphabet),
        code_length: each(new(), |new| new.code_length),
        failed_guesses: each(state(), |state| state.failed_guesses),
        language: each(new(), |new| new.language.clone()),
        transaction_hash: each(state(), |state| state.transaction),
        metadata: each(new(), |new| new.metadata.clone()),
        context: each(new(), |new| new.context.clone()),
        created_at: each(state(), |state| state.created_at),
        expires_at: each(state(), |state| state.expires_at),
    };
    insert.execute(&mut connection).await?;
    Ok(())
}

/// A verification to insert.
struct NewRow<'a> {
    new: &'a NewVerification,
    state: VerificationState,
    api_key_id: ApiKeyId,
}

fn new_row<'a>(attempts: &'a [SendAttempt], begun: &BegunVerification) -> Option<NewRow<'a>> {
    let attempt = attempts.get(begun.attempt)?;
    let Some(VerificationPart::Create(new)) = &attempt.verification else {
        return None;
    };
    Some(NewRow {
        new,
        state: attempt.begun(new, begun.channel, begun.failed_guesses),
        api_key_id: attempt.api_key_id,
    })
}

statement! {
    /// Updates verifications. One that has ended loses its code, is no longer pending, and its fallback is due.
    ///
    /// Hardly any verification is pending at times. Analysed at such a time, a join would begin with all that
    /// are pending, and do so until the next analysis, however many there are then. So each is looked up.
    Update {
        id: [VerificationId],
        status: [VerificationStatus],
        failed_guesses: [usize],
        approved_by: [Option<CheckKey>],
        channel: [Channel],
        ended_at: [Option<Timestamp>],
    },
    "WITH new AS MATERIALIZED ( \
         SELECT * FROM unnest({}, {}, {}, {}, {}, {}) AS new \
             (id, status, failed_guesses, approved_by, channel, ended_at)), \
     forgotten AS ( \
         DELETE FROM pending_verifications WHERE ctid = ANY (ARRAY( \
             SELECT pending.row FROM new, LATERAL ( \
                 SELECT id, expires_at FROM verifications \
                 WHERE verifications.id = new.id OFFSET 0) AS ended, LATERAL ( \
                 SELECT ctid AS row FROM pending_verifications AS waiting \
                 WHERE waiting.expires_at = ended.expires_at \
                     AND waiting.verification_id = ended.id OFFSET 0) AS pending \
             WHERE new.ended_at IS NOT NULL))), \
     looked_at AS ( \
         UPDATE fallbacks SET look_at = LEAST(fallbacks.look_at, new.ended_at) FROM new \
         WHERE new.ended_at IS NOT NULL AND fallbacks.verification_id = new.id) \
     UPDATE verifications SET \
         status = new.status, \
         failed_guesses = new.failed_guesses, \
         approved_by = new.approved_by, \
         channel = new.channel, \
         ended_at = new.ended_at, \
         code = CASE WHEN new.ended_at IS NULL THEN verifications.code END \
     FROM new \
     WHERE verifications.id = new.id"
}

/// Writes the new states of verifications, also if there are none: checks execute the same statements
/// whatever their verdicts are.
pub(crate) async fn update(
    mut connection: &AsyncPgConnection,
    updates: &BTreeMap<VerificationId, VerificationUpdate>,
) -> QueryResult<()> {
    let of = || updates.values();
    let update = Update {
        id: each(updates.keys(), |id| *id),
        status: each(of(), |update| update.status),
        failed_guesses: each(of(), |update| update.failed_guesses),
        approved_by: each(of(), |update| update.approved_by),
        channel: each(of(), |update| update.channel),
        ended_at: each(of(), VerificationUpdate::ended_at),
    };
    update.execute(&mut connection).await?;
    Ok(())
}
