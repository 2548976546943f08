//! Identities: by what the provider knows the recipients of an account.

use async_trait::async_trait;
use diesel::sql_types;
use diesel_async::RunQueryDsl;
use otp_core::ids::{AccountId, MessageId};
use otp_core::opt_out::resolution::KnownIdentity;
use otp_core::ports::{PortError, Recalled, RecipientIdentities};
use otp_core::sealing::IdentityIndex;
use otp_core::time::Timestamp;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::PgStore;
use crate::errors::port_error;
use crate::rows::read_recipient_index;
use crate::statement::statement;

type Byteas = sql_types::Array<sql_types::Bytea>;
type Uuids = sql_types::Array<sql_types::Uuid>;
type Integers = sql_types::Array<sql_types::Integer>;
type Instants = sql_types::Array<sql_types::Timestamptz>;

statement! {
    /// The recipients of messages, and whom identities belong to.
    Recall {
        position: Vec<i32> => Integers,
        message_id: Vec<Uuid> => Uuids,
        identity: Vec<Vec<u8>> => Byteas,
    }
    -> (
        sql_types::Integer,
        sql_types::Uuid,
        sql_types::Bytea,
        sql_types::Nullable<sql_types::Bytea>,
        sql_types::Nullable<sql_types::Timestamptz>,
    ),
    "SELECT wanted.position, message.account_id, message.recipient_index, \
         known.recipient_index, known.seen_at \
     FROM unnest({}, {}, {}) AS wanted (position, message_id, identity) \
     CROSS JOIN LATERAL ( \
         SELECT account_id, recipient_index FROM messages \
         WHERE messages.id = wanted.message_id OFFSET 0) AS message \
     LEFT JOIN LATERAL ( \
         SELECT recipient_index, seen_at FROM recipient_identities \
         WHERE recipient_identities.identity = wanted.identity \
             AND recipient_identities.account_id = message.account_id OFFSET 0) AS known ON true"
}

statement! {
    /// Remembers identities, in ascending order: two batches then wait for each other, and never both.
    /// What another process has seen later stays.
    Remember {
        identity: Vec<Vec<u8>> => Byteas,
        account_id: Vec<Uuid> => Uuids,
        recipient_index: Vec<Vec<u8>> => Byteas,
        seen_at: Vec<OffsetDateTime> => Instants,
    },
    "INSERT INTO recipient_identities (identity, account_id, recipient_index, seen_at) \
     SELECT DISTINCT ON (identity, account_id) identity, account_id, recipient_index, seen_at \
     FROM unnest({}, {}, {}, {}) AS new (identity, account_id, recipient_index, seen_at) \
     ORDER BY identity, account_id, seen_at DESC \
     ON CONFLICT (identity, account_id) \
     DO UPDATE SET recipient_index = excluded.recipient_index, seen_at = excluded.seen_at \
     WHERE excluded.seen_at > recipient_identities.seen_at"
}

type RecalledRow = (i32, Uuid, Vec<u8>, Option<Vec<u8>>, Option<OffsetDateTime>);

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
            position: (0..).take(asked.len()).collect(),
            message_id: asked.iter().map(|(message, _)| message.0).collect(),
            identity: asked.iter().map(|(_, index)| index.0.to_vec()).collect(),
        };
        let rows: Vec<RecalledRow> = recall
            .load(&mut self.connection().await?)
            .await
            .map_err(port_error)?;
        for (position, account, recipient, known, seen_at) in rows {
            let place = usize::try_from(position).ok();
            let Some(place) = place.and_then(|place| recalled.get_mut(place)) else {
                continue;
            };
            let known = known
                .map(|known| read_recipient_index(&known, "recipient_identities.recipient_index"));
            *place = Some(Recalled {
                account_id: AccountId(account),
                recipient_index: read_recipient_index(&recipient, "messages.recipient_index")?,
                known: known.transpose()?.zip(seen_at.map(Timestamp::from)),
            });
        }
        Ok(recalled)
    }

    async fn remember(&self, known: &[KnownIdentity]) -> Result<(), PortError> {
        if known.is_empty() {
            return Ok(());
        }
        let remember = Remember {
            identity: known
                .iter()
                .map(|known| known.identity.0.to_vec())
                .collect(),
            account_id: known.iter().map(|known| known.account_id.0).collect(),
            recipient_index: known
                .iter()
                .map(|known| known.recipient_index.0.to_vec())
                .collect(),
            seen_at: known.iter().map(|known| known.seen_at.into()).collect(),
        };
        remember
            .execute(&mut self.connection().await?)
            .await
            .map_err(port_error)?;
        Ok(())
    }
}
