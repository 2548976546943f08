//! Erasure: empties what identifies a recipient.

use async_trait::async_trait;
use diesel::QueryResult;
use diesel_async::RunQueryDsl;
use futures_util::future::try_join4;
use otp_core::ids::AccountId;
use otp_core::opt_out::consent::Recipient;
use otp_core::ports::{Erasure, PortError};
use otp_core::sealing::RecipientIndex;
use otp_rows::Col;

use crate::PgStore;
use crate::errors::port_error;
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
    let connection = || transaction.connection();
    let (mut first, mut second, mut third) = (connection(), connection(), connection());
    let ((), _, erased, _) = try_join4(
        transaction.begin(),
        events.execute(&mut first),
        messages.execute(&mut second),
        identities.execute(&mut third),
    )
    .await?;
    Ok(erased)
}
