//! Opt-outs. Admission reads them inside its own write transaction, so whatever was committed before
//! it began is seen.

use async_trait::async_trait;
use diesel::prelude::*;
use otp_core::ids::AccountId;
use otp_core::ports::{OptOuts, PortError};
use otp_core::sealing::RecipientIndex;
use otp_core::time::Timestamp;

use crate::SqliteStore;
use crate::rows::Id;
use crate::schema::opt_outs;

#[async_trait]
impl OptOuts for SqliteStore {
    async fn opt_out(
        &self,
        account: AccountId,
        recipient: RecipientIndex,
        at: Timestamp,
    ) -> Result<(), PortError> {
        self.write("db.opt_outs.opt_out", move |connection| {
            diesel::insert_into(opt_outs::table)
                .values((
                    opt_outs::account_id.eq(Id(account.0)),
                    opt_outs::recipient_index.eq(recipient.0.as_slice()),
                    opt_outs::created_at.eq(at.unix_millis()),
                ))
                .on_conflict((opt_outs::account_id, opt_outs::recipient_index))
                .do_nothing()
                .execute(connection)?;
            Ok(())
        })
        .await
    }

    async fn opt_in(&self, account: AccountId, recipient: RecipientIndex) -> Result<(), PortError> {
        self.write("db.opt_outs.opt_in", move |connection| {
            diesel::delete(opt_outs::table.find((Id(account.0), recipient.0.as_slice())))
                .execute(connection)?;
            Ok(())
        })
        .await
    }
}
