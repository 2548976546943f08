//! The directory: the data of a send that rarely changes.

use std::sync::Arc;

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use otp_core::api_key::{ApiKey, ApiKeyHash};
use otp_core::channel::email;
use otp_core::ids::AccountId;
use otp_core::keyring::{AccountKey, KeyOwner, WrappedKey};
use otp_core::language::LanguageTag;
use otp_core::ports::{Directory, Keyring, PortError, Prices};
use otp_core::pricing::PriceList;
use otp_core::proof::ProofSubject;
use otp_core::sealing::Sealed;
use otp_core::send::SendingProfile;
use otp_rows::Col;
use otp_rows::rows::{ApiKeyRow, CheckedSenderRow, TemplateRow, read_all, read_found};
use otp_rows::schema::{accounts, api_keys, keyring, sender_health, senders, templates};

use crate::PgStore;
use crate::errors::port_error;
use crate::pipeline::try_join4;
use crate::reviewer_numbers;

/// The columns of an account that sending needs, and its key.
type ProfileColumns = (
    Col<LanguageTag>,
    Col<Sealed>,
    Col<Option<Sealed>>,
    Col<Option<AccountId>>,
    Col<ProofSubject>,
    Option<Col<WrappedKey>>,
);

#[async_trait]
impl Directory for PgStore {
    async fn find_api_key(&self, hash: &ApiKeyHash) -> Result<Option<Arc<ApiKey>>, PortError> {
        let row = api_keys::table
            .filter(api_keys::hash.eq(Col(*hash)))
            .select(ApiKeyRow::as_select())
            .first(&mut self.connection().await?)
            .await
            .optional()
            .map_err(port_error)?;
        Ok(read_found(row)?.map(Arc::new))
    }

    async fn find_sending_profile(
        &self,
        account: AccountId,
    ) -> Result<Option<Arc<SendingProfile>>, PortError> {
        let connection = self.connection().await?;
        // Four statements in one round trip. What is added between them shows up with the next look-up.
        let (mut first, mut second, mut third) = (&*connection, &*connection, &*connection);
        let account_row = accounts::table
            .find(Col(account))
            .left_join(keyring::table.on(keyring::owner_id.eq(accounts::id)))
            .select((
                accounts::default_language,
                accounts::company,
                accounts::email_sender,
                accounts::test_of,
                accounts::proof_subject,
                keyring::key.nullable(),
            ))
            .load::<ProfileColumns>(&mut first);
        let senders = senders::table
            .left_join(sender_health::table)
            .filter(senders::account_id.eq(Col(account)))
            .filter(senders::removed_at.is_null())
            .select(CheckedSenderRow::as_select())
            .load(&mut second);
        let templates = templates::table
            .inner_join(senders::table)
            .filter(senders::account_id.eq(Col(account)))
            .filter(senders::removed_at.is_null())
            .select(TemplateRow::as_select())
            .load(&mut third);
        let reviewers = reviewer_numbers::load(&connection, account);
        let (account_row, senders, templates, reviewers) =
            try_join4(account_row, senders, templates, reviewers)
                .await
                .map_err(port_error)?;
        let Some((
            Col(default_language),
            Col(company),
            Col(sender),
            Col(test_of),
            Col(proof_subject),
            key,
        )) = account_row.into_iter().next()
        else {
            return Ok(None);
        };
        let profile = SendingProfile::new(
            key.map(|Col(key)| AccountKey::new(account, key)),
            default_language,
            read_all(senders)?,
            read_all(templates)?,
            email::SenderProfile { company, sender },
        );
        Ok(Some(Arc::new(SendingProfile {
            is_test: test_of.is_some(),
            proof_subject,
            reviewers,
            ..profile
        })))
    }

    async fn find_account_key(
        &self,
        account: AccountId,
    ) -> Result<Option<Arc<AccountKey>>, PortError> {
        let key = self.find_key(KeyOwner::Account(account)).await?;
        Ok(key.map(|key| Arc::new(AccountKey::new(account, key))))
    }

    async fn price_list(&self) -> Result<Arc<PriceList>, PortError> {
        Ok(Arc::new(Prices::list(self).await?.into_iter().collect()))
    }
}
