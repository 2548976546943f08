//! Identities: the provider's names for the recipients of an account.

use std::collections::HashMap;

use async_trait::async_trait;
use diesel::prelude::*;
use otp_core::ids::{AccountId, MessageId};
use otp_core::ports::{PortError, Recalled, RecipientIdentities};
use otp_core::recipient_identity::KnownIdentity;
use otp_core::sealing::{IdentityIndex, RecipientIndex};
use otp_core::time::Timestamp;
use otp_rows::rows::{IdentityRow, RecalledRow};
use serde_json::json;

use crate::SqliteStore;
use crate::set_based::{hex, id, set_based};

const RECALL: &str = "
    SELECT wanted.value ->> 0 AS position, m.account_id, m.recipient_index,
        i.recipient_index AS known_index, i.seen_at
    FROM json_each(?) AS wanted CROSS JOIN messages AS m
    LEFT JOIN recipient_identities AS i
      ON i.identity = unhex(wanted.value ->> 2) AND i.account_id = m.account_id
    WHERE m.id = unhex(wanted.value ->> 1) AND m.recipient_index IS NOT NULL";

pub(crate) const FIND: &str = "
    SELECT i.account_id, i.identity, i.recipient_index, i.seen_at
    FROM json_each(?) AS wanted CROSS JOIN recipient_identities AS i
    WHERE i.identity = unhex(wanted.value ->> 1) AND i.account_id = unhex(wanted.value ->> 0)";

/// It does not overwrite a more recent identity.
const REMEMBER: &str = "
    INSERT INTO recipient_identities (identity, account_id, recipient_index, seen_at)
    SELECT unhex(new.value ->> 0), unhex(new.value ->> 1), unhex(new.value ->> 2), new.value ->> 3
    FROM json_each(?) AS new WHERE true
    ON CONFLICT (identity, account_id)
    DO UPDATE SET recipient_index = excluded.recipient_index, seen_at = excluded.seen_at
    WHERE excluded.seen_at > recipient_identities.seen_at";

#[async_trait]
impl RecipientIdentities for SqliteStore {
    async fn recall(
        &self,
        asked: &[(MessageId, IdentityIndex)],
    ) -> Result<Vec<Option<Recalled>>, PortError> {
        let asked = asked.to_vec();
        self.read("db.recipient_identities.recall", move |connection| {
            let mut recalled = vec![None; asked.len()];
            let rows = asked.iter().enumerate();
            let rows =
                rows.map(|(n, (message, identity))| json!([n, id(message.0), hex(&identity.0)]));
            for row in set_based(RECALL, rows).load::<RecalledRow>(connection)? {
                row.place_in(&mut recalled);
            }
            Ok(recalled)
        })
        .await
    }

    async fn find_identities(
        &self,
        wanted: &[(AccountId, IdentityIndex)],
    ) -> Result<HashMap<(AccountId, IdentityIndex), (RecipientIndex, Timestamp)>, PortError> {
        let wanted = wanted.to_vec();
        self.read(
            "db.recipient_identities.find_identities",
            move |connection| {
                let rows = wanted.iter();
                let rows = rows.map(|(account, identity)| json!([id(account.0), hex(&identity.0)]));
                let mut found = HashMap::new();
                for row in set_based(FIND, rows).load::<IdentityRow>(connection)? {
                    row.add_to(&mut found);
                }
                Ok(found)
            },
        )
        .await
    }

    async fn remember(&self, known: &[KnownIdentity]) -> Result<(), PortError> {
        let rows: Vec<_> = known
            .iter()
            .map(|known| {
                json!([
                    hex(&known.identity.0),
                    id(known.account_id.0),
                    hex(&known.recipient_index.0),
                    known.seen_at.unix_millis(),
                ])
            })
            .collect();
        self.write("db.recipient_identities.remember", move |connection| {
            set_based(REMEMBER, rows).execute(connection)?;
            Ok(())
        })
        .await
    }
}
