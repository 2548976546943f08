//! Verifications, read one by one and in pages.

use async_trait::async_trait;
use diesel::QueryResult;
use diesel_async::AsyncPgConnection;
use otp_core::cooldown;
use otp_core::ids::{AccountId, MessageId, VerificationId};
use otp_core::ports::{PortError, VerificationKey, Verifications};
use otp_core::sealing::RecipientIndex;
use otp_core::time::Timestamp;
use otp_core::verification::{
    FoundVerifications, GUESS_MEMORY, VerificationQuery, VerificationRecord, VerificationState,
};
use otp_rows::Col;
use otp_rows::rows::{
    CheckRow, CodeMessageRow, OfMessageRow, RecordParts, RecordedTimeRow, VerificationRow,
    VerificationStateRow,
};

use crate::PgStore;
use crate::errors::port_error;
use crate::pipeline::{try_join, try_join5};
use crate::statement::{each, statement};
use crate::stored_verifications::state;
use crate::transaction::{BEGIN_AT_ONE_MOMENT, Transaction};

#[async_trait]
impl Verifications for PgStore {
    async fn find_verification(
        &self,
        account: AccountId,
        key: VerificationKey,
        now: Timestamp,
    ) -> Result<Option<VerificationRecord>, PortError> {
        let transaction = Transaction::on(self.connection().await?);
        let found = find(&transaction, account, key, now).await;
        transaction.finish(found.map_err(port_error)).await
    }

    async fn list_verifications(
        &self,
        query: &VerificationQuery,
    ) -> Result<FoundVerifications, PortError> {
        let transaction = Transaction::on(self.connection().await?);
        let listed = list(&transaction, query).await;
        transaction.finish(listed.map_err(port_error)).await
    }
}

statement! {
    /// The verification of a message of an account.
    OfMessage { id: MessageId, account_id: AccountId } -> OfMessageRow,
    "SELECT verification_id FROM messages WHERE id = {} AND account_id = {}"
}

async fn find(
    transaction: &Transaction,
    account: AccountId,
    key: VerificationKey,
    now: Timestamp,
) -> QueryResult<Option<VerificationRecord>> {
    let connection = transaction.connection();
    let begin = transaction.begin_brief(BEGIN_AT_ONE_MOMENT);
    let id = match key {
        VerificationKey::Id(id) => {
            begin.await?;
            id
        }
        VerificationKey::Message(message) => {
            let find = OfMessage {
                id: Col(message),
                account_id: Col(account),
            };
            let ((), mut found) = try_join(begin, find.rows(connection)).await?;
            let Some(id) = found.pop().and_then(OfMessageRow::into) else {
                return Ok(None);
            };
            id
        }
    };
    Ok(records(connection, account, &[id], now).await?.pop())
}

/// The newest verifications that `$which` selects, in order, at most as many as may be looked at.
macro_rules! newest {
    ($which:literal) => {
        concat!(
            "SELECT ",
            state!(),
            " FROM verifications WHERE ",
            $which,
            " AND created_at >= {} AND (created_at, id) < ({}, {}) \
             ORDER BY created_at DESC, id DESC LIMIT {}"
        )
    };
}

statement! {
    /// The newest verifications of an account. Every time is later than `-infinity`; the index has the
    /// same condition, and only this statement uses it.
    NewestOfAccount {
        account_id: AccountId,
        since: Timestamp,
        before_time: Timestamp,
        before_id: VerificationId,
        examine: i64,
    }
    -> VerificationStateRow,
    newest!("account_id = {} AND created_at > '-infinity'")
}

statement! {
    /// The newest verifications of a recipient.
    NewestOfRecipient {
        account_id: AccountId,
        recipient_index: RecipientIndex,
        since: Timestamp,
        before_time: Timestamp,
        before_id: VerificationId,
        examine: i64,
    }
    -> VerificationStateRow,
    newest!("account_id = {} AND recipient_index = {}")
}

/// Makes the planner read verifications in the order of their index, as with messages, at one moment.
const BEGIN_IN_ORDER: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; \
     SET LOCAL enable_sort = off; SET LOCAL enable_bitmapscan = off";

async fn list(
    transaction: &Transaction,
    query: &VerificationQuery,
) -> QueryResult<FoundVerifications> {
    let connection = transaction.connection();
    let begin = transaction.begin_brief(BEGIN_IN_ORDER);
    let ((), examined) = try_join(begin, newest(connection, query)).await?;
    let examined: Vec<VerificationState> = examined
        .into_iter()
        .map(VerificationStateRow::into)
        .collect();
    let chosen = query.choose(&examined);
    Ok(FoundVerifications {
        records: records(connection, query.account_id, &chosen.ids, query.now).await?,
        examined_to: chosen.examined_to,
    })
}

