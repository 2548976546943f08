//! Opt-outs: recipients who want no more messages of an account.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use otp_core::ids::AccountId;
use otp_core::ports::{OptOuts, PortError};
use otp_core::sealing::RecipientIndex;
use otp_core::time::Timestamp;
use time::OffsetDateTime;

use crate::PgStore;
use crate::errors::port_error;
use crate::schema::opt_outs;

#[async_trait]
impl OptOuts for PgStore {
    async fn opt_out(
        &self,
        account: AccountId,
        recipient: RecipientIndex,
        at: Timestamp,
    ) -> Result<(), PortError> {
        diesel::insert_into(opt_outs::table)
            .values((
                opt_outs::account_id.eq(account.0),
                opt_outs::recipient_index.eq(recipient.0.as_slice()),
                opt_outs::created_at.eq(OffsetDateTime::from(at)),
            ))
            .on_conflict_do_nothing()
            .execute(&mut self.connection().await?)
            .await
            .map_err(port_error)?;
        Ok(())
    }

    async fn opt_in(&self, account: AccountId, recipient: RecipientIndex) -> Result<(), PortError> {
        let opted_out = opt_outs::table.find((account.0, recipient.0.as_slice()));
        diesel::delete(opted_out)
            .execute(&mut self.connection().await?)
            .await
            .map_err(port_error)?;
        Ok(())
    }
}
