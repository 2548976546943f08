//! Sign-in links.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use otp_core::person::session::SessionHash;
use otp_core::person::sign_in::SignInLink;
use otp_core::ports::{PortError, SignInLinks};
use otp_core::time::Timestamp;
use otp_rows::Col;
use otp_rows::rows::SignInLinkRow;
use otp_rows::schema::sign_in_links;

use crate::PgStore;
use crate::errors::port_error;

#[async_trait]
impl SignInLinks for PgStore {
    async fn add_sign_in_link(&self, link: &SignInLink) -> Result<(), PortError> {
        diesel::insert_into(sign_in_links::table)
            .values(SignInLinkRow::from(link))
            .execute(&mut self.connection().await?)
            .await
            .map_err(port_error)?;
        Ok(())
    }

    async fn take_sign_in_link(&self, hash: SessionHash) -> Result<Option<SignInLink>, PortError> {
        let row = diesel::delete(sign_in_links::table.find(Col(hash)))
            .returning(SignInLinkRow::as_returning())
            .get_result(&mut self.connection().await?)
            .await
            .optional()
            .map_err(port_error)?;
        Ok(row.map(SignInLink::from))
    }

    async fn forget_sign_in_links(
        &self,
        before: Timestamp,
        limit: usize,
    ) -> Result<usize, PortError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let connection = &mut self.connection().await?;
        let old: Vec<Col<SessionHash>> = sign_in_links::table
            .filter(sign_in_links::expires_at.lt(Col(before)))
            .order(sign_in_links::expires_at)
            .limit(limit)
            .select(sign_in_links::token_hash)
            .load(connection)
            .await
            .map_err(port_error)?;
        let old = sign_in_links::table.filter(sign_in_links::token_hash.eq_any(old));
        let forgotten = diesel::delete(old).execute(connection).await;
        forgotten.map_err(port_error)
    }
}
