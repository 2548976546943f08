//! The accounts and recipients that consent requests concern, in a constant number of queries.

use std::collections::{BTreeSet, HashMap};

use diesel::QueryResult;
use diesel_async::AsyncPgConnection;
use otp_core::channel::whatsapp::ProviderId;
use otp_core::ids::AccountId;
use otp_core::opt_out::consent::Recipient;
use otp_core::ports::{ConsentTargets, StoredRecipient};
use otp_core::sealing::{ProviderMessageIndex, RecipientIndex};
use otp_rows::rows::{AnsweredMessageRow, ContactedRow, NumberAccountRow};

use crate::pipeline::try_join;
use crate::statement::{each, statement};

statement! {
    /// The accounts that send from these numbers.
    Accounts { phone_number_id: [ProviderId] } -> NumberAccountRow,
    "SELECT sender.phone_number_id, sender.account_id \
     FROM unnest({}) AS wanted (phone_number_id), LATERAL ( \
         SELECT phone_number_id, account_id FROM senders \
         WHERE senders.phone_number_id = wanted.phone_number_id OFFSET 0) AS sender"
}

statement! {
    /// The messages with these ids of the provider.
    Answered { index: [ProviderMessageIndex] } -> AnsweredMessageRow,
    "SELECT wanted.provider_index, named.message_id, message.account_id, \
         message.recipient_index, message.recipient \
     FROM unnest({}) AS wanted (provider_index), LATERAL ( \
         SELECT message_id FROM provider_messages \
         WHERE provider_messages.provider_index = wanted.provider_index OFFSET 0) AS named, \
     LATERAL ( \
         SELECT account_id, recipient_index, recipient FROM messages \
         WHERE messages.id = named.message_id OFFSET 0) AS message"
}

statement! {
    /// The recipients as their latest message that did not fail has them.
    Contacted { account_id: [AccountId], recipient_index: [RecipientIndex] } -> ContactedRow,
    "SELECT wanted.account_id, wanted.recipient_index, message.id AS message_id, \
         message.recipient \
     FROM unnest({}, {}) AS wanted (account_id, recipient_index), LATERAL ( \
         SELECT id, recipient FROM messages \
         WHERE messages.account_id = wanted.account_id \
             AND messages.recipient_index = wanted.recipient_index \
             AND messages.failed_at IS NULL \
         ORDER BY messages.created_at DESC, messages.id DESC LIMIT 1) AS message"
}

pub(super) async fn targets(
    connection: &AsyncPgConnection,
    numbers: &BTreeSet<ProviderId>,
    answered: &BTreeSet<ProviderMessageIndex>,
) -> QueryResult<ConsentTargets> {
    let accounts = Accounts {
        phone_number_id: each(numbers, ProviderId::clone),
    };
    let answered = Answered {
        index: each(answered, |index| *index),
    };
    let (accounts, answered) =
        try_join(accounts.rows(connection), answered.rows(connection)).await?;
    let mut targets = ConsentTargets::default();
    accounts
        .into_iter()
        .for_each(|row| row.add_to(&mut targets));
    answered
        .into_iter()
        .for_each(|row| row.add_to(&mut targets));
    Ok(targets)
}

pub(super) async fn contacted(
    connection: &AsyncPgConnection,
    recipients: &BTreeSet<Recipient>,
) -> QueryResult<HashMap<Recipient, StoredRecipient>> {
    let contacted = Contacted {
        account_id: each(recipients, |(account, _)| *account),
        recipient_index: each(recipients, |(_, index)| *index),
    };
    let mut found = HashMap::new();
    for row in contacted.rows(connection).await? {
        row.add_to(&mut found);
    }
    Ok(found)
}
