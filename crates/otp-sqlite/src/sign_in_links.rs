//! Sign-in links.

use async_trait::async_trait;
use diesel::prelude::*;
use otp_core::person::session::SessionHash;
use otp_core::person::sign_in::SignInLink;
use otp_core::ports::{PortError, SignInLinks};
use otp_core::time::Timestamp;
use otp_rows::Col;
use otp_rows::rows::SignInLinkRow;
use otp_rows::schema::sign_in_links;

use crate::SqliteStore;

#[async_trait]
impl SignInLinks for SqliteStore {
    async fn add_sign_in_link(&self, link: &SignInLink) -> Result<(), PortError> {
        let row = SignInLinkRow::from(link);
        self.write("db.sign_in_links.add", move |connection| {
            diesel::insert_into(sign_in_links::table)
                .values(row)
                .execute(connection)?;
            Ok(())
        })
        .await
    }

    async fn take_sign_in_link(&self, hash: SessionHash) -> Result<Option<SignInLink>, PortError> {
        self.write("db.sign_in_links.take", move |connection| {
            let row = diesel::delete(sign_in_links::table.find(Col(hash)))
                .returning(SignInLinkRow::as_returning())
                .get_result(connection)
                .optional()?;
            Ok(row.map(SignInLink::from))
        })
        .await
    }

    async fn forget_sign_in_links(
        &self,
        before: Timestamp,
        limit: usize,
    ) -> Result<usize, PortError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.write("db.sign_in_links.forget", move |connection| {
            let old: Vec<Col<SessionHash>> = sign_in_links::table
                .filter(sign_in_links::expires_at.lt(Col(before)))
                .order(sign_in_links::expires_at)
                .limit(limit)
                .select(sign_in_links::token_hash)
                .load(connection)?;
            let old = sign_in_links::table.filter(sign_in_links::token_hash.eq_any(old));
            Ok(diesel::delete(old).execute(connection)?)
        })
        .await
    }
}
