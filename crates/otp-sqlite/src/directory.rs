//! The directory: the data of a send that rarely changes.

use std::sync::Arc;

use async_trait::async_trait;
use diesel::prelude::*;
use otp_core::api_key::{ApiKey, ApiKeyHash};
use otp_core::channel::email;
use otp_core::ids::AccountId;
use otp_core::keyring::{AccountKey, KeyOwner, WrappedKey};
use otp_core::language::LanguageTag;
use otp_core::ports::{Directory, Keyring, PortError};
use otp_core::pricing::PriceList;
use otp_core::proof::ProofSubject;
use otp_core::sealing::Sealed;
use otp_core::send::SendingProfile;
use otp_rows::Col;
use otp_rows::rows::{ApiKeyRow, CheckedSenderRow, TemplateRow, read_all, read_found};
use otp_rows::schema::{accounts, api_keys, keyring, sender_health, senders, templates};

use crate::errors::StoreError;
use crate::{SqliteStore, prices, reviewer_numbers};

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
impl Directory for SqliteStore {
    async fn find_api_key(&self, hash: &ApiKeyHash) -> Result<Option<Arc<ApiKey>>, PortError> {
        let hash = Col(*hash);
        self.read("db.directory.find_api_key", move |connection| {
            let row = api_keys::table
                .filter(api_keys::hash.eq(hash))
                .select(ApiKeyRow::as_select())
                .first(connection)
                .optional()?;
            Ok(read_found(row)?.map(Arc::new))
        })
        .await
    }

    async fn find_sending_profile(
        &self,
        account: AccountId,
    ) -> Result<Option<Arc<SendingProfile>>, PortError> {
        self.read("db.directory.find_sending_profile", move |connection| {
            Ok(sending_profile(connection, account)?.map(Arc::new))
        })
        .await
    }

    async fn find_account_key(
        &self,
        account: AccountId,
    ) -> Result<Option<Arc<AccountKey>>, PortError> {
        let key = self.find_key(KeyOwner::Account(account)).await?;
        Ok(key.map(|key| Arc::new(AccountKey::new(account, key))))
    }

    async fn price_list(&self) -> Result<Arc<PriceList>, PortError> {
        self.read("db.directory.price_list", |connection| {
            Ok(Arc::new(prices::load(connection)?.into_iter().collect()))
        })
        .await
    }
}

fn sending_profile(
    connection: &mut SqliteConnection,
    account: AccountId,
) -> Result<Option<SendingProfile>, StoreError> {
    let account_row: Option<ProfileColumns> = accounts::table
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
        .first(connection)
        .optional()?;
    let Some((
        Col(default_language),
        Col(company),
        Col(sender),
        Col(test_of),
        Col(proof_subject),
        key,
    )) = account_row
    else {
        return Ok(None);
    };
    let senders = senders::table
        .left_join(sender_health::table)
        .filter(senders::account_id.eq(Col(account)))
        .filter(senders::removed_at.is_null())
        .select(CheckedSenderRow::as_select())
        .load(connection)?;
    let templates = templates::table
        .inner_join(senders::table)
        .filter(senders::account_id.eq(Col(account)))
        .filter(senders::removed_at.is_null())
        .select(TemplateRow::as_select())
        .load(connection)?;
    let profile = SendingProfile::new(
        key.map(|Col(key)| AccountKey::new(account, key)),
        default_language,
        read_all(senders)?,
        read_all(templates)?,
        email::SenderProfile { company, sender },
    );
    Ok(Some(SendingProfile {
        is_test: test_of.is_some(),
        proof_subject,
        reviewers: reviewer_numbers::load(connection, account)?,
        ..profile
    }))
}
