//! Erasure: empties what identifies a recipient.

use std::collections::BTreeSet;

use async_trait::async_trait;
use diesel::QueryResult;
use diesel_async::RunQueryDsl;
use otp_core::ids::AccountId;
use otp_core::opt_out::consent::Recipient;
use otp_core::ports::{Erasure, PortError};
use otp_core::sealing::RecipientIndex;
use otp_core::verification::VerificationStatus;
use otp_rows::Col;

use crate::PgStore;
use crate::errors::port_error;
use crate::pipeline::{try_join, try_join3, try_join4, try_join5};
use crate::send_ledger::lock_accounts;
use crate::statement::statement;
use crate::transaction::Transaction;

statement! {
    /// Empties the texts of the failures in the timelines, before the messages lose their index.
    EraseEvents { account_id: AccountId, recipient_index: RecipientIndex },
    "UPDATE message_events SET failure_title = NULL, failure_reason = NULL \
     FROM messages \
     WHERE messages.account_id = {} AND messages.recipient_index = {} \
         AND message_events.message_id = messages.id \
         AND message_events.failure_title IS NOT NULL"
}

statement! {
    /// Empties the messages.
    EraseMessages { account_id: AccountId, recipient_index: RecipientIndex },
    "UPDATE messages \
     SET (recipient, recipient_index, provider_message_id, failure_title, failure_reason) \
         = (NULL, NULL, NULL, NULL, NULL) \
     WHERE account_id = {} AND recipient_index = {}"
}

statement! {
    /// Forgets what the provider calls the recipient.
    ForgetIdentities { account_id: AccountId, recipient_index: RecipientIndex },
    "DELETE FROM recipient_identities WHERE account_id = {} AND recipient_index = {}"
}

statement! {
    /// Empties the checks, before the verifications lose their index.
    EraseChecks { account_id: AccountId, recipient_index: RecipientIndex },
    "UPDATE verification_checks SET recipient_index = NULL \
     FROM verifications \
     WHERE verifications.account_id = {} AND verifications.recipient_index = {} \
         AND verification_checks.verification_id = verifications.id"
}

statement! {
    /// Empties the verifications. Those in the state `pending` end in the state `canceled`, when their
    /// lifetime would have ended: nobody says when the erasure takes place.
    EraseVerifications {
        pending: VerificationStatus,
        canceled: VerificationStatus,
        account_id: AccountId,
        recipient_index: RecipientIndex,
    },
    "UPDATE verifications \
     SET (recipient, recipient_index, code, code_hash, metadata, context) \
             = (NULL, NULL, NULL, NULL, NULL, NULL), \
         status = CASE status WHEN {} THEN {} ELSE status END, \
         ended_at = coalesce(ended_at, expires_at) \
     WHERE account_id = {} AND recipient_index = {}"
}

statement! {
    /// Forgets that a verification was pending.
    ForgetPending { account_id: AccountId, recipient_index: RecipientIndex },
    "DELETE FROM pending_verifications WHERE account_id = {} AND recipient_index = {}"
}

statement! {
    /// Forgets the steps of fallbacks that lead to the recipient.
    ForgetSteps { account_id: AccountId, recipient_index: RecipientIndex },
    "DELETE FROM fallback_steps WHERE account_id = {} AND recipient_index = {}"
}

statement! {
    /// Removes the messages from the test inbox.
    ForgetTestMessages { account_id: AccountId, recipient_index: RecipientIndex },
    "DELETE FROM test_messages WHERE account_id = {} AND recipient_index = {}"
}

statement! {
    /// Removes the number from the reviewer numbers.
    ForgetReviewerNumber { account_id: AccountId, recipient_index: RecipientIndex },
    "DELETE FROM reviewer_numbers WHERE account_id = {} AND recipient_index = {}"
}

#[async_trait]
impl Erasure for PgStore {
    async fn erase_recipient(&self, recipient: Recipient) -> Result<usize, PortError> {
        let transaction = Transaction::on(self.connection().await?);
        let erased = erase(&transaction, recipient).await;
        transaction.finish(erased.map_err(port_error)).await
    }
}

async fn erase(transaction: &Transaction, (account, index): Recipient) -> QueryResult<usize> {
    let (account_id, recipient_index) = (Col(account), Col(index));
    let events = EraseEvents {
        account_id,
        recipient_index,
    };
    let messages = EraseMessages {
        account_id,
        recipient_index,
    };
    let identities = ForgetIdentities {
        account_id,
        recipient_index,
    };
    let inbox = ForgetTestMessages {
        account_id,
        recipient_index,
    };
    let reviewer = ForgetReviewerNumber {
        account_id,
        recipient_index,
    };
    let connection = || transaction.connection();
    let (mut first, mut second, mut third) = (connection(), connection(), connection());
    let (mut fourth, mut fifth) = (connection(), connection());
    // A check that is being judged has read the verification, and would write over the erasure.
    let accounts = BTreeSet::from([account]);
    let locked = try_join(transaction.begin(), lock_accounts(connection(), &accounts));
    let (_, _, erased, _, ()) = try_join5(
        locked,
        events.execute(&mut first),
        messages.execute(&mut second),
        try_join3(
            identities.execute(&mut third),
            inbox.execute(&mut fourth),
            reviewer.execute(&mut fifth),
        ),
        erase_verifications(transaction, (account, index)),
    )
    .await?;
    Ok(erased)
}

async fn erase_verifications(
    transaction: &Transaction,
    (account, index): Recipient,
) -> QueryResult<()> {
    let (account_id, recipient_index) = (Col(account), Col(index));
    let checks = EraseChecks {
        account_id,
        recipient_index,
    };
    let verifications = EraseVerifications {
        pending: Col(VerificationStatus::Pending),
        canceled: Col(VerificationStatus::Canceled),
        account_id,
        recipient_index,
    };
    let pending = ForgetPending {
        account_id,
        recipient_index,
    };
    let steps = ForgetSteps {
        account_id,
        recipient_index,
    };
    let connection = || transaction.connection();
    let (mut first, mut second, mut third) = (connection(), connection(), connection());
    let mut fourth = connection();
    try_join4(
        checks.execute(&mut first),
        verifications.execute(&mut second),
        pending.execute(&mut third),
        steps.execute(&mut fourth),
    )
    .await?;
    Ok(())
}