async fn newest(
    connection: &AsyncPgConnection,
    query: &VerificationQuery,
) -> QueryResult<Vec<VerificationStateRow>> {
    let account_id = Col(query.account_id);
    let since = Col(query.since);
    let before_time = Col(query.before.created_at);
    let before_id = Col(VerificationId(query.before.id));
    let examine = Col(i64::try_from(query.examine).unwrap_or(i64::MAX));
    if let Some(recipient) = query.recipient {
        let newest = NewestOfRecipient {
            account_id,
            recipient_index: Col(recipient),
            since,
            before_time,
            before_id,
            examine,
        };
        newest.rows(connection).await
    } else {
        let newest = NewestOfAccount {
            account_id,
            since,
            before_time,
            before_id,
            examine,
        };
        newest.rows(connection).await
    }
}

// Each look-up is a subquery with `OFFSET 0`; `send_ledger/admit.rs` says why.

statement! {
    /// Verifications of an account.
    Records { id: [VerificationId], account_id: AccountId } -> VerificationRow,
    concat!(
        "SELECT verification.* FROM unnest({}) AS wanted (id), LATERAL ( \
             SELECT ",
        state!(),
        ", api_key_id, recipient, code, code_length, language, metadata, context \
             FROM verifications \
             WHERE verifications.id = wanted.id AND verifications.account_id = {} \
             OFFSET 0) AS verification"
    )
}

statement! {
    /// The messages of verifications; those of each one oldest first.
    MessagesOf { id: [VerificationId] } -> CodeMessageRow,
    "SELECT message.* FROM unnest({}) AS wanted (id), LATERAL ( \
         SELECT verification_id, id, channel, status, created_at FROM messages \
         WHERE messages.verification_id = wanted.id \
         ORDER BY messages.created_at, messages.id OFFSET 0) AS message"
}

statement! {
    /// The checks of verifications; those of each one oldest first.
    ChecksOf { id: [VerificationId] } -> CheckRow,
    "SELECT past.* FROM unnest({}) AS wanted (id), LATERAL ( \
         SELECT verification_id, at, result FROM verification_checks AS past \
         WHERE past.verification_id = wanted.id \
         ORDER BY past.id OFFSET 0) AS past"
}

/// Something that counts for the recipients of verifications, as `$which` selects it.
macro_rules! of_recipients {
    ($which:literal) => {
        concat!(
            "SELECT wanted.id AS verification_id, counting.at \
             FROM unnest({}) AS wanted (id), LATERAL ( \
                 SELECT account_id, recipient_index FROM verifications \
                 WHERE verifications.id = wanted.id \
                 OFFSET 0) AS recipient, LATERAL (",
            $which,
            " OFFSET 0) AS counting"
        )
    };
}

statement! {
    /// The wrong guesses that may count against the recipients of verifications: 1 is the result of a
    /// wrong guess.
    FailuresOf { id: [VerificationId], since: Timestamp } -> RecordedTimeRow,
    of_recipients!(
        "SELECT at FROM verification_checks AS guess \
         WHERE guess.account_id = recipient.account_id \
             AND guess.recipient_index = recipient.recipient_index \
             AND guess.at > {} AND guess.result = 1 \
         ORDER BY guess.at"
    )
}

statement! {
    /// The sends that still count for the cooldown of the recipients of verifications.
    SendsOf { id: [VerificationId], since: Timestamp } -> RecordedTimeRow,
    of_recipients!(
        "SELECT created_at AS at FROM messages \
         WHERE messages.account_id = recipient.account_id \
             AND messages.recipient_index = recipient.recipient_index \
             AND messages.created_at >= {} AND messages.failed_at IS NULL \
         ORDER BY messages.created_at"
    )
}

/// Loads the records of verifications of an account, in the order of `ids`, in one round trip.
async fn records(
    connection: &AsyncPgConnection,
    account: AccountId,
    ids: &[VerificationId],
    now: Timestamp,
) -> QueryResult<Vec<VerificationRecord>> {
    let id = each(ids, |id| *id);
    let verifications = Records {
        id: id.clone(),
        account_id: Col(account),
    };
    let failures = FailuresOf {
        id: id.clone(),
        since: Col(now - GUESS_MEMORY),
    };
    let sends = SendsOf {
        id: id.clone(),
        since: Col(now - cooldown::HORIZON),
    };
    let (verifications, messages, checks, failures, sends) = try_join5(
        verifications.rows(connection),
        MessagesOf { id: id.clone() }.rows(connection),
        ChecksOf { id }.rows(connection),
        failures.rows(connection),
        sends.rows(connection),
    )
    .await?;
    let parts = RecordParts {
        verifications,
        messages,
        checks,
        failures,
        sends,
    };
    Ok(parts.in_the_order_of(ids))
}
