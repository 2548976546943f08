//! Identities: the provider's names for the recipients of an account.

use std::collections::HashMap;

use async_trait::async_trait;
use diesel_async::RunQueryDsl;
use otp_core::ids::{AccountId, MessageId};
use otp_core::ports::{PortError, Recalled, RecipientIdentities};
use otp_core::recipient_identity::KnownIdentity;
use otp_core::sealing::{IdentityIndex, RecipientIndex};
use otp_core::time::Timestamp;
use otp_rows::Col;
use otp_rows::rows::{IdentityRow, RecalledRow};

use crate::PgStore;
use crate::errors::port_error;
use crate::statement::{each, statement};

statement! {
    /// The recipients of messages, and the recipients that identities belong to.
    Recall {
        position: [i32],
        message_id: [MessageId],
        identity: [IdentityIndex],
    }
    -> RecalledRow,
    "SELECT wanted.position, message.account_id, message.recipient_index, \
         known.recipient_index AS known_index, known.seen_at \
     FROM unnest({}, {}, {}) AS wanted (position, message_id, identity) \
     CROSS JOIN LATERAL ( \
         SELECT account_id, recipient_index FROM messages \
         WHERE messages.id = wanted.message_id AND recipient_index IS NOT NULL \
         OFFSET 0) AS message \
     LEFT JOIN LATERAL ( \
         SELECT recipient_index, seen_at FROM recipient_identities \
         WHERE recipient_identities.identity = wanted.identity \
             AND recipient_identities.account_id = message.account_id OFFSET 0) AS known ON true"
}

statement! {
    /// The recipients that identities belong to.
    FindIdentities { account_id: [AccountId], identity: [IdentityIndex] } -> IdentityRow,
    "SELECT wanted.account_id, wanted.identity, known.recipient_index, known.seen_at \
     FROM unnest({}, {}) AS wanted (account_id, identity), LATERAL ( \
         SELECT recipient_index, seen_at FROM recipient_identities \
         WHERE recipient_identities.identity = wanted.identity \
             AND recipient_identities.account_id = wanted.account_id OFFSET 0) AS known"
}

statement! {
    /// Remembers identities, in ascending order so that two batches cannot deadlock. It does not
    /// overwrite a more recent identity.
    Remember {
        identity: [IdentityIndex],
        account_id: [AccountId],
        recipient_index: [RecipientIndex],
        seen_at: [Timestamp],
    },
    "INSERT INTO recipient_identities (identity, account_id, recipient_index, seen_at) \
     SELECT DISTINCT ON (identity, account_id) identity, account_id, recipient_index, seen_at \
     FROM unnest({}, {}, {}, {}) AS new (identity, account_id, recipient_index, seen_at) \
     ORDER BY identity, account_id, seen_at DESC \
     ON CONFLICT (identity, account_id) \
     DO UPDATE SET recipient_index = excluded.recipient_index, seen_at = excluded.seen_at \
     WHERE excluded.seen_at > recipient_identities.seen_at"
}

#[async_trait]
impl RecipientIdentities for PgStore {
    async fn recall(
        &self,
        asked: &[(MessageId, IdentityIndex)],
    ) -> Result<Vec<Option<Recalled>>, PortError> {
        let mut recalled = vec![None; asked.len()];
        if asked.is_empty() {
            return Ok(recalled);
        }
        let recall = Recall {
            position: (0..).take(asked.len()).map(Col).collect(),
            message_id: each(asked, |(message, _)| *message),
            identity: each(asked, |(_, identity)| *identity),
        };
        let rows = recall.rows(&*self.connection().await?).await;
        for row in rows.map_err(port_error)? {
            row.place_in(&mut recalled);
        }
        Ok(recalled)
    }

    async fn find_identities(
        &self,
        wanted: &[(AccountId, IdentityIndex)],
    ) -> Result<HashMap<(AccountId, IdentityIndex), (RecipientIndex, Timestamp)>, PortError> {
        let find = FindIdentities {
            account_id: each(wanted, |(account, _)| *account),
            identity: each(wanted, |(_, identity)| *identity),
        };
        let mut found = HashMap::new();
        let rows = find.rows(&*self.connection().await?).await;
        for row in rows.map_err(port_error)? {
            row.add_to(&mut found);
        }
        Ok(found)
    }

    async fn remember(&self, known: &[KnownIdentity]) -> Result<(), PortError> {
        if known.is_empty() {
            return Ok(());
        }
        let remember = Remember {
            identity: each(known, |known| known.identity),
            account_id: each(known, |known| known.account_id),
            recipient_index: each(known, |known| known.recipient_index),
            seen_at: each(known, |known| known.seen_at),
        };
        remember
            .execute(&mut self.connection().await?)
            .await
            .map_err(port_error)?;
        Ok(())
    }
}
